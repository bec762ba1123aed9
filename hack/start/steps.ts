import { Listr, type ListrTask, type ListrTaskWrapper } from 'listr2';

/** One thing that a start does, as the user sees it: a line with a name and a time. */
export interface Step {
  name: string;
  run(progress: StepProgress): Promise<void>;
}

export interface StepProgress {
  /** Shows what happens right now, under the step's name. */
  report(line: string): void;
  /** Aborted when the user interrupts, or when a step that runs at the same time has failed. */
  signal: AbortSignal;
}

/** Steps in order; those of an inner list, which has a name of its own, run at the same time. */
export type Plan = readonly (Step | { name: string; parallel: readonly Step[] })[];

export interface StepTime {
  name: string;
  ms: number;
}

export interface RunOptions {
  signal?: AbortSignal;
  /** `progress` draws on a terminal and prints lines elsewhere; `silent` shows nothing. */
  output: 'progress' | 'silent';
}

/**
 * Runs the steps and returns how long each took. When one fails, those that run beside it are aborted and waited for:
 * whoever takes down afterwards must not race a part that still puts up.
 */
export async function runSteps(plan: Plan, options: RunOptions): Promise<StepTime[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const times: StepTime[] = [];
  const running = new Set<Promise<void>>();
  const toTask = (step: Step): ListrTask => ({
    title: step.name,
    task: (_, task) => {
      const work = runStep(step, { report: reportTo(task), signal }, times).catch((error: unknown) => {
        // The first failure is the cause; what follows in steps beside it are aborts.
        if (!signal.aborted) failed.abort(error);
        // The caller shows the error, once.
        throw new Error(options.signal?.aborted ? 'interrupted' : 'see below');
      });
      running.add(work);
      return work;
    },
  });
  try {
    await listr(plan, toTask, options.output).run();
    return times;
  } catch (error) {
    await Promise.allSettled(running);
    throw signal.aborted ? signal.reason : error;
  }
}

async function runStep(step: Step, progress: StepProgress, times: StepTime[]): Promise<void> {
  progress.signal.throwIfAborted();
  const start = performance.now();
  await step.run(progress);
  times.push({ name: step.name, ms: performance.now() - start });
}

function listr(plan: Plan, toTask: (step: Step) => ListrTask, output: RunOptions['output']): Listr {
  const tasks = plan.map(
    (entry): ListrTask =>
      'run' in entry
        ? toTask(entry)
        : {
            title: entry.name,
            task: (_, task) => task.newListr(entry.parallel.map(toTask), { concurrent: true }),
          },
  );
  return new Listr(tasks, {
    // Ctrl-C is the caller's: the library would end the process with everything still up.
    registerSignalListeners: false,
    renderer: rendererFor(output),
    rendererOptions: {
      timer: everyTime,
      showErrorMessage: false,
      collapseErrors: false,
      collapseSubtasks: false,
    },
  } as ConstructorParameters<typeof Listr>[1]) as Listr;
}

function rendererFor(output: RunOptions['output']) {
  if (output === 'silent') return 'silent';
  // A terminal that does not tell its width would get one letter on each line.
  return process.stdout.isTTY && process.stdout.columns > 0 ? 'default' : 'simple';
}

/** The library's own preset hides short times. */
const everyTime = {
  condition: true,
  field: (ms: number) => formatSeconds(ms),
  format: () => (text: string) => text,
};

/** Milliseconds as seconds for people: `0.4 s`, `12.3 s`, `215 s`. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  return `${seconds.toFixed(seconds < 99.95 ? 1 : 0)} s`;
}

function reportTo(task: ListrTaskWrapper<unknown, never, never>): (line: string) => void {
  return (line) => {
    const text = line.trim();
    if (text !== '') task.output = text;
  };
}
