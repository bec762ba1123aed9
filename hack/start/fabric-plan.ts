import { join } from 'node:path';
import { ensurePackages } from '../apt/apt.ts';
import { type Binaries, controlPlanePackages, findBinaries } from '../control-plane/binaries.ts';
import { labPackages } from '../lab/lab.ts';
import { nodeManifests } from '../lab/nodes.ts';
import { projectRoot } from '../paths.ts';
import { readIdentity } from '../pki.ts';
import { credentialsSecret, hostPool, listOf, releaseName, systemNamespace } from './cluster-objects.ts';
import type { Fabric } from './fabric.ts';
import { updateRecord } from './record.ts';
import type { Plan, StepProgress } from './steps.ts';

/** What brings a fabric up, in order. Undone by `takeDown`, from what each part has recorded. */
export function fabricPlan(fabric: Fabric): Plan {
  const binaries: { found?: Binaries } = {};
  return [
    {
      name: 'Packages',
      run: (progress) => ensurePackages([...labPackages, ...controlPlanePackages], told(progress)),
    },
    {
      name: 'Programs of the control plane',
      run: async (progress) => {
        binaries.found = await findBinaries(told(progress));
      },
    },
    {
      name: 'Control plane and hosts',
      parallel: [
        {
          name: 'Kubernetes control plane',
          run: (progress) => startControlPlane(fabric, binaries, progress),
        },
        {
          name: `${fabric.options.hosts} libvirt hosts`,
          run: (progress) => fabric.startLab({ hosts: fabric.options.hosts, ...told(progress) }),
        },
      ],
    },
    { name: 'Custom resources and permissions', run: (progress) => installChart(fabric, progress) },
    { name: 'HostPool of the hosts', run: (progress) => createPool(fabric, progress) },
    { name: 'Operator', run: ({ signal }) => fabric.startOperator(releaseName, signal) },
  ];
}

/** apt and the like in the words that their functions take. */
const told = ({ report, signal }: StepProgress) => ({ onProgress: report, signal });

async function startControlPlane(
  fabric: Fabric,
  { found }: { found?: Binaries },
  { signal }: StepProgress,
): Promise<void> {
  if (!found) throw new Error('the programs of the control plane were not looked for');
  const { auditLog = false, detached = false } = fabric.options;
  await fabric.startControlPlane({ binaries: found, auditLog, detached, signal });
  const { adminKubeconfigPath } = fabric.controlPlane;
  await updateRecord(fabric.dir, { kubectlPath: found.kubectl, kubeconfigPath: adminKubeconfigPath });
}

/** CRDs, permissions and the ServiceAccount come from the chart that users install; its pods would find no kubelet. */
async function installChart(fabric: Fabric, { signal }: StepProgress): Promise<void> {
  await fabric.controlPlane.helm([
    ...['install', releaseName, join(projectRoot, 'charts/vmfabric')],
    ...['--namespace', systemNamespace, '--create-namespace', '--set', 'replicas=0'],
  ]);
  signal.throwIfAborted();
  await fabric.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
}

async function createPool(fabric: Fabric, { signal }: StepProgress): Promise<void> {
  const { lab } = fabric;
  const { zones, hostReservedMemory } = fabric.options;
  const identity = await readIdentity(lab.pki.caPath, lab.pki.client);
  signal.throwIfAborted();
  const objects = [
    ...nodeManifests(lab, zones ? { zones } : {}),
    credentialsSecret(identity),
    hostPool({ guest: lab.guest, ...(hostReservedMemory ? { hostReservedMemory } : {}) }),
  ];
  // A Node's status is kept by a create, as a kubelet that registers itself relies on.
  await fabric.kubectl(['create', '--filename', '-'], { input: listOf(objects) });
}
