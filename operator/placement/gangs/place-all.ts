import type { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { Decision, Placement, PlacementRequest } from '../model/decision.ts';
import { bySize } from '../model/size.ts';
import { Domains } from './domains.ts';

export type GangDecision =
  /** Where each goes, by VM id; once all are there, all rules hold. */
  | { kind: 'placed'; placements: ReadonlyMap<string, Placement> }
  /** `vm` found no place beside the others, in the attempt that placed most of them; `beside`: where these were then. */
  | {
      kind: 'unplaced';
      vm: string;
      decision: Decision & { kind: 'unplaced' };
      beside: ReadonlyMap<string, Placement>;
    };

export interface GangOptions {
  gate?: Gate;
  /** Orders and domains that are tried. */
  attempts?: number;
}

interface Attempt {
  placements: Map<string, Placement>;
  failure?: GangDecision & { kind: 'unplaced' };
}

/** A gang that needs more than this to be fitted in may be told that it does not fit. */
const mostAttempts = 16;

/**
 * Hosts for all of the VMs, or for none; the same whatever the order of `requests`. The largest are placed first. One that
 * then finds no place is placed before all others in the next attempt, or, where it is to be with others, after those who
 * could come alone; when that was tried, the first of all starts in another domain. The engine is left as it was.
 * `gate`: asked about each beside those before it; without it nobody else is.
 */
export function placeAll(
  engine: PlacementEngine,
  requests: readonly PlacementRequest[],
  { gate = new Gate(engine, []), attempts = mostAttempts }: GangOptions = {},
): GangDecision {
  let order = largestFirst(requests);
  let barred = new Domains();
  const tried = new Set<string>();
  let furthest: Attempt = { placements: new Map() };
  for (let count = 0; count < attempts; count++) {
    tried.add(keyOf(order));
    const attempt = gate.trial(order, () => placeInOrder(engine, gate, order, barred));
    if (!attempt.failure) return { kind: 'placed', placements: attempt.placements };
    if (!furthest.failure || attempt.placements.size > furthest.placements.size) furthest = attempt;
    const next = isLonely(attempt) ? independentFirst(engine, order) : failedFirst(order, attempt.failure.vm);
    if (!tried.has(keyOf(next))) {
      order = next;
      barred = new Domains();
    } else if (!barred.bar(engine, order[0]?.vm, attempt.placements)) break;
  }
  return furthest.failure ?? { kind: 'placed', placements: furthest.placements };
}

function placeInOrder(
  engine: PlacementEngine,
  gate: Gate,
  order: readonly PlacementRequest[],
  barred: Domains,
): Attempt {
  const placements = new Map<string, Placement>();
  for (const request of order) {
    const { vm, pool } = request;
    const isFirst = placements.size === 0 && !barred.areNone;
    const decision = isFirst ? placeFirst(engine, gate, request, barred) : gate.place(request);
    if (decision.kind === 'unplaced')
      return { placements, failure: { kind: 'unplaced', vm: vm.id, decision, beside: placements } };
    const { host, cell } = decision;
    const placement = { host, ...(cell === undefined ? {} : { cell }) };
    gate.come(pool, { ...vm, ...placement });
    placements.set(vm.id, placement);
  }
  return { placements };
}

/**
 * Bars are told as hosts that the VM does not want, and for such a VM domains without other hosts do not count in a spread;
 * so where it would go is held to what the VM really asks for.
 */
function placeFirst(
  engine: PlacementEngine,
  gate: Gate,
  request: PlacementRequest,
  barred: Domains,
): Decision {
  const { vm, pool } = request;
  const found = engine.place({ ...request, vm: barred.elsewhere(vm) });
  if (found.kind === 'unplaced') return found;
  const refused = engine.refusalOn(request, found.host);
  if (refused) return { kind: 'unplaced', rejections: [refused], message: refused.text };
  const { kind: _, ...place } = found;
  return gate.refusal(pool, [{ ...vm, ...place }]) ?? found;
}

/** In the order in which they are best tried: see `bySize`. */
function largestFirst(requests: readonly PlacementRequest[]): PlacementRequest[] {
  const compare = bySize(requests.map(({ vm }) => vm));
  return [...requests].sort((a, b) => compare(a.vm, b.vm));
}

/** Whether the first of all failed as it is to be with somebody. */
function isLonely({ placements, failure }: Attempt): boolean {
  return (
    placements.size === 0 && failure?.decision.rejections.some(({ code }) => code === 'Affinity') === true
  );
}

function independentFirst(engine: PlacementEngine, order: readonly PlacementRequest[]): PlacementRequest[] {
  const { alone = [], beside = [] } = Object.groupBy(order, (request) =>
    engine.find(request) ? 'alone' : 'beside',
  );
  return [...alone, ...beside];
}

function failedFirst(order: readonly PlacementRequest[], id: string): PlacementRequest[] {
  const isFailed = ({ vm }: PlacementRequest) => vm.id === id;
  return [...order.filter(isFailed), ...order.filter((one) => !isFailed(one))];
}

const keyOf = (order: readonly PlacementRequest[]) => JSON.stringify(order.map(({ vm }) => vm.id));
