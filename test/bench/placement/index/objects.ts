import { systemNamespace } from '../../../../hack/start/cluster-objects.ts';
import type { Host } from '../../../../operator/api/host.ts';
import { type HostPool, hostPoolSpec } from '../../../../operator/api/hostpool.ts';
import { type PlacementPolicy, placementPolicySpec } from '../../../../operator/api/placementpolicy.ts';
import type { VirtualMachine } from '../../../../operator/api/virtualmachine.ts';
import type { Node } from '../../../../operator/controllers/hostpool/membership.ts';
import type { KubeObject } from '../../../../operator/kube/object.ts';
import { settledManifest, settledStatus } from '../../runtime/vms.ts';
import { makeHosts } from '../workload/hosts.ts';
import { hostnameKey, zoneKey } from '../workload/model.ts';

/** What the API server holds of a pool: lists as they come from it. */
export interface PoolObjects {
  pool: HostPool;
  nodes: Node[];
  hosts: Host[];
  policies: PlacementPolicy[];
  vms: VirtualMachine[];
}

const apiVersion = 'vmfabric.io/v1alpha1';
const poolName = 'default';
const vmsPerNamespace = 250;
const hostLabel = { 'vmfabric.io/host': 'true' };

/** A pool of so many hosts, each of a Node, and VMs that run on them, some hundred in a namespace with two policies. */
export function poolObjects(counts: { hosts: number; vms: number }): PoolObjects {
  const hosts = makeHosts(counts.hosts).map(({ name, labels }) => ({
    name,
    labels: { ...labels, ...hostLabel },
  }));
  const namespaces = Math.ceil(counts.vms / vmsPerNamespace);
  return {
    pool: stored({ apiVersion, kind: 'HostPool', metadata: { name: poolName }, spec: poolSpec() }),
    nodes: hosts.map(nodeOf),
    hosts: hosts.map((metadata) =>
      stored({
        ...{ apiVersion, kind: 'Host', metadata },
        spec: { hostPoolRef: { name: poolName }, address: metadata.name },
      }),
    ),
    policies: Array.from({ length: namespaces }, (_, index) => policiesOf(`tenant-${index + 1}`)).flat(),
    vms: Array.from({ length: counts.vms }, (_, index) =>
      vmOf(index, hosts[index % hosts.length]?.name ?? ''),
    ),
  };
}

let written = 0;

/** As the API server gives it back. */
function stored<T extends KubeObject>(object: object): T {
  written += 1;
  const { metadata, ...rest } = JSON.parse(JSON.stringify(object)) as T;
  const identity = { uid: `00000000-0000-4000-8000-${String(written).padStart(12, '0')}`, generation: 1 };
  return { ...rest, metadata: { ...metadata, ...identity, resourceVersion: String(written) } } as T;
}

export function poolSpec() {
  return hostPoolSpec.parse({
    nodeSelector: { matchLabels: hostLabel },
    connection: { tlsSecretRef: { namespace: systemNamespace, name: 'libvirt-client' } },
    networks: [{ name: 'lab', bridge: 'br1' }],
    kernels: [{ name: 'small', imagePath: '/boot/vmlinuz', initrdPath: '/boot/initrd' }],
  });
}

export function nodeOf(metadata: { name: string; labels: Record<string, string> }): Node {
  const addresses = [{ type: 'InternalIP', address: metadata.name }];
  return stored({ ...{ apiVersion: 'v1', kind: 'Node', metadata }, status: { addresses } });
}

/** VMs of one tier keep off each other's hosts, those of the namespace are spread over the zones. */
function policiesOf(namespace: string): PlacementPolicy[] {
  const policy = (name: string, spec: object): PlacementPolicy =>
    stored({
      ...{ apiVersion, kind: 'PlacementPolicy', metadata: { namespace, name } },
      spec: placementPolicySpec.parse(spec),
    });
  return [
    policy('apart', {
      vmSelector: { matchLabels: { tier: '1' } },
      vmAntiAffinity: [{ topologyKey: hostnameKey }],
    }),
    policy('spread', {
      vmSelector: { matchLabels: { app: 'web' } },
      topologySpread: [{ topologyKey: zoneKey, enforcement: 'Preferred' }],
    }),
  ];
}

function vmOf(index: number, host: string): VirtualMachine {
  const namespace = `tenant-${Math.floor(index / vmsPerNamespace) + 1}`;
  const vm = stored<VirtualMachine>(settledManifest(namespace, `vm-${index + 1}`));
  return { ...vm, status: settledStatus(vm, host) };
}
