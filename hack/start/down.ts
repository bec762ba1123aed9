import { stateRoot } from '../paths.ts';
import { isAlive } from '../process-record.ts';
import { waitFor } from '../wait.ts';
import { describeError } from './describe-error.ts';
import { readRecord } from './record.ts';
import { takeDown } from './take-down.ts';

/** Whoever still brings it up, or stands in front of it, takes it down itself: it would go on putting up otherwise. */
async function endOwner(dir: string): Promise<void> {
  const owner = (await readRecord(dir))?.owner;
  if (!owner || !isAlive(owner)) return;
  console.log(`asking process ${owner.pid}, which started the fabric, to take it down`);
  process.kill(owner.pid, 'SIGTERM');
  await waitFor(`process ${owner.pid} to take the fabric down`, () => !isAlive(owner), {
    timeoutMs: 120_000,
  });
}

try {
  const record = await readRecord(stateRoot);
  await endOwner(stateRoot);
  const found = await takeDown(stateRoot, { onProgress: (part) => console.log(`taking down the ${part}`) });
  console.log(found || record ? 'All is taken down.' : 'Nothing is running here.');
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
