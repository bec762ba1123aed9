import type { Layout } from './layout.ts';
import type { Links, MoveLimits } from './links.ts';

/** One VM to another host. */
export interface Move {
  vm: number;
  from: number;
  to: number;
}

export interface Waves<M extends Move> {
  /** Moves of one wave run side by side; the next begins when all have ended. */
  waves: M[][];
  /** Moves that could not be made even one after another. */
  stuck: M[];
}

export interface WaveOptions {
  links: Links;
  limits: MoveLimits;
  /** Whether this VM may begin to come to `to` beside all that runs; room and rules have been asked already. */
  mayBegin?: (vm: number, to: number) => boolean;
}

/**
 * Puts moves into waves. A VM counts on both hosts while it moves, so that at no time, in whatever order the moves of a
 * wave end, a host carries more than it may or a rule is broken. Moves that can be made one after another in the order
 * given all find their wave: a move may overtake others, but where that ends in moves that wait for each other's room,
 * none does.
 * @param layout as it is before the moves; it is left as after those in the waves
 */
export function wavesOf<M extends Move>(layout: Layout, moves: readonly M[], options: WaveOptions): Waves<M> {
  const mark = layout.mark();
  const quick = fill(layout, moves, options, true);
  if (quick.stuck.length === 0) return quick;
  layout.undo(mark);
  return fill(layout, moves, options, false);
}

function fill<M extends Move>(
  layout: Layout,
  moves: readonly M[],
  options: WaveOptions,
  mayOvertake: boolean,
): Waves<M> {
  const waves: M[][] = [];
  let left = [...moves];
  while (left.length > 0) {
    const { begun, later } = nextWave(layout, left, options, mayOvertake);
    if (begun.length === 0) break;
    for (const { vm, from } of begun) layout.leave(vm, from);
    waves.push(begun);
    left = later;
  }
  return { waves, stuck: left };
}

function nextWave<M extends Move>(
  layout: Layout,
  moves: readonly M[],
  { links, limits, mayBegin = () => true }: WaveOptions,
  mayOvertake: boolean,
): { begun: M[]; later: M[] } {
  const slots = new Slots(links, limits);
  const [begun, later]: [M[], M[]] = [[], []];
  for (const move of moves) {
    const { vm, to } = move;
    const isHeldUp = later.length > 0 && !mayOvertake;
    if (isHeldUp || !slots.areFree(layout, move) || !layout.mayCome(vm, to) || !mayBegin(vm, to))
      later.push(move);
    else {
      slots.take(layout, move);
      layout.arrive(vm, to);
      begun.push(move);
    }
  }
  return { begun, later };
}

/** What the moves of one wave take up. */
class Slots {
  readonly #links: Links;
  readonly #limits: MoveLimits;
  readonly #hosts = new Map<number, number>();
  readonly #uplinks = new Map<number, number>();
  readonly #serials = new Set<number>();
  #taken = 0;

  constructor(links: Links, limits: MoveLimits) {
    this.#links = links;
    this.#limits = limits;
  }

  areFree({ rules }: Layout, { vm, from, to }: Move): boolean {
    const { perHost, perUplink, total } = this.#limits;
    if (this.#taken >= total) return false;
    if ([from, to].some((host) => (this.#hosts.get(host) ?? 0) >= perHost)) return false;
    if (rules.serials?.(vm).some((serial) => this.#serials.has(serial))) return false;
    return this.#links
      .uplinksBetween(from, to)
      .every((uplink) => (this.#uplinks.get(uplink) ?? 0) < perUplink);
  }

  take({ rules }: Layout, { vm, from, to }: Move): void {
    this.#taken++;
    for (const host of [from, to]) this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
    for (const uplink of this.#links.uplinksBetween(from, to))
      this.#uplinks.set(uplink, (this.#uplinks.get(uplink) ?? 0) + 1);
    for (const serial of rules.serials?.(vm) ?? []) this.#serials.add(serial);
  }
}
