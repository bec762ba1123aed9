import { join } from 'node:path';
import { findBinaries } from '../../../../hack/control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../../../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../../../hack/paths.ts';
import { hostPools, placementPolicies } from '../../../../operator/api/kinds.ts';
import { placementPolicySpec } from '../../../../operator/api/placementpolicy.ts';
import { nodes } from '../../../../operator/controllers/stores.ts';
import type { ApplyObject, Cluster } from '../../../../operator/kube/cluster.ts';
import type { BenchContext } from '../../main.ts';
import { type ApiClient, apiClient } from '../../runtime/api-client.ts';
import { fleetNamespace, hostNames, prepare } from '../../runtime/population.ts';
import { forEach } from '../../runtime/vms.ts';
import { poolSpec } from '../index/objects.ts';
import { apiServerFlags } from '../rate/kube-scheduler/contest.ts';
import { nodeOf } from '../rate/kube-scheduler/objects.ts';
import { hostnameKey, type WorkloadRule, zoneKey } from '../workload/model.ts';

/** An API server with Nodes that are hosts of a pool to the operator, and nodes for pods to kube-scheduler. */
export interface Stage {
  api: ApiClient;
  /** Of an administrator. */
  kubeconfigPath: string;
  hosts: number;
  end(): Promise<void>;
}

const apiVersion = 'vmfabric.io/v1alpha1';

/** What holds of all VMs, and in the other run of all pods. */
export const rule: WorkloadRule = {
  ...{ name: 'web', namespace: fleetNamespace, selects: { app: 'web' } },
  antiAffinity: [{ topologyKey: hostnameKey }],
  spread: [{ topologyKey: zoneKey, maxSkew: 1 }],
};

/** Sets it up in `dir`. @throws Error and leaves nothing running */
export async function setStage(
  dir: string,
  hosts: number,
  { progress, signal }: BenchContext,
): Promise<Stage> {
  const binaries = await findBinaries({ onProgress: progress, signal });
  const controlPlane = await startControlPlane({
    dir,
    binaries,
    controllerManager: false,
    apiServerFlags,
    signal,
  });
  try {
    progress(`bound: making ${hosts} Nodes`);
    return await furnish(controlPlane, hosts);
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

async function furnish(controlPlane: ControlPlane, hosts: number): Promise<Stage> {
  const crds = join(projectRoot, 'crds');
  await controlPlane.kubectl(['apply', '--server-side', `--filename=${crds}`]);
  await controlPlane.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  const { adminKubeconfigPath: kubeconfigPath } = controlPlane;
  const api = await apiClient(kubeconfigPath);
  await prepare(api.cluster, [fleetNamespace]);
  await populate(api.cluster, hosts);
  const end = async () => {
    await api.transport.close();
    await controlPlane.stop();
  };
  return { api, kubeconfigPath, hosts, end };
}

async function populate(cluster: Cluster, hosts: number): Promise<void> {
  const names = hostNames(hosts);
  await forEach(hosts, async (index) => {
    await cluster.create(nodes, hostNode(names[index] ?? '', index));
  });
  const pool = { apiVersion, kind: 'HostPool', metadata: { name: 'default' }, spec: poolSpec() };
  await cluster.create(hostPools, pool);
  await cluster.create(placementPolicies, policy());
}

function hostNode(name: string, index: number): ApplyObject {
  const labels = { 'vmfabric.io/host': 'true', [hostnameKey]: name, [zoneKey]: `zone-${(index % 3) + 1}` };
  const node = nodeOf({ name, labels, limits: { cpu: 128, memory: 256 * 2 ** 30 } });
  const addresses = [{ type: 'InternalIP', address: name }];
  return { ...node, status: { ...(node['status'] as object), addresses } };
}

/** The rule in the operator's words. */
function policy(): ApplyObject {
  const { name, namespace, selects, antiAffinity, spread } = rule;
  return {
    ...{ apiVersion, kind: 'PlacementPolicy', metadata: { namespace, name } },
    spec: placementPolicySpec.parse({
      vmSelector: { matchLabels: selects },
      ...{ vmAntiAffinity: antiAffinity, topologySpread: spread },
    }),
  };
}
