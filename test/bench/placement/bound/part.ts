import { join } from 'node:path';
import { findScheduler } from '../../../../hack/control-plane/scheduler.ts';
import { hosts as hostKind, virtualMachines } from '../../../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../../../operator/api/virtualmachine.ts';
import { systemClock } from '../../../../operator/kube/clock.ts';
import type { KubeObject } from '../../../../operator/kube/object.ts';
import type { BenchContext } from '../../main.ts';
import type { Figure } from '../../report.ts';
import { startOperator } from '../../runtime/operator/process.ts';
import { fleetNamespace } from '../../runtime/population.ts';
import { vmManifest } from '../../runtime/vms.ts';
import { type Pod, podOf, pods } from '../rate/kube-scheduler/objects.ts';
import { SchedulerProcess } from '../rate/kube-scheduler/process.ts';
import { type Bindable, BindingTimes } from './binding-times.ts';
import { type Bound, boundFigures } from './figures.ts';
import { atRest } from './rest.ts';
import { rule, type Stage, setStage } from './stage.ts';

const hosts = 5_000;
const [paced, alone, together] = [100, 200, 100];
const paceMs = 250;
const timeoutMs = 120_000;
/** Hosts are asked how busy they are about once a minute. */
const restMs = 90_000;

/**
 * How long it takes from a VirtualMachine's creation until its status has its host, with the API server and the operator
 * on one machine; beside it the same Nodes with pods and kube-scheduler, which takes its default share of them.
 */
export async function boundPart(dir: string, context: BenchContext): Promise<Figure[]> {
  const stage = await setStage(join(dir, 'control-plane'), hosts, context);
  try {
    const operator = await boundByOperator(stage, context);
    const scheduler = await boundByScheduler(stage, join(dir, 'kube-scheduler'), context);
    return boundFigures({ ...operator, scheduler }, hosts);
  } finally {
    await stage.end();
  }
}

/** First beside Hosts that are new, and tell for the first time how they are; then when all is told. */
async function boundByOperator(stage: Stage, { progress, signal }: BenchContext) {
  progress(`bound: the operator makes ${stage.hosts} Hosts and connects to them`);
  const { kubeconfigPath } = stage;
  const { process } = await startOperator({ kubeconfigPath, hosts: stage.hosts }, { signal });
  try {
    progress('bound: VirtualMachines beside new Hosts');
    const besideNewHosts = await measure(stage, vms, 'new', signal);
    progress('bound: until the Hosts have told all');
    await atRest({ cluster: stage.api.cluster, clock: systemClock }, hostKind, restMs, signal);
    progress('bound: VirtualMachines');
    return { operator: await measure(stage, vms, 'vm', signal), besideNewHosts };
  } finally {
    await process.end();
  }
}

async function boundByScheduler(
  stage: Stage,
  dir: string,
  { progress, signal }: BenchContext,
): Promise<Bound> {
  const program = await findScheduler({ onProgress: progress, signal });
  const { kubeconfigPath } = stage;
  const scheduler = await SchedulerProcess.start({
    program,
    dir,
    kubeconfigPath,
    percentageOfNodesToScore: 0,
  });
  try {
    progress('bound: pods');
    return await measure(stage, podKind, 'pod', signal);
  } finally {
    await scheduler.stop();
  }
}

const vms: Bindable<VirtualMachine> = {
  ...{ type: virtualMachines, namespace: fleetNamespace },
  isBound: ({ status }) => status?.hostName !== undefined,
  manifest: (name) => vmManifest(fleetNamespace, name),
};

const podKind: Bindable<Pod> = {
  ...{ type: pods, namespace: fleetNamespace },
  isBound: ({ spec }) => spec.nodeName !== undefined,
  manifest: (name) => podOf(vmLike(name), [rule]),
};

const vmLike = (name: string) => ({
  ...{ id: `${fleetNamespace}/${name}`, namespace: fleetNamespace },
  ...{ labels: rule.selects, requests: { cpu: 1, memory: 2 ** 30 } },
});

async function measure<T extends KubeObject>(
  { api }: Stage,
  kind: Bindable<T>,
  prefix: string,
  signal: AbortSignal,
): Promise<Bound> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const times = await BindingTimes.open(api.cluster, kind, () => performance.now());
  try {
    // The first finds caches that are not full, and code that has never run.
    await times.oneByOne(names(`${prefix}-warm`, 20), until);
    const parts = { clock: systemClock, signal: until };
    const pacedMs = await times.paced(names(`${prefix}-paced`, paced), paceMs, parts);
    const aloneMs = await times.oneByOne(names(`${prefix}-alone`, alone), until);
    const togetherMs = await times.atOnce(names(`${prefix}-together`, together), until);
    return { pacedMs, aloneMs, togetherMs };
  } finally {
    times.close();
  }
}

const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
