import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, BenchResult } from '../main.ts';
import { chooseParts } from '../parts.ts';
import type { Figure } from '../report.ts';
import { type Arena, startArena } from './arena.ts';
import { cacheContest } from './caches/contest.ts';
import { churnContest } from './churn/contest.ts';
import { idleContest } from './idle/contest.ts';
import { reconcileContest } from './reconciles/contest.ts';
import { writeContest } from './writes/contest.ts';
import { youngContest } from './young/contest.ts';

const contests: Record<string, (arena: Arena) => Promise<Figure[]>> = {
  caches: cacheContest,
  reconciles: reconcileContest,
  idle: idleContest,
  writes: writeContest,
  churn: churnContest,
  young: youngContest,
};

/**
 * The controller runtime and the whole operator on a real API server with 10,000 VMs, beside client-node.
 * `context.parts` may choose among the contests.
 */
export async function bench(context: BenchContext): Promise<BenchResult> {
  const chosen = chooseParts(contests, context.parts);
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-bench-'));
  try {
    const arena = await startArena(dir, context);
    try {
      const figures: Figure[] = [];
      for (const contest of chosen) figures.push(...(await contest(arena)));
      return { figures };
    } finally {
      await arena.end();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
