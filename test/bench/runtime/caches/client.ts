import { setTimeout as delay } from 'node:timers/promises';
import { answer, answerEachLine } from '../../answer.ts';
import { settledMemory, spent } from '../../self-measurement.ts';
import { countRequests } from '../request-count.ts';
import { type CacheClient, type CacheSource, openerOf } from './open.ts';

export interface CacheSpec extends CacheSource {
  client: CacheClient;
}

/* Fills its caches, answers with what that took, and is idle from then on for as long as it is asked to. */

const counted = countRequests();
const { client, ...source } = JSON.parse(process.argv[2] ?? '{}') as CacheSpec;
const open = await openerOf(client);
const size = await open(source);
const seconds = performance.now() / 1e3;
const { residentKiB, heapKiB } = await settledMemory();
answer({ seconds, residentKiB, heapKiB, objects: size() });

await answerEachLine(async (ms) => {
  const before = { ...counted };
  const took = await spent(() => delay(ms));
  return {
    ...took,
    requests: counted.requests - before.requests,
    connections: counted.connections - before.connections,
  };
});
process.exit();
