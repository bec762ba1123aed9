import type { CopyCost } from '../moves/copy.ts';
import type { Filling } from '../moves/destination.ts';
import type { Layout } from '../moves/layout.ts';
import type { Links } from '../moves/links.ts';
import type { Move } from '../moves/waves.ts';
import { type Candidate, inOrderOfUse } from './candidates.ts';
import type { Worth } from './options.ts';
import { swapFor } from './swap.ts';
import type { Targets } from './targets.ts';

/** A move with what it takes and what it gives. */
export interface PlannedMove extends Move {
  cost: CopyCost;
  /** How much of a host's excess over the target it takes away, in parts of a host; of a swap each half has half. */
  gain: number;
  /** The VM that goes the other way; neither is moved without the other. */
  partner?: number;
}

/** All that a run needs and none changes but the layout. */
export interface Ground {
  layout: Layout;
  targets: Targets;
  links: Links;
  /** Seconds that each VM's migration takes at best; NaN where it must not be moved. */
  seconds: Float64Array;
  /** The level that each host has by VMs alone that must not be moved. */
  leastLevels: Float64Array;
  worth: Worth;
  maxMoves: number;
  /** The level that no host may exceed at any time. */
  ceiling: number;
}

const rounding = 1e-9;

/**
 * Takes VMs from hosts above the target level to hosts that stay below it, always from the one furthest above, until no
 * host is above, no move is worth it, or the moves are used up. The layout is left as after the moves.
 * @param hopeless it ends at once when it has to leave a host at this level or above that has VMs to give
 */
export function shed(ground: Ground, target: number, filling: Filling, hopeless = Infinity): Shedding {
  const run = new Shedding(ground, target, filling);
  let goesOn = true;
  while (goesOn && run.leftAt < hopeless) goesOn = run.step();
  return run;
}

/** One run at one target. */
export class Shedding {
  readonly ground: Ground;
  readonly target: number;
  readonly moves: PlannedMove[] = [];
  /** The highest level of a host that was given up though it has VMs that may be moved. */
  leftAt = Number.NEGATIVE_INFINITY;
  /** Of each host, as it is now. */
  readonly levels: Float64Array;
  /** 1 for what was moved already: no VM moves twice. */
  readonly #moved: Uint8Array;
  readonly #filling: Filling;
  readonly #givenUp: Uint8Array;

  constructor(ground: Ground, target: number, filling: Filling) {
    const { count } = ground.layout.problem.hosts;
    this.ground = ground;
    this.target = target;
    this.#filling = filling;
    this.levels = Float64Array.from({ length: count }, (_, host) => ground.targets.level(host));
    this.#moved = new Uint8Array(ground.layout.problem.vms.count);
    this.#givenUp = new Uint8Array(count);
  }

  /** Makes a move or a swap, or gives up one host; false when there is nothing left to do. */
  step(): boolean {
    const donor = this.#furthestAbove();
    if (donor < 0 || this.moves.length >= this.ground.maxMoves) return false;
    const excess = this.ground.targets.excess(donor, this.target);
    const dimension = this.ground.targets.worstDimension(donor);
    const candidates = this.candidates(donor, dimension);
    const found =
      this.#single(candidates, donor, excess) ?? swapFor(this, candidates, donor, dimension, excess);
    if (found.length === 0) this.#giveUp(donor);
    for (const move of found) this.#make(move);
    return true;
  }

  /** The highest level of a host that a plan could lower. */
  level(): number {
    let worst = Number.NEGATIVE_INFINITY;
    for (const [host, level] of this.levels.entries())
      if (level > worst && this.#canBeHelped(host)) worst = level;
    return worst;
  }

  /** Those VMs of the host that may be moved. */
  candidates(host: number, dimension: number): Candidate[] {
    const { layout, seconds } = this.ground;
    const found: Candidate[] = [];
    for (const vm of layout.members[host] as number[]) {
      const cost = seconds[vm] as number;
      if (Number.isNaN(cost) || this.#moved[vm] === 1) continue;
      found.push({ vm, share: layout.share(vm, host, dimension), cost });
    }
    return found;
  }

  /** What this way costs, where it is worth that and the migration would end. */
  worthwhile(vm: number, from: number, to: number, gain: number): CopyCost | undefined {
    const { links, worth } = this.ground;
    const cost = links.copyCost(vm, from, to);
    return cost && gain * worth.stableSeconds >= cost.seconds ? cost : undefined;
  }

  #giveUp(host: number): void {
    this.#givenUp[host] = 1;
    if (this.#canBeHelped(host)) this.leftAt = Math.max(this.leftAt, this.levels[host] as number);
  }

  #canBeHelped(host: number): boolean {
    return (this.levels[host] as number) > (this.ground.leastLevels[host] as number) + rounding;
  }

  #furthestAbove(): number {
    let [donor, most] = [-1, this.target + rounding];
    for (let host = 0; host < this.levels.length; host++) {
      const level = this.levels[host] as number;
      if (level > most && this.#givenUp[host] === 0) [donor, most] = [host, level];
    }
    return donor;
  }

  #single(candidates: readonly Candidate[], from: number, excess: number): PlannedMove[] | undefined {
    const roomless: number[] = [];
    for (const { vm, share } of inOrderOfUse(candidates, excess)) {
      const gain = Math.min(share, excess);
      if (gain < this.ground.worth.minGain || roomless.some((other) => this.#isAtLeast(vm, other))) continue;
      const to = this.#receiver(vm, from, gain);
      const cost = to < 0 ? undefined : this.worthwhile(vm, from, to, gain);
      if (cost) return [{ vm, from, to, gain, cost }];
      if (to === noRoom) roomless.push(vm);
    }
    return undefined;
  }

  /** Asks for what is dear only where a host would be better than the best so far. */
  #receiver(vm: number, from: number, gain: number): number {
    const { layout, targets } = this.ground;
    let [best, bestLevel, hasRoom] = [-1, Number.NaN, false];
    for (let host = 0; host < this.levels.length; host++) {
      if (host === from || (this.levels[host] as number) > this.target) continue;
      const level = targets.levelWith(vm, host);
      if (level > this.target + rounding || !layout.fits(vm, host)) continue;
      hasRoom = true;
      const isBetter = this.#filling === 'emptiest' ? !(level >= bestLevel) : !(level <= bestLevel);
      if (!isBetter || !layout.rules.allows(vm, host)) continue;
      if (this.worthwhile(vm, from, host, gain)) [best, bestLevel] = [host, level];
    }
    return best >= 0 || hasRoom ? best : noRoom;
  }

  /** Whether this VM asks for no less than the other in anything, so that it has no room where that has none. */
  #isAtLeast(vm: number, other: number): boolean {
    const { problem, demands, loadDimensions } = this.ground.layout;
    const { vms, dimensions } = problem;
    return (
      rowIsAtLeast(vms.requests, dimensions, vm, other) && rowIsAtLeast(demands, loadDimensions, vm, other)
    );
  }

  #make(move: PlannedMove): void {
    const { layout, targets } = this.ground;
    layout.move(move.vm, move.to);
    this.#moved[move.vm] = 1;
    this.moves.push(move);
    for (const host of [move.from, move.to]) this.levels[host] = targets.level(host);
  }
}

/** In place of a host, when none has room whatever the rules say. */
const noRoom = -2;

function rowIsAtLeast(of: Float64Array, width: number, row: number, other: number): boolean {
  for (let d = 0; d < width; d++)
    if ((of[row * width + d] as number) < (of[other * width + d] as number)) return false;
  return true;
}
