import { join } from 'node:path';
import { findBinaries } from '../../../../../hack/control-plane/binaries.ts';
import { startControlPlane } from '../../../../../hack/control-plane/control-plane.ts';
import { findScheduler } from '../../../../../hack/control-plane/scheduler.ts';
import { nodes } from '../../../../../operator/controllers/stores.ts';
import type { Cluster } from '../../../../../operator/kube/cluster.ts';
import { namespaceType } from '../../../../../operator/kube/contract-objects.ts';
import type { BenchContext } from '../../../main.ts';
import { apiClient } from '../../../runtime/api-client.ts';
import { forEach } from '../../../runtime/vms.ts';
import type { RuleName } from '../../verifier/fault.ts';
import { countFaults, verify } from '../../verifier/verify.ts';
import type { Outcome, Workload, WorkloadVm } from '../../workload/model.ts';
import { type Binding, bindingsPerSecond, watchBindings } from './bindings.ts';
import { nodeOf, type Pod, podOf, pods } from './objects.ts';
import { type SchedulerMetrics, SchedulerProcess, type SchedulerSpec } from './process.ts';

/** How kube-scheduler did, by the share of nodes that it scored. */
export interface Scheduling {
  bindings: number;
  perSecond: number;
  /** In a second of its own CPU, the API server's not counted. */
  perCpuSecond: number;
  /** Of one decision, binding and API server left out; milliseconds, the mean. */
  decisionMs: number;
  faults: Partial<Record<RuleName, number>>;
}

/** All of them, and its default, by which it scores some as soon as it has found enough. */
export const shares = { 'all nodes': 100, default: 0 } as const;
export type Share = keyof typeof shares;

const timeoutMs = 120_000;

/** Without those of the API server's plug-ins that ask for what only a whole cluster has. */
export const apiServerFlags = ['--disable-admission-plugins=ServiceAccount,TaintNodesByCondition'];

/**
 * kube-scheduler on an API server of its own: Nodes for the workload's hosts, Pods for its VMs, all there before it starts.
 * Bindings are counted by a watch, so that what the API server needs for them is part of it.
 */
export async function schedulerContest(
  workload: Workload,
  dir: string,
  context: BenchContext,
): Promise<Map<Share, Scheduling>> {
  const { progress, signal } = context;
  const program = await findScheduler({ onProgress: progress, signal });
  const binaries = await findBinaries({ onProgress: progress, signal });
  const options = { binaries, controllerManager: false, apiServerFlags, signal };
  const controlPlane = await startControlPlane({ dir: join(dir, 'control-plane'), ...options });
  try {
    const user = { user: 'system:kube-scheduler', groups: ['system:masters'] };
    const kubeconfigPath = await controlPlane.kubeconfigFor(user);
    const { cluster, transport } = await apiClient(controlPlane.adminKubeconfigPath);
    try {
      return await compare(cluster, workload, { program, dir, kubeconfigPath }, context);
    } finally {
      await transport.close();
    }
  } finally {
    await controlPlane.stop();
  }
}

async function compare(
  cluster: Cluster,
  workload: Workload,
  { dir, ...spec }: Omit<SchedulerSpec, 'percentageOfNodesToScore'>,
  { progress, signal }: BenchContext,
): Promise<Map<Share, Scheduling>> {
  progress(`kube-scheduler: making ${workload.hosts.length} Nodes`);
  await prepare(cluster, workload);
  const results = new Map<Share, Scheduling>();
  for (const [share, percentageOfNodesToScore] of Object.entries(shares) as [Share, number][]) {
    const own = { ...spec, percentageOfNodesToScore, dir: join(dir, share) };
    const result = await schedule(cluster, workload, own, signal);
    progress(`kube-scheduler, ${share}: ${Math.round(result.perSecond)} bindings a second`);
    results.set(share, result);
  }
  return results;
}

async function prepare(cluster: Cluster, { hosts, rules }: Workload): Promise<void> {
  for (const name of new Set(rules.map(({ namespace }) => namespace)))
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await each(hosts, async (host) => void (await cluster.create(nodes, nodeOf(host))));
}

async function schedule(
  cluster: Cluster,
  workload: Workload,
  spec: SchedulerSpec,
  signal: AbortSignal,
): Promise<Scheduling> {
  const vms = workload.events.flatMap((event) => (event.kind === 'create' ? [event.vm] : []));
  await each(vms, async (vm) => void (await cluster.create(pods, podOf(vm, workload.rules))));
  const { resourceVersion } = await cluster.list(pods, { limit: 1 });
  const scheduler = await SchedulerProcess.start(spec);
  try {
    const bound = await untilBound(cluster, resourceVersion, vms.length, scheduler, signal);
    return { ...bound.figures, faults: faultsOf(workload, vms, bound.bindings) };
  } finally {
    await scheduler.stop();
    const { items } = await cluster.list(pods);
    await each(items, (pod: Pod) => cluster.delete(pods, pod.metadata));
  }
}

async function untilBound(
  cluster: Cluster,
  resourceVersion: string,
  count: number,
  scheduler: SchedulerProcess,
  signal: AbortSignal,
) {
  // What it does until its first decision is its start.
  const started = Promise.withResolvers<SchedulerMetrics>();
  const bindings = await watchBindings(cluster, resourceVersion, {
    ...{ count, signal, deadline: AbortSignal.timeout(timeoutMs), now: () => performance.now() },
    onFirst: () => started.resolve(scheduler.metrics()),
  });
  const { cpuSeconds, decisionSeconds, decisions } = await scheduler.metrics();
  const figures = {
    ...{ bindings: count, perSecond: bindingsPerSecond(bindings) },
    perCpuSecond: count / (cpuSeconds - (await started.promise).cpuSeconds),
    decisionMs: (decisionSeconds * 1e3) / decisions,
  };
  return { bindings, figures };
}

/** Bindings are written side by side, so their order is not that of the decisions, by which alone a skew can be told. */
function faultsOf(workload: Workload, vms: readonly WorkloadVm[], bindings: readonly Binding[]) {
  const byId = new Map(vms.map((vm) => [vm.id, vm]));
  const outcomes = bindings.flatMap(({ id, node }): Outcome[] => {
    const vm = byId.get(id);
    return vm ? [{ kind: 'placed', vm, host: node }] : [];
  });
  const { spread: _, ...faults } = countFaults(verify(workload, outcomes));
  return faults;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  await forEach(items.length, async (index) => {
    const item = items[index];
    if (item !== undefined) await work(item);
  });
}
