import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareWithFresh } from './compare.ts';
import { histories } from './histories.ts';
import { historyOptions } from './surroundings.ts';

/**
 * Always the same histories, so that a change is judged by what it changes. More of them are found by
 * `ACTO_SEED=7 ACTO_RUNS=2000`; with the seed and path of a failure, `fc.assert` replays it.
 */
const seed = Number(process.env['ACTO_SEED'] ?? 20_261_126);
const numRuns = Number(process.env['ACTO_RUNS'] ?? 200);

/** A history that fails is made shorter for as long as this. */
const shrinkMs = 120_000;
const msPerRun = 3000;

it('whatever is changed in a VM, and how fast, it ends as one that is made by the last wish alone', {
  timeout: numRuns * msPerRun + shrinkMs,
}, async () => {
  const ends = new Map<string, number>();
  let changes = 0;
  let failedAt: number | undefined;
  const count = (what: string) => ends.set(what, (ends.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(histories(historyOptions), async (history) => {
      // What is tried to make a failure shorter is not counted, and ends in time.
      if (failedAt !== undefined && performance.now() - failedAt > shrinkMs) return;
      const { faults, end, keeps } = await compareWithFresh(history);
      if (faults.length > 0) failedAt ??= performance.now();
      expect(faults).toEqual([]);
      changes += history.length - 1;
      for (const what of [end, ...keeps]) count(what);
    }),
    { seed, numRuns },
  );
  console.log(`acto: ${numRuns} histories, ${changes} changes; they end as ${listOf(ends)}`);
  if (numRuns >= 200) expect([...ends.keys()]).toEqual(expect.arrayContaining(mustHappen));
});

/** Without these the histories would prove little. */
const mustHappen = [
  ...['Running', 'Halted', 'Stopped', 'Unschedulable', 'HostPoolNotFound', 'KernelNotFound'],
  ...['ClassNotFound', 'what it asked for last'],
  ...['NetworkNotFound', 'restarted', 'its host', 'its domain', 'what it ran with last', 'its power'],
];

function listOf(ends: ReadonlyMap<string, number>): string {
  const sorted = [...ends].sort(([, a], [, b]) => b - a);
  return sorted.map(([what, times]) => `${what} (${times})`).join(', ');
}
