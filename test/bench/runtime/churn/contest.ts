import { Contestant, nodeProgram } from '../../contestant.ts';
import type { Figure } from '../../report.ts';
import type { Arena } from '../arena.ts';
import type { ChurnSpec } from './client.ts';
import { churnFigures, type HeapLook } from './figures.ts';
import type { Liver } from './lives.ts';

const looks = 5;
const livesOf: Record<Liver, number> = {
  'runtime, in memory': 10_000,
  'operator, in memory': 10_000,
  'runtime, API server': 2_000,
};

/** Whether the heap stays as it is while thousands of VMs come and go. */
export async function churnContest(arena: Arena): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [liver, lives] of Object.entries(livesOf) as [Liver, number][]) {
    arena.context.progress(`churn: ${lives} VMs come and go (${liver})`);
    figures.push(...churnFigures(liver, await churn(arena, liver, lives)));
  }
  return figures;
}

async function churn({ kubeconfigPath, context }: Arena, liver: Liver, lives: number): Promise<HeapLook[]> {
  const { progress, signal } = context;
  const spec: ChurnSpec = { liver, kubeconfigPath, lives: lives / looks, looks };
  const command = nodeProgram(import.meta.dirname, 'client.ts', spec, '--expose-gc');
  const process = new Contestant(liver, command, signal);
  const seen: HeapLook[] = [];
  try {
    while (seen.length < looks) {
      const look = await process.next(['lives', 'heapKiB']);
      progress(`churn: after ${look.lives} VMs a heap of ${Math.round(look.heapKiB)} KiB`);
      seen.push(look);
    }
    return seen;
  } finally {
    await process.end();
  }
}
