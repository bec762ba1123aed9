import { type HostConnection, HypervisorError } from '../../hypervisor/hypervisor.ts';
import type { Clock, Random } from '../../kube/clock.ts';
import type { ReconcileContext } from '../../kube/controller.ts';
import { keyOf, type ObjectKey } from '../../kube/object.ts';
import { done, type Result } from '../../kube/result.ts';
import type { VmSample } from '../../placement/happiness/contention.ts';
import type { Stores } from '../stores.ts';
import { lackOf } from '../virtualmachine/contention.ts';
import type { HostConnections } from './connections.ts';
import type { Measurements, SampleNews, VmSamples } from './measurements.ts';

export interface StatisticsEnvironment {
  stores: Pick<Stores, 'hosts' | 'virtualMachines'>;
  connections: Pick<HostConnections, 'link'>;
  measurements: Measurements;
  clock: Clock;
  random: Random;
  /** What a sample has changed is to be written. */
  onNews: (hostName: string, news: SampleNews) => void;
}

const sampleEveryMs = 60_000;
/** How busy CPUs are takes two samples; the second one comes soon. */
const secondAfterMs = 10_000;

/** Asks one host how it and its VMs fare, and again after a while: one question at a time, and none while it is not connected. */
export async function sampleHost(
  env: StatisticsEnvironment,
  hostName: ObjectKey,
  context: Pick<ReconcileContext, 'signal' | 'log'>,
): Promise<Result> {
  const { stores, connections, measurements, clock, random } = env;
  if (!stores.hosts.get(hostName)) {
    measurements.forget(hostName);
    return done;
  }
  const connection = connections.link(hostName)?.connection;
  if (!connection) return done; // its link will tell
  const isFirst = !measurements.knows(hostName);
  const statistics = await ask(connection, context);
  const host = stores.hosts.get(hostName);
  if (host && statistics) {
    const samples = samplesOf(env, hostName, statistics.domains, clock.now());
    env.onNews(hostName, measurements.see(host, statistics, samples));
    if (isFirst) return { kind: 'again', afterMs: secondAfterMs };
  }
  return { kind: 'again', afterMs: sampleEveryMs * (0.75 + random() / 2) };
}

/** A host that cannot tell now is asked at its next turn: whether it answers at all is the connection's affair. */
async function ask(connection: HostConnection, context: Pick<ReconcileContext, 'signal' | 'log'>) {
  try {
    return await connection.statistics({ signal: context.signal });
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    context.log.debug({ err: error }, 'the host tells no statistics');
    return undefined;
  }
}

/** Of VMs that are bound to the host; domains that are no VM's, or another host's, are nobody's affair. */
function samplesOf(
  { stores: { virtualMachines } }: StatisticsEnvironment,
  hostName: string,
  domains: readonly ({ uuid: string } & Omit<VmSample, 'atMs'>)[],
  atMs: number,
): VmSamples {
  const samples = new Map<string, VmSample>();
  for (const { uuid, ...counters } of domains)
    for (const vm of virtualMachines.byIndex('domain', uuid))
      if (vm.status?.hostName === hostName) samples.set(keyOf(vm), { atMs, ...counters });
  return { samples, told: (key) => lackOf(virtualMachines.get(key)) };
}
