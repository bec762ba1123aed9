import type { Figure } from '../../report.ts';
import { takeTurns } from '../../turns.ts';
import type { Arena } from '../arena.ts';
import { type Restart, restartOperator } from '../operator/process.ts';
import { keyOf, sizes, youngFigures } from './figures.ts';

const rounds = 3;

/** What the greatest size of V8's young generation does to the operator's memory and speed. */
export async function youngContest(arena: Arena): Promise<Figure[]> {
  const { progress, signal } = arena.context;
  const { operator } = await arena.fleet();
  const turn = (size: (typeof sizes)[number]): [string, () => Promise<Restart>] => {
    const flags = size === undefined ? [] : [`--max-semi-space-size=${size}`];
    return [keyOf(size), () => restartOperator(operator, { signal, flags })];
  };
  const onRound = (round: number) => progress(`young generation: round ${round} of ${rounds}`);
  return youngFigures(await takeTurns(new Map(sizes.map(turn)), { rounds, onRound }));
}
