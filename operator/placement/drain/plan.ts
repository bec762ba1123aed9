import { type CopySettings, defaultCopySettings } from '../moves/copy.ts';
import { destinationFor, type Refusals, refusalsOf } from '../moves/destination.ts';
import { Layout } from '../moves/layout.ts';
import { defaultMoveLimits, Links, type MoveLimits } from '../moves/links.ts';
import { checkProblem, Fixed, type MoveProblem } from '../moves/problem.ts';
import { type MoveRules, noRules } from '../moves/rules.ts';
import { makeRoom } from './make-room.ts';
import { type DrainedHost, type DrainMove, scheduleOf } from './schedule.ts';

export interface DrainOptions {
  limits: MoveLimits;
  copy: CopySettings;
  /** Whether a VM of another host may be moved on, where one that has to leave finds no room else. */
  mayMakeRoom: boolean;
}

export const defaultDrainOptions: DrainOptions = {
  limits: defaultMoveLimits,
  copy: defaultCopySettings,
  mayMakeRoom: true,
};

type FixedReason = 'Pinned' | 'HostLost' | 'NotRunning';

const reasons: Readonly<Record<number, FixedReason>> = {
  [Fixed.pinned]: 'Pinned',
  [Fixed.hostLost]: 'HostLost',
  [Fixed.notRunning]: 'NotRunning',
};

/** Why a VM stays on a host that is to be drained. */
export type Blocked =
  | { vm: number; because: FixedReason }
  /** It dirties its memory faster than its host's link sends it. */
  | { vm: number; because: 'DirtiesTooFast' }
  /** No host takes it; how many refuse it for each reason, and which one is nearest to having room. */
  | { vm: number; because: 'NoDestination'; refusals: Refusals };

export interface DrainPlan {
  /** Moves of one wave run side by side, the next wave begins when all have ended. */
  waves: DrainMove[][];
  /** VMs that stay, by their number. */
  blocked: Blocked[];
  /** The hosts in the order in which they get empty; those that do not come last. */
  hosts: DrainedHost[];
}

/**
 * How hosts are emptied, the whole plan before anything moves. Hosts that are drained together, such as a rack, never take
 * VMs of each other, so that nothing moves twice. At every moment of its execution, also while VMs count on both hosts,
 * capacity, reserve and rules hold.
 * @param drained the hosts to empty
 * @param rules are left as they were
 * @throws RangeError when a host is not there, or the problem holds a value that no host or VM can have
 */
export function planDrain(
  problem: MoveProblem,
  drained: readonly number[],
  rules: MoveRules = noRules,
  options: DrainOptions = defaultDrainOptions,
): DrainPlan {
  checkProblem(problem);
  const unknown = drained.find((host) => !(host >= 0 && host < problem.hosts.count));
  if (unknown !== undefined) throw new RangeError(`there is no host ${unknown}`);
  const layout = new Layout(problem, rules);
  const drain = new Drain(layout, new Links(problem, options.limits, options.copy), drained, options);
  drain.findDestinations();
  layout.undo(0);
  const { waves, hosts } = scheduleOf(layout, drain.links, drain.moves, drained, options.limits);
  layout.undo(0);
  return { waves, hosts, blocked: drain.blocked.sort((a, b) => a.vm - b.vm) };
}

/** What a search for destinations has found so far. */
export class Drain {
  readonly layout: Layout;
  readonly links: Links;
  readonly moves: DrainMove[] = [];
  readonly blocked: Blocked[] = [];
  readonly moved = new Set<number>();
  readonly #drained: ReadonlySet<number>;
  readonly #options: DrainOptions;

  constructor(layout: Layout, links: Links, drained: readonly number[], options: DrainOptions) {
    this.layout = layout;
    this.links = links;
    this.#drained = new Set(drained);
    this.#options = options;
  }

  readonly isTarget = (host: number): boolean => !this.#drained.has(host);

  /** Largest first, as they find room hardest; room is made only when all others have theirs. */
  findDestinations(): void {
    const homeless: number[] = [];
    for (const vm of this.#leaving()) {
      const because = this.#staysBecause(vm);
      if (because) this.blocked.push({ vm, because });
      else if (!this.#goes(vm)) homeless.push(vm);
    }
    for (const vm of homeless) {
      if (this.#goes(vm) || (this.#options.mayMakeRoom && makeRoom(this, vm))) continue;
      const refusals = refusalsOf(this.layout, this.links, vm, this.isTarget);
      this.blocked.push({ vm, because: 'NoDestination', refusals });
    }
  }

  make(move: DrainMove): void {
    this.layout.move(move.vm, move.to);
    this.moved.add(move.vm);
    this.moves.push(move);
  }

  #leaving(): number[] {
    const { layout } = this;
    const size = (vm: number) => layout.fullnessOf(vm, layout.hostOf(vm));
    const vms = [...this.#drained].flatMap((host) => layout.members[host] as number[]);
    return vms.sort((a, b) => size(b) - size(a) || a - b);
  }

  #staysBecause(vm: number): Exclude<Blocked['because'], 'NoDestination'> | undefined {
    const fixed = this.layout.problem.vms.fixed?.[vm] ?? Fixed.no;
    return reasons[fixed] ?? (this.links.leastCost(vm) ? undefined : 'DirtiesTooFast');
  }

  #goes(vm: number): boolean {
    const found = destinationFor(this.layout, this.links, vm, this.isTarget, 'emptiest');
    if (found) this.make({ vm, from: this.layout.hostOf(vm), ...found });
    return found !== undefined;
  }
}
