import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type History, type HistoryOptions, histories, type Wish } from '../../chaos/acto/histories.ts';
import { startTestFabric, type TestFabric } from '../fabric-kit.ts';
import { endLife, liveForReal } from './real-life.ts';

/** Always the same; others by `ACTO_SEED=7 ACTO_RUNS=20`. */
const seed = Number(process.env['ACTO_SEED'] ?? 20_261_126);
const numRuns = Number(process.env['ACTO_RUNS'] ?? 5);

/** One host, so that a VM that stays where it is and one that is placed anew are on the same. */
const options: HistoryOptions = {
  surroundings: {
    kernels: ['small'],
    networks: ['lab'],
    taints: [],
    hostLabels: { 'kubernetes.io/hostname': ['h1'] },
    cores: { small: [1, 2, 3], large: [64] },
    memory: { small: ['128Mi', '134217728', '160.5Mi', '200M'], large: ['4Ti'] },
  },
  pools: [undefined, 'default'],
  labels: { app: ['db', 'web'] },
};

let lab: TestFabric;

beforeAll(async () => {
  lab = await startTestFabric({ hosts: 1 });
});
afterAll(() => lab?.stop());

it('on real hosts, too, a VM that was changed ends as one that is made by the last wish alone', {
  timeout: numRuns * 300_000,
}, async () => {
  const sample = fc.sample(histories(options).filter(endsRunning), { seed, numRuns });
  let changes = 0;
  for (const [index, history] of sample.entries()) {
    const name = `acto-${index}`;
    const end = await liveForReal(lab, name, history);
    await endLife(lab, name);
    expect(end).toContain('Running');
    const last = history.slice(-1);
    expect(end, JSON.stringify(history)).toBe(await liveForReal(lab, name, last));
    await endLife(lab, name);
    changes += history.length - 1;
  }
  console.log(`acto on real hosts: ${numRuns} histories, ${changes} changes`);
});

/** What a VM that is stopped, or cannot be had, keeps of its past is compared on the fakes. */
function endsRunning(history: History): boolean {
  const last = history.at(-1);
  return last !== undefined && canRun(last);
}

function canRun({ spec }: Wish): boolean {
  const { runStrategy = 'Always', kernel, interfaces = [], cpu, memory, placement } = spec;
  const { small } = options.surroundings.memory;
  return (
    runStrategy === 'Always' &&
    kernel?.name === 'small' &&
    interfaces.every(({ network }) => network === 'lab') &&
    (cpu?.cores ?? 1) <= 3 &&
    small.includes(memory.size) &&
    !placement?.hostSelector &&
    !placement?.hostAffinity
  );
}
