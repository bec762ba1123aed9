import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crowds } from './crowd.ts';
import { liveAsCrowd } from './life.ts';

/** As for the histories of one VM: always the same, and more of them by `ACTO_SEED=7 ACTO_RUNS=2000`. */
const seed = Number(process.env['ACTO_SEED'] ?? 20_261_127);
const numRuns = Number(process.env['ACTO_RUNS'] ?? 60);

/** A crowd that fails is made smaller for as long as this. */
const shrinkMs = 120_000;
const msPerRun = 3000;

it('whatever befalls a crowd of VMs, and how fast, in the end each has a place that it may have or waits for good reason', {
  timeout: numRuns * msPerRun + shrinkMs,
}, async () => {
  const ends = new Map<string, number>();
  let failedAt: number | undefined;
  await fc.assert(
    fc.asyncProperty(crowds(), async (crowd) => {
      // What is tried to make a failure smaller is not counted, and ends in time.
      if (failedAt !== undefined && performance.now() - failedAt > shrinkMs) return;
      const end = await liveAsCrowd(crowd);
      if (end.faults.length > 0) failedAt ??= performance.now();
      expect(end.faults).toEqual([]);
      for (const what of end.ends) ends.set(what, (ends.get(what) ?? 0) + 1);
    }),
    { seed, numRuns },
  );
  const sorted = [...ends].sort(([, a], [, b]) => b - a).map(([what, times]) => `${what} (${times})`);
  console.log(`acto: ${numRuns} crowds; their VMs end as ${sorted.join(', ')}`);
  if (numRuns >= 60) expect([...ends.keys()]).toEqual(expect.arrayContaining(mustHappen));
});

/** Without these the crowds would prove little. */
const mustHappen = [
  ...['Running', 'Halted', 'Unschedulable', 'GangIncomplete', 'GangUnschedulable', 'stopped for another'],
  ...[
    'in one cell',
    'in huge pages',
    'kept out by a share',
    'kept out by a protection',
    'the last one stops 1',
  ],
];
