import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../paths.ts';
import {
  type Counts,
  countReport,
  type Failure,
  failuresOf,
  skippedOf,
  type VitestReport,
} from './report.ts';
import type { Stage } from './stages.ts';
import { takeDownBelow } from './sweep.ts';

export interface StageResult {
  counts: Counts;
  failures: Failure[];
  skipped: string[];
}

export interface StageOptions {
  /** Paths that narrow down the tests of a vitest stage. */
  filters: readonly string[];
  /** A folder for its report and its temporary files. */
  scratch: string;
  /** Interrupts it as Ctrl-C would. */
  signal: AbortSignal;
}

/** Runs a stage to its end, with its output on ours; nothing that it started is up afterwards. */
export async function runStage(stage: Stage, options: StageOptions): Promise<StageResult> {
  const { filters, scratch, signal } = options;
  const reportPath = join(scratch, `${stage.name}.json`);
  const [file, ...args] = stage.command.map((part) => part.replace('{report}', reportPath));
  const temporary = join(scratch, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const env = { ...process.env, TMPDIR: temporary };
  const code = await run(file ?? '', [...args, ...(stage.isVitest ? filters : [])], env, signal);
  for (const folder of await takeDownBelow(temporary))
    console.log(`taken down, as tests had left it up: ${folder}`);
  rmSync(temporary, { recursive: true, force: true });
  if (!stage.isVitest) return checkResult(stage, code);
  if (!existsSync(reportPath)) return checkResult(stage, code === 0 ? 1 : code);
  return vitestResult(stage, code, JSON.parse(readFileSync(reportPath, 'utf8')) as VitestReport);
}

function vitestResult(stage: Stage, code: number, report: VitestReport): StageResult {
  const counts = countReport(report);
  const failures = failuresOf(report);
  // Such as an error between the tests, which belongs to none of them.
  if (code !== 0 && counts.failed === 0) {
    return { ...checkResult(stage, code), counts: { ...counts, failed: 1 }, skipped: skippedOf(report) };
  }
  return { counts, failures, skipped: skippedOf(report) };
}

function checkResult({ name, command: [file] }: Stage, code: number): StageResult {
  if (code === 0) return { counts: { passed: 1, failed: 0, skipped: 0 }, failures: [], skipped: [] };
  const message = `${file} ended with ${code}; its output is above.`;
  return {
    counts: { passed: 0, failed: 1, skipped: 0 },
    failures: [{ file: '', test: `stage ${name}`, message }],
    skipped: [],
  };
}

/** A group of its own: a Ctrl-C reaches it once, from here, and not the programs that its tests have started. */
async function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const child = spawn(file, args, {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const interrupt = () => child.kill('SIGINT');
  signal.addEventListener('abort', interrupt, { once: true });
  child.once('exit', () => signal.removeEventListener('abort', interrupt));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${file} does not run: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code) => resolve(code ?? 130));
  });
}
