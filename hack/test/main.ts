import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { projectRoot } from '../paths.ts';
import { describeError } from '../start/describe-error.ts';
import { Interrupted, onInterruption } from '../start/interruption.ts';
import { formatSeconds } from '../start/steps.ts';
import { prepare } from './prepare.ts';
import { add, exitCode, plainLine } from './report.ts';
import { runStage, type StageResult } from './run-stage.ts';
import { choose, type Stage } from './stages.ts';

/** A stage that fails does not keep the next ones from telling what is wrong with them. */
async function runAll(chosen: readonly Stage[], filters: readonly string[], signal: AbortSignal) {
  const scratch = await mkdtemp(join(tmpdir(), 'vmfabric-test-'));
  const results: StageResult[] = [];
  try {
    for (const stage of chosen) {
      signal.throwIfAborted();
      console.log(`\n=== ${stage.name}`);
      const begin = performance.now();
      const result = await runStage(stage, { filters, scratch, signal });
      results.push(result);
      console.log(
        `=== ${stage.name}: ${plainLine(result.counts)}, in ${formatSeconds(performance.now() - begin)}`,
      );
    }
    return results;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function summarize(results: readonly StageResult[]): number {
  const counts = results.map((result) => result.counts).reduce(add, { passed: 0, failed: 0, skipped: 0 });
  for (const { file, test, message } of results.flatMap(({ failures }) => failures)) {
    const where = file === '' ? '' : ` (${relative(projectRoot, file)})`;
    console.log(`\nFAILED ${test}${where}\n${message.split('\n').slice(0, 6).join('\n')}`);
  }
  for (const test of results.flatMap(({ skipped }) => skipped)) console.log(`\nSKIPPED ${test}`);
  console.log(`\n${plainLine(counts)}`);
  return exitCode(counts, process.env);
}

try {
  const { chosen, filters } = choose(process.argv.slice(2));
  const signal = onInterruption(() => {});
  await prepare(chosen, signal);
  process.exitCode = summarize(await runAll(chosen, filters, signal));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
}
