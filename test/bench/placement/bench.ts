import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, BenchResult } from '../main.ts';
import { chooseParts } from '../parts.ts';
import type { Figure } from '../report.ts';

/** Measures in a folder of its own. */
type Part = (dir: string, context: BenchContext) => Promise<Figure[]>;

/** Loaded only when they are asked for. */
const parts: Record<string, () => Promise<Part>> = {
  rate: async () => (await import('./rate/part.ts')).ratePart,
  index: async () => (await import('./index/part.ts')).indexPart,
  'pool-status': async () => (await import('./pool-status/part.ts')).poolStatusPart,
  bound: async () => (await import('./bound/part.ts')).boundPart,
  rebalance: async () => inNoFolder((await import('./rebalance/part.ts')).part),
  'what-if': async () => (await import('./what-if/part.ts')).whatIfPart,
  headroom: async () => (await import('./headroom/part.ts')).headroomPart,
  packing: async () => inNoFolder((await import('./packing/part.ts')).part),
};

function inNoFolder(part: (context: BenchContext) => Promise<Figure[]>): Part {
  return (_, context) => part(context);
}

/** Of the last minute: where others use the machine as well, times say little of who was measured. */
const load = () => (loadavg()[0] ?? 0).toFixed(1);

/** The placement engine beside others who place. `context.parts` may choose among the parts. */
export async function bench(context: BenchContext): Promise<BenchResult> {
  const chosen = chooseParts(parts, context.parts);
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-bench-'));
  try {
    const figures: Figure[] = [];
    const before = load();
    for (const [index, loadPart] of chosen.entries()) {
      const own = join(dir, String(index));
      await mkdir(own);
      figures.push(...(await (await loadPart())(own, context)));
    }
    return { figures, machine: { 'load before': before, 'load after': load() } };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
