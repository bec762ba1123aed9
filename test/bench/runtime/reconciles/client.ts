import { answerEachLine } from '../../answer.ts';
import { spent } from '../../self-measurement.ts';
import type { CacheSource } from '../caches/open.ts';
import { openReflector } from '../caches/runtime.ts';
import { IdleController } from './idle-controller.ts';

/* A controller that finds nothing to do, again and again for all VMs. */

const controller = new IdleController(
  await openReflector(JSON.parse(process.argv[2] ?? '{}') as CacheSource),
);
await controller.reconcileAll();

await answerEachLine(async (ms) => {
  let calls = 0;
  const took = await spent(async () => {
    for (const end = performance.now() + ms; performance.now() < end; )
      calls += await controller.reconcileAll();
  });
  return { calls, ...took };
});
process.exit();
