import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type History, type HistoryOptions, histories, type Wish } from '../../chaos/acto/histories.ts';
import { startTestFabric, type TestFabric } from '../fabric-kit.ts';
import { endLife, liveForReal } from './real-life.ts';

/** Always the same; others by `ACTO_SEED=7 ACTO_RUNS=20`. */
const seed = Number(process.env['ACTO_SEED'] ?? 20_261_126);
const numRuns = Number(process.env['ACTO_RUNS'] ?? 5);

const atOnce = 3;

/** One host, so that a VM that stays where it is and one that is placed anew are on the same. */
const options: HistoryOptions = {
  surroundings: {
    kernels: ['small'],
    networks: ['lab'],
    taints: [{ key: 'dedicated', value: 'db' }],
    resources: ['gpu'],
    classes: ['medium'],
    hostLabels: { 'kubernetes.io/hostname': ['h1'] },
    cores: { small: [1, 2], large: [64] },
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
  // Some at once, as most of the time is spent waiting; the host has room for as many.
  const rows = Array.from({ length: atOnce }, (_, row) => sample.filter((_one, at) => at % atOnce === row));
  const compareAll = async (row: History[], name: string) => {
    for (const history of row) await compareWithFresh(history, name);
  };
  await Promise.all(rows.map((row, index) => compareAll(row, `acto-${index}`)));
  const changes = sample.reduce((sum, history) => sum + history.length - 1, 0);
  console.log(`acto on real hosts: ${numRuns} histories, ${changes} changes`);
});

async function compareWithFresh(history: History, name: string): Promise<void> {
  const end = await liveForReal(lab, name, history);
  await endLife(lab, name);
  expect(end).toContain('Running');
  expect(end, JSON.stringify(history)).toBe(await liveForReal(lab, name, history.slice(-1)));
  await endLife(lab, name);
}

/** What a VM that is stopped, or cannot be had, keeps of its past is compared on the fakes. */
function endsRunning(history: History): boolean {
  const last = history.at(-1);
  return last !== undefined && canRun(last);
}

function canRun({ spec }: Wish): boolean {
  const {
    runStrategy = 'Always',
    kernel,
    interfaces = [],
    cpu,
    memory,
    placement,
    resources,
    classRef,
  } = spec;
  const { small } = options.surroundings.memory;
  return (
    runStrategy === 'Always' &&
    kernel?.name === 'small' &&
    interfaces.every(({ network }) => network === 'lab') &&
    (cpu?.cores ?? 1) <= 2 &&
    small.includes(memory?.size ?? '') &&
    !resources &&
    !classRef &&
    !placement?.hostSelector &&
    !placement?.hostAffinity
  );
}
