import { setTimeout as delay, setInterval as everyMs } from 'node:timers/promises';
import { systemClock } from '../../../../operator/kube/clock.ts';
import { answer, answerEachLine } from '../../answer.ts';
import { settledMemory, spent } from '../../self-measurement.ts';
import { apiClient } from '../api-client.ts';
import { countRequests } from '../request-count.ts';
import { OperatorRig } from './rig.ts';

export interface OperatorSpec {
  kubeconfigPath: string;
  hosts: number;
  /** Sees only the VMs of this namespace. */
  namespace?: string;
}

/*
 * The whole operator with hosts in memory. It answers twice unasked: when its caches are synced, and when all is quiet;
 * then it is idle for as long as it is asked to.
 */

const counted = countRequests();
const { kubeconfigPath, hosts, namespace } = JSON.parse(process.argv[2] ?? '{}') as OperatorSpec;
const client = await apiClient(kubeconfigPath, namespace);
const rig = new OperatorRig({ ...client, clock: systemClock, hosts, lease: `operator-${process.pid}` });
await rig.seed();
const seeded = await settledMemory();

await rig.operator.start();
answer({ syncedSeconds: performance.now() / 1e3 });
const work = await spent(async () => {
  for await (const _ of everyMs(20)) if (rig.isQuiet) return;
});
const reconciles = await rig.reconciles();
const { rss } = process.memoryUsage();
const settled = await settledMemory();
answer({
  ...{ ...work, reconciles },
  residentKiB: rss / 1024,
  peakKiB: process.resourceUsage().maxRSS,
  grownKiB: settled.heapKiB - seeded.heapKiB,
});

setInterval(() => rig.takeCalls(), 5_000);
await answerEachLine(async (ms) => {
  const before = { ...counted, reconciles: await rig.reconciles() };
  const took = await spent(() => delay(ms));
  return {
    ...took,
    requests: counted.requests - before.requests,
    connections: counted.connections - before.connections,
    reconciles: (await rig.reconciles()) - before.reconciles,
  };
});
process.exit();
