import type { PlacementEngine } from '../engine/engine.ts';
import type { Decision, Placement, PlacementRequest } from '../model/decision.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { Change, SingleChange } from '../model/would-fit.ts';

/** Where a VM comes in. */
export type Placed = Decision & { kind: 'placed' };

/** Why VMs do not come in, for a condition. */
export type Refusal = Decision & { kind: 'unplaced' };

/** That VMs do not come to the hosts that were meant for them; says why of all the hosts that were tried. */
export type Objection = (tried: readonly string[]) => Refusal;

/**
 * One who may refuse VMs that rules and room let in, as somebody else is to have the room. `leaving`: ids of VMs that are
 * gone by then. Not asked within a trial of the engine that is not the gate's.
 */
export interface Reviewer {
  /** Why the VMs may not come, whatever hosts they get. */
  refusal(pool: string, vms: readonly VmState[], leaving: readonly string[]): Refusal | undefined;
  /** Why they may not come to these hosts. */
  objection(pool: string, placed: readonly PlacedVm[], leaving: readonly string[]): Objection | undefined;
  /** Hosts that are worth a try where it objects to the best one, the best first. */
  candidates(request: PlacementRequest): Iterable<string>;
  /** Does as `action` says, within which it may be asked about the requests, and forgets all that it was told meanwhile. */
  trial<T>(requests: readonly PlacementRequest[], action: () => T): T;
  /** Told in a trial of a VM of the requests that the engine has been told to be on this host. */
  come(pool: string, placed: PlacedVm): void;
  /**
   * Told in a trial of what the engine has been told. False: what comes of it would take too long to find out, and it is not
   * to be asked.
   */
  suppose(request: PlacementRequest, change: SingleChange): boolean;
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
    const found = this.#try(request, best);
    return typeof found === 'function' ? found() : found;
  }

  /** The same host, or why there is none. */
  place(request: PlacementRequest): Decision {
    const decision = this.#engine.place(request);
    return decision.kind === 'placed' ? this.choose(request, decision) : decision;
  }

  /** The same host, without why there is none; no more than `most` are asked about. */
  find(request: PlacementRequest, most = Number.POSITIVE_INFINITY): Placed | undefined {
    if (this.refusalAnywhere(request.pool, [request.vm])) return undefined;
    const best = this.#engine.find(request);
    const found = best && this.#try(request, best, most);
    return typeof found === 'function' ? undefined : found;
  }

  /** Does as `action` says, and makes all that the engine and the reviewers were told meanwhile untold, even if it throws. */
  trial<T>(requests: readonly PlacementRequest[], action: () => T): T {
    const within = this.#reviewers.reduceRight<() => T>(
      (inner, reviewer) => () => reviewer.trial(requests, inner),
      action,
    );
    return this.#engine.trial(within);
  }

  /** Tells the engine and all reviewers, in a trial, that a VM of its requests is on this host. */
  come(pool: string, placed: PlacedVm): void {
    this.#engine.upsertVm(placed);
    for (const reviewer of this.#reviewers) reviewer.come(pool, placed);
  }

  /** Tells all reviewers, in a trial, of a change that the engine has been told. False: then they are not to be asked. */
  suppose(request: PlacementRequest, change: Change): boolean {
    const changes = change.kind === 'both' ? change.changes : [change];
    return this.#reviewers.every((reviewer) => changes.every((one) => reviewer.suppose(request, one)));
  }

  /** The first host on which nobody objects, of so many; or why there is none, which costs words. */
  #try(
    request: PlacementRequest,
    best: Placement,
    most = Number.POSITIVE_INFINITY,
  ): Placed | (() => Refusal) {
    const tried: string[] = [];
    let first: Objection | undefined;
    for (const host of this.#worthATry(request, best)) {
      const objection = this.#objectionOn(request, host);
      if (!objection) return host === best.host ? { kind: 'placed', ...best } : this.#second(request, host);
      first ??= objection;
      tried.push(host);
      if (tried.length >= most) break;
    }
    return () => (first as Objection)(tried);
  }

  /** Each host once. */
  *#worthATry(request: PlacementRequest, best: Placement): Generator<string> {
    const seen = new Set([best.host]);
    yield best.host;
    for (const reviewer of this.#reviewers)
      for (const host of reviewer.candidates(request)) {
        if (seen.has(host)) continue;
        seen.add(host);
        yield host;
      }
  }

  #objectionOn({ pool, vm }: PlacementRequest, host: string): Objection | undefined {
    return this.#objection(pool, [{ ...vm, host }], []);
  }

  #objection(pool: string, placed: readonly PlacedVm[], leaving: readonly string[]): Objection | undefined {
    return firstOf(this.#reviewers, (reviewer) => reviewer.objection(pool, placed, leaving));
  }

  #second(request: PlacementRequest, host: string): Placed {
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
