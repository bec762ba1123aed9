import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { Policy } from '../model/policy.ts';
import { bySize } from '../model/size.ts';
import type { VmState } from '../model/vm.ts';
import type { Found, Homeless } from './answer.ts';
import { Entrance } from './entrance.ts';
import { gangOf, lacking } from './gang.ts';
import type { Supposition } from './supposition.ts';

/**
 * Places the VMs one after the other, in their order, as the operator lets them in, and of a gang as many at once as it lacks;
 * each that finds a place stays. `haveFailed`: their hosts are lost, so that each by itself gets of what is kept for that.
 */
export function findPlaces(
  supposed: Supposition,
  requests: readonly PlacementRequest[],
  { haveFailed = false } = {},
): { placed: Found[]; homeless: Homeless[] } {
  const { engine } = supposed;
  const entrance = new Entrance(supposed, { usesReserve: haveFailed });
  const search = new Search(engine, inOrder(engine, requests), entrance);
  search.run(haveFailed ? () => ({}) : (vm) => gangOf(engine, vm));
  return { placed: search.placed, homeless: explained(search.without, entrance) };
}

/** A VM without a place; `why` where that is not a question of hosts. */
interface Unplaced {
  request: PlacementRequest;
  why?: string;
}

class Search {
  readonly placed: Found[] = [];
  readonly without: Unplaced[] = [];
  readonly #engine: PlacementEngine;
  readonly #entrance: Entrance;
  /** Those for whom nothing is decided yet, by id, in their order. */
  readonly #waiting: Map<string, PlacementRequest>;

  constructor(engine: PlacementEngine, ordered: readonly PlacementRequest[], entrance: Entrance) {
    this.#engine = engine;
    this.#waiting = new Map(ordered.map((request) => [request.vm.id, request]));
    this.#entrance = entrance;
  }

  run(gangs: (vm: VmState) => ReturnType<typeof gangOf>): void {
    for (const next of this.#waiting.values()) {
      const { policy, conflict } = gangs(next.vm);
      const missing = policy ? lacking(this.#engine, policy) : 0;
      if (conflict !== undefined) this.#leaveOut([next], conflict);
      else if (policy && missing > 0) this.#letGangIn(policy, missing);
      // Of a gang that stands now this one may not be among those who made it.
      if (this.#waiting.has(next.vm.id)) this.#letIn(next);
    }
  }

  #letIn(request: PlacementRequest): void {
    const host = this.#entrance.letIn(request);
    if (host === undefined) this.#leaveOut([request]);
    else this.#settle([{ vm: request.vm.id, host }]);
  }

  /** The most important ones, of these the oldest; for all others it is over when these do not come. */
  #letGangIn(policy: Policy, missing: number): void {
    const isMember = ({ vm }: PlacementRequest) => {
      const its = gangOf(this.#engine, vm).policy;
      return its?.name === policy.name && its.namespace === policy.namespace;
    };
    const members = [...this.#waiting.values()].filter(isMember);
    const asked = byImportance(this.#engine, members);
    const assembled = this.#entrance.letGangIn(policy, missing, asked);
    if (assembled.kind === 'placed')
      this.#settle([...assembled.placements].map(([vm, { host }]) => ({ vm, host })));
    else this.#leaveOut(members, assembled.message);
  }

  #settle(found: readonly Found[]): void {
    this.placed.push(...found);
    for (const { vm } of found) this.#waiting.delete(vm);
  }

  #leaveOut(requests: readonly PlacementRequest[], why?: string): void {
    for (const request of requests) {
      this.without.push({ request, ...(why === undefined ? {} : { why }) });
      this.#waiting.delete(request.vm.id);
    }
  }
}

/** The most important first, of these the largest: as the operator takes those who wait. */
function inOrder(engine: PlacementEngine, requests: readonly PlacementRequest[]): PlacementRequest[] {
  const vms = requests.map(({ vm }) => vm);
  return byPriority(engine, requests, bySize(vms));
}

/** The most important first, of these the oldest: as the operator chooses among the members of a gang. */
function byImportance(engine: PlacementEngine, requests: readonly PlacementRequest[]): PlacementRequest[] {
  const age = ({ createdAt = 0 }: VmState) => createdAt;
  return byPriority(engine, requests, (a, b) => age(a) - age(b) || (a.id < b.id ? -1 : 1));
}

function byPriority(
  engine: PlacementEngine,
  requests: readonly PlacementRequest[],
  compare: (a: VmState, b: VmState) => number,
): PlacementRequest[] {
  const priorities = new Map(requests.map(({ vm }) => [vm.id, engine.priorityOf(vm)]));
  const priority = ({ id }: VmState) => priorities.get(id) ?? 0;
  return [...requests].sort(({ vm: a }, { vm: b }) => priority(b) - priority(a) || compare(a, b));
}

/** Why is worked out once for all that ask the same, as it takes the longest. */
function explained(without: readonly Unplaced[], entrance: Entrance): Homeless[] {
  const messages = new Map<string, string>();
  return without.map(({ request, why }) => {
    const key = kindOf(request.vm);
    const message = why ?? messages.get(key) ?? messageFor(entrance, request);
    if (why === undefined) messages.set(key, message);
    return { vm: request.vm.id, message };
  });
}

function messageFor(entrance: Entrance, request: PlacementRequest): string {
  return entrance.refusal(request)?.message ?? 'It would find a host by now.';
}

function kindOf({ id: _, priority: __, createdAt: ___, ...asks }: VmState): string {
  return JSON.stringify(asks);
}
