import { Contestant, nodeProgram } from '../../contestant.ts';
import type { Figure } from '../../report.ts';
import { takeTurns } from '../../turns.ts';
import type { Arena } from '../arena.ts';
import { emptyNamespace, fleetNamespace } from '../population.ts';
import type { CacheSpec } from './client.ts';
import { cacheFigures, type Filling, fillingKeys, keyOf } from './figures.ts';
import type { CacheClient } from './open.ts';

const rounds = 3;
const clients: readonly CacheClient[] = ['runtime', 'stock', 'operator'];

/** Time to synced caches, and memory for each object in them, beside client-node's informer. */
export async function cacheContest(arena: Arena): Promise<Figure[]> {
  const { kubeconfigPath, context } = arena;
  const fleet = await arena.fleet();
  const turns = clients.flatMap((client) =>
    [fleetNamespace, emptyNamespace].map((namespace): [string, () => Promise<Filling>] => [
      keyOf(client, namespace === fleetNamespace),
      () => fill({ kubeconfigPath, client, namespace }, context.signal),
    ]),
  );
  const onRound = (round: number) => context.progress(`caches: round ${round} of ${rounds}`);
  return cacheFigures(await takeTurns(new Map(turns), { rounds, onRound }), fleet);
}

/** A process that fills its caches; it stays, idle. */
export function cacheProcess(spec: CacheSpec, signal: AbortSignal): Contestant {
  return new Contestant(
    spec.client,
    nodeProgram(import.meta.dirname, 'client.ts', spec, '--expose-gc'),
    signal,
  );
}

async function fill(spec: CacheSpec, signal: AbortSignal): Promise<Filling> {
  const process = cacheProcess(spec, signal);
  try {
    return await process.next(fillingKeys);
  } finally {
    await process.end();
  }
}
