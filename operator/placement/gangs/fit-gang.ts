import type { PlacementEngine } from '../engine/engine.ts';
import { wouldFit } from '../explain/would-fit.ts';
import type { Gate, Refusal } from '../gate/gate.ts';
import type { Placement, PlacementRequest, Rejection } from '../model/decision.ts';
import type { VmState } from '../model/vm.ts';
import type { WouldFit } from '../model/would-fit.ts';
import { placeAll } from './place-all.ts';

export type Fit =
  /** Where each goes, by VM id. */
  | { kind: 'placed'; placements: ReadonlyMap<string, Placement> }
  /** `vm`: who finds no place beside the others, so that these may fit with another one; `isRefused`: there would be room. */
  | { kind: 'unplaced'; message: string; vm?: string; isRefused?: true; lacks?: Lack };

/** What hosts lack for a VM beside others of its gang, where these were tried. */
interface Lack {
  rejections: readonly Rejection[];
  beside: ReadonlyMap<string, Placement>;
}

/** A VM that finds no host beside the others of its gang: why each host does not do, and what would make it fit. */
export interface Lacking {
  vm: string;
  rejections: readonly Rejection[];
  wouldFit: readonly WouldFit[];
}

/** Of more it is asked about one arrangement only whether it leaves what is kept for others: each is asked about alone then. */
const reviewedAtMost = 32;
/** In as many orders. */
const reviewedAttempts = 2;

/** Hosts for all of the VMs together that nobody at the gate objects to, or for none. Everybody is left as they were. */
export function fitGang(engine: PlacementEngine, gate: Gate, requests: readonly PlacementRequest[]): Fit {
  const beforehand = refusalOf(requests, (pool, vms) => gate.refusalAnywhere(pool, vms));
  if (beforehand) return refused(beforehand);
  const freely = placeAll(engine, requests);
  if (freely.kind === 'unplaced') {
    const { vm, decision, beside } = freely;
    return {
      kind: 'unplaced',
      message: decision.message,
      vm,
      lacks: { rejections: decision.rejections, beside },
    };
  }
  const refusal = refusalThere(gate, requests, freely.placements);
  if (!refusal) return freely;
  if (requests.length > reviewedAtMost) return refused(refusal);
  // Elsewhere they may be in nobody's way.
  const carefully = placeAll(engine, requests, { gate, attempts: reviewedAttempts });
  if (carefully.kind === 'unplaced') return refused(refusal, carefully.vm);
  return refusalThere(gate, requests, carefully.placements) ? refused(refusal) : carefully;
}

/** The VM for which there is no room beside the others of its gang; undefined when they are refused for something else. */
export function lackingBeside(
  engine: PlacementEngine,
  gate: Gate,
  requests: readonly PlacementRequest[],
  { vm: id, lacks }: Fit & { kind: 'unplaced' },
): Lacking | undefined {
  const request = requests.find(({ vm }) => vm.id === id);
  if (!request || !lacks) return undefined;
  const { beside, rejections } = lacks;
  const offers = gate.trial(requests, () => {
    for (const { vm, pool } of requests) {
      const place = beside.get(vm.id);
      if (place) gate.come(pool, { ...vm, ...place });
    }
    return wouldFit(engine, gate, request, rejections).offers;
  });
  return { vm: request.vm.id, rejections, wouldFit: offers };
}

function refused({ message }: Refusal, vm?: string): Fit {
  return { kind: 'unplaced', message, isRefused: true, ...(vm === undefined ? {} : { vm }) };
}

function refusalThere(
  gate: Gate,
  requests: readonly PlacementRequest[],
  placements: ReadonlyMap<string, Placement>,
): Refusal | undefined {
  return refusalOf(requests, (pool, vms) =>
    gate.refusal(
      pool,
      vms.map((vm) => ({ ...vm, host: '', ...placements.get(vm.id) })),
    ),
  );
}

/** A gang is asked about as a whole, in each of its pools. */
function refusalOf(
  requests: readonly PlacementRequest[],
  ask: (pool: string, vms: readonly VmState[]) => Refusal | undefined,
): Refusal | undefined {
  for (const [pool, asked] of Map.groupBy(requests, (request) => request.pool)) {
    const refusal = ask(
      pool,
      asked.map(({ vm }) => vm),
    );
    if (refusal) return refusal;
  }
  return undefined;
}
