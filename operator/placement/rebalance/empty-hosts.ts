import type { CopyCost } from '../moves/copy.ts';
import { destinationFor } from '../moves/destination.ts';
import { Layout } from '../moves/layout.ts';
import { Links } from '../moves/links.ts';
import { checkProblem, type MoveProblem } from '../moves/problem.ts';
import { type MoveRules, noRules } from '../moves/rules.ts';
import { type Move, wavesOf } from '../moves/waves.ts';
import { type MoveOptions, movableSeconds } from './movable.ts';

export interface EmptyingOptions extends MoveOptions {
  /** Other hosts are filled up to this part of what they may carry. */
  fillUpTo: number;
  /** So many hosts are emptied at most. */
  maxHosts: number;
}

export interface EmptyingMove extends Move {
  cost: CopyCost;
}

export interface EmptyingPlan {
  /** Moves of one wave run side by side, the next wave begins when all have ended. */
  waves: EmptyingMove[][];
  /** The hosts that carry nothing in the end and did before, in the order in which they were chosen. */
  emptied: number[];
  /** So many hosts are needed at least, filled as far as they may be; no plan can leave fewer. */
  fewestHosts: number;
}

/**
 * Consolidation: the hosts that are cheapest to empty give all their VMs to others, each to the fullest one that has
 * room. A host is emptied whole or left alone. Hosts that are empty already stay so.
 * @param rules are left as they were
 * @throws RangeError when the problem holds a value that no host or VM can have
 */
export function planEmptying(
  problem: MoveProblem,
  rules: MoveRules = noRules,
  options: EmptyingOptions,
): EmptyingPlan {
  checkProblem(problem);
  const layout = new Layout(problem, rules);
  const links = new Links(problem, options.limits, options.copy);
  const run = new Emptying(layout, links, options);
  for (const host of run.cheapestFirst()) run.tryToEmpty(host);
  layout.undo(0);
  const { waves } = wavesOf(layout, run.moves, { links, limits: options.limits });
  layout.undo(0);
  return { waves, emptied: run.emptied, fewestHosts: fewestHosts(layout, options.fillUpTo) };
}

class Emptying {
  readonly moves: EmptyingMove[] = [];
  readonly emptied: number[] = [];
  readonly #layout: Layout;
  readonly #links: Links;
  readonly #options: EmptyingOptions;
  readonly #seconds: Float64Array;
  /** A host to which something came is not emptied: nothing moves twice. */
  readonly #received = new Set<number>();

  constructor(layout: Layout, links: Links, options: EmptyingOptions) {
    this.#layout = layout;
    this.#links = links;
    this.#options = options;
    this.#seconds = movableSeconds(layout, links, options.coolDownSeconds);
  }

  /** Hosts whose VMs may all be moved, by the time that takes. */
  cheapestFirst(): number[] {
    const all = this.#layout.members.map((vms, host) => {
      const seconds = vms.reduce((sum, vm) => sum + (this.#seconds[vm] as number), 0);
      return { host, vms: vms.length, seconds };
    });
    const possible = all.filter(({ vms, seconds }) => vms > 0 && !Number.isNaN(seconds));
    return possible.sort((a, b) => a.seconds - b.seconds || a.host - b.host).map(({ host }) => host);
  }

  tryToEmpty(host: number): void {
    const vms = this.#layout.members[host] as number[];
    const { maxHosts, maxMoves } = this.#options;
    if (this.emptied.length >= maxHosts || this.#received.has(host)) return;
    if (this.moves.length + vms.length > maxMoves) return;
    const mark = this.#layout.mark();
    const moves = this.#movesOf(host, vms);
    if (moves === undefined) {
      this.#layout.undo(mark);
      return;
    }
    this.moves.push(...moves);
    this.emptied.push(host);
    for (const { to } of moves) this.#received.add(to);
  }

  /** Largest first, as they find room hardest. */
  #movesOf(from: number, vms: readonly number[]): EmptyingMove[] | undefined {
    const size = (vm: number) => this.#layout.fullnessOf(vm, from);
    const moves: EmptyingMove[] = [];
    for (const vm of vms.toSorted((a, b) => size(b) - size(a) || a - b)) {
      const isTarget = (host: number) => this.#mayFill(vm, host);
      const found = destinationFor(this.#layout, this.#links, vm, isTarget, 'tightest');
      if (!found) return undefined;
      this.#layout.move(vm, found.to);
      moves.push({ vm, from, ...found });
    }
    return moves;
  }

  #mayFill(vm: number, host: number): boolean {
    const isEmpty = this.#layout.members[host]?.length === 0;
    return !isEmpty && this.#layout.fullnessWith(vm, host) <= this.#options.fillUpTo;
  }
}

/** The largest hosts first, until there is enough of every dimension. What is fuller than it may be filled stays so. */
function fewestHosts({ problem, used }: Layout, fillUpTo: number): number {
  const { dimensions, hosts } = problem;
  let fewest = 0;
  for (let d = 0; d < dimensions; d++) {
    const column = (of: Float64Array) => of.filter((_, index) => index % dimensions === d);
    const taken = column(used);
    const carries = column(hosts.limits).map((limit, host) =>
      Math.max(limit * fillUpTo, taken[host] as number),
    );
    let left = taken.reduce((sum, amount) => sum + amount, 0);
    const needed = carries
      .sort()
      .reverse()
      .findIndex((most) => {
        const isEnough = left <= 0;
        left -= most;
        return isEnough;
      });
    fewest = Math.max(fewest, needed < 0 ? hosts.count : needed);
  }
  return fewest;
}
