import type { CopyCost } from '../moves/copy.ts';
import type { Layout } from '../moves/layout.ts';
import type { Links, MoveLimits } from '../moves/links.ts';
import { type Move, wavesOf } from '../moves/waves.ts';

export interface DrainMove extends Move {
  cost: CopyCost;
  /** Of a VM that is on no drained host: for whom it goes. */
  makesRoomFor?: number;
}

export interface DrainedHost {
  host: number;
  /** How many waves have to end until it is empty; undefined when VMs stay on it. */
  emptyAfter?: number;
}

/**
 * Waves for the moves of a drain: the host that is quickest to empty first, so that work on it can begin while others
 * still drain; what is left of the slots goes to the next. Where room has to be made the order stays as it is: another
 * move could take what was made.
 * @param moves in an order in which they can be made
 * @param layout as it is before the moves; it is left as after them
 */
export function scheduleOf(
  layout: Layout,
  links: Links,
  moves: readonly DrainMove[],
  drained: readonly number[],
  limits: MoveLimits,
): { waves: DrainMove[][]; hosts: DrainedHost[] } {
  const makesRoom = moves.some(({ makesRoomFor }) => makesRoomFor !== undefined);
  const { waves } = wavesOf(layout, makesRoom ? moves : quickestHostFirst(moves), { links, limits });
  const hosts = [...new Set(drained)].map((host) => whenEmpty(layout, waves, host));
  const when = ({ emptyAfter }: DrainedHost) => emptyAfter ?? Number.POSITIVE_INFINITY;
  return { waves, hosts: hosts.sort((a, b) => (when(a) === when(b) ? a.host - b.host : when(a) - when(b))) };
}

function quickestHostFirst(moves: readonly DrainMove[]): DrainMove[] {
  const seconds = new Map<number, number>();
  for (const { from, cost } of moves) seconds.set(from, (seconds.get(from) ?? 0) + cost.seconds);
  const of = ({ from }: DrainMove) => seconds.get(from) as number;
  return moves.toSorted((a, b) => of(a) - of(b) || a.from - b.from);
}

function whenEmpty(layout: Layout, waves: readonly (readonly DrainMove[])[], host: number): DrainedHost {
  if ((layout.members[host] as number[]).length > 0) return { host };
  return { host, emptyAfter: waves.findLastIndex((wave) => wave.some(({ from }) => from === host)) + 1 };
}
