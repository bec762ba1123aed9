import type { PlacementEngine } from '../engine/engine.ts';
import type { Decision, Placement, PlacementRequest } from '../model/decision.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';

/** Why VMs do not come in, for a condition. */
export type Refusal = Decision & { kind: 'unplaced' };

/** That VMs do not come to the hosts that were meant for them; says why of all the hosts that were tried. */
export type Objection = (tried: readonly string[]) => Refusal;

/**
 * One who may refuse VMs that rules and room let in, as somebody else is to have the room. `leaving`: ids of VMs that are
 * gone by then. Not asked within a trial of the engine.
 */
export interface Reviewer {
  /** Why the VMs may not come, whatever hosts they get. */
  refusal(pool: string, vms: readonly VmState[], leaving: readonly string[]): Refusal | undefined;
  /** Why they may not come to these hosts. */
  objection(pool: string, placed: readonly PlacedVm[], leaving: readonly string[]): Objection | undefined;
  /** Hosts that are worth a try where it objects to the best one, the best first. */
  candidates(request: PlacementRequest): Iterable<string>;
}

/**
 * The one way for VMs to their hosts. Whoever has found a host, or several for a gang, by rules and room asks here before
 * the VM is counted on it.
 */
export class Gate {
  readonly #engine: PlacementEngine;
  readonly #reviewers: readonly Reviewer[];

  constructor(engine: PlacementEngine, reviewers: readonly Reviewer[]) {
    this.#engine = engine;
    this.#reviewers = reviewers;
  }

  /** Why the VMs may not all come, whatever hosts they get: asked before these are looked for, as that may be in vain. */
  refusalAnywhere(
    pool: string,
    vms: readonly VmState[],
    leaving: readonly string[] = [],
  ): Refusal | undefined {
    return firstOf(this.#reviewers, (reviewer) => reviewer.refusal(pool, vms, leaving));
  }

  /** Why the VMs may not all come to these hosts; undefined when they may. */
  refusal(pool: string, placed: readonly PlacedVm[], leaving: readonly string[] = []): Refusal | undefined {
    return (
      this.refusalAnywhere(pool, placed, leaving) ??
      this.#objection(pool, placed, leaving)?.(placed.map(({ host }) => host))
    );
  }

  /** The host for a VM that may come somewhere: the engine's best on which nobody objects to it. `best` is its best of all. */
  choose(request: PlacementRequest, best: Placement): Decision {
    const objection = this.#objectionOn(request, best.host);
    if (!objection) return { kind: 'placed', ...best };
    const tried = new Set([best.host]);
    for (const host of this.#candidates(request)) {
      if (tried.has(host)) continue;
      tried.add(host);
      if (!this.#objectionOn(request, host)) return this.#second(request, host);
    }
    return objection([...tried]);
  }

  *#candidates(request: PlacementRequest): Generator<string> {
    for (const reviewer of this.#reviewers) yield* reviewer.candidates(request);
  }

  #objectionOn({ pool, vm }: PlacementRequest, host: string): Objection | undefined {
    return this.#objection(pool, [{ ...vm, host }], []);
  }

  #objection(pool: string, placed: readonly PlacedVm[], leaving: readonly string[]): Objection | undefined {
    return firstOf(this.#reviewers, (reviewer) => reviewer.objection(pool, placed, leaving));
  }

  #second(request: PlacementRequest, host: string): Decision {
    const cell = this.#engine.cellOn(request, host);
    return { kind: 'placed', passedOver: true, host, ...(cell === undefined ? {} : { cell }) };
  }
}

function firstOf<R, T>(reviewers: readonly R[], ask: (reviewer: R) => T | undefined): T | undefined {
  for (const reviewer of reviewers) {
    const answer = ask(reviewer);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
