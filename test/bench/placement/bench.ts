import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
  bound: async () => (await import('./bound/part.ts')).boundPart,
};

/** The placement engine beside others who place. `context.parts` may choose among the parts. */
export async function bench(context: BenchContext): Promise<BenchResult> {
  const chosen = chooseParts(parts, context.parts);
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-bench-'));
  try {
    const figures: Figure[] = [];
    for (const [index, load] of chosen.entries()) {
      const own = join(dir, String(index));
      await mkdir(own);
      figures.push(...(await (await load())(own, context)));
    }
    return { figures };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
