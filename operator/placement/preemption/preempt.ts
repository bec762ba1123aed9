import type { PlacementEngine } from '../engine/engine.ts';
import type { Placement, PlacementRequest } from '../model/decision.ts';
import type { PlacedVm } from '../model/vm.ts';
import { leaveOut } from './leave-out.ts';
import { type Choice, cheapestFirst, pairs, type Stage, singles } from './victims.ts';

export interface Preemption extends Placement {
  /** Ids of the VMs that make way, the least important first; none when the VM fits as things are. */
  victims: readonly string[];
}

/** Choices that are tried of each size, cheapest first: each costs a look at one host. */
const tried = 2000;

/**
 * Where the VM would go if VMs of lower priority on one host made way: fewest victims, then those of lowest priority, then
 * the least memory lost, then by name. It breaks no rule. Undefined when no host could be cleared for it: VMs elsewhere, as
 * those that are in its way by a rule over a larger domain, are not moved. The engine is left as it was. `mayMakeWay`
 * spares VMs.
 */
export function preempt(
  engine: PlacementEngine,
  request: PlacementRequest,
  mayMakeWay: (vm: PlacedVm) => boolean = () => true,
): Preemption | undefined {
  return engine.trial(() => {
    // Where it is already, if anywhere, it is not in its own way.
    engine.removeVm(request.vm.id);
    return find(engine, request, mayMakeWay);
  });
}

function find(
  engine: PlacementEngine,
  request: PlacementRequest,
  mayMakeWay: (vm: PlacedVm) => boolean,
): Preemption | undefined {
  const fitting = engine.find(request);
  if (fitting) return { ...fitting, victims: [] };
  const stages = engine
    .candidates(request)
    .flatMap((host) => stageOn(engine, request, host, mayMakeWay) ?? []);
  for (const choices of [singles, pairs]) {
    const ordered = stages.flatMap((stage) => choices(stage)).sort(cheapestFirst);
    const choice = ordered.slice(0, tried).find((one) => fitsWithout(engine, request, one));
    if (choice) return settled(engine, request, choice);
  }
  const larger = stages.flatMap((stage) => leaveOut(engine, request, stage) ?? []).sort(cheapestFirst);
  return larger[0] && settled(engine, request, larger[0]);
}

/** A host on which VMs of lower priority could make way; undefined when there is none, or not enough to be had. */
function stageOn(
  engine: PlacementEngine,
  { vm }: PlacementRequest,
  host: string,
  mayMakeWay: (vm: PlacedVm) => boolean,
): Stage | undefined {
  const priority = engine.priorityOf(vm);
  const lower = engine
    .vmsOn(host)
    .map((one) => ({ ...one, priority: engine.priorityOf(one) }))
    .filter((one) => one.priority < priority && mayMakeWay(one));
  if (lower.length === 0) return undefined;
  const room = engine.room(host);
  const missing: Record<string, number> = {};
  for (const [name, amount] of Object.entries(vm.requests)) {
    const lacking = amount - (room[name]?.free ?? 0);
    if (amount > 0 && lacking > 0) missing[name] = lacking;
  }
  const isEnough = Object.entries(missing).every(([name, amount]) => sumOf(lower, name) >= amount);
  return isEnough ? { host, lower, missing } : undefined;
}

function fitsWithout(engine: PlacementEngine, request: PlacementRequest, { host, victims }: Choice): boolean {
  return engine.trial(() => {
    for (const { id } of victims) engine.removeVm(id);
    return engine.refusalOn(request, host) === undefined;
  });
}

/** With the NUMA cell that it gets once the victims are gone. */
function settled(engine: PlacementEngine, request: PlacementRequest, { host, victims }: Choice): Preemption {
  const cell = engine.trial(() => {
    for (const { id } of victims) engine.removeVm(id);
    return engine.cellOn(request, host);
  });
  return { host, ...cellOf({ cell }), victims: victims.map(({ id }) => id) };
}

function cellOf({ cell }: { cell?: number | undefined }): { cell?: number } {
  return cell === undefined ? {} : { cell };
}

function sumOf(vms: readonly PlacedVm[], resource: string): number {
  return vms.reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0);
}
