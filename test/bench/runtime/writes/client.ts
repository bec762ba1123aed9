import { answerEachLine } from '../../answer.ts';
import { callRepeatedly } from '../../self-measurement.ts';
import { countRequests } from '../request-count.ts';
import { type Target, type WritingClient, writerOf } from './writers.ts';

export interface WritingSpec {
  kubeconfigPath: string;
  client: WritingClient;
  /** As many callers, each with a VM of its own. */
  targets: Target[];
}

/* Patches the status of VMs for as long as it is asked to. */

const counted = countRequests();
const { client, kubeconfigPath, targets } = JSON.parse(process.argv[2] ?? '{}') as WritingSpec;
const open = await writerOf(client);
const writers = await open(kubeconfigPath, targets);

await answerEachLine(async (ms) => {
  const before = counted.connections;
  const took = await callRepeatedly(async (caller) => writers[caller]?.(), { ms, inFlight: targets.length });
  return { ...took, connections: counted.connections - before };
});
process.exit();
