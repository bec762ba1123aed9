import type { HostPool } from '../../api/hostpool.ts';
import type { PlacementEngine } from '../../placement/engine/engine.ts';
import { reserveBars } from '../../placement/explain/reserve.ts';
import type { Objection, Reviewer } from '../../placement/gate/gate.ts';
import type { PlacementRequest } from '../../placement/model/decision.ts';
import type { PlacedVm } from '../../placement/model/vm.ts';
import type { SingleChange, WouldFit } from '../../placement/model/would-fit.ts';
import {
  FailureReserve,
  type ReserveHost,
  type ReserveOptions,
  type ReserveReport,
} from '../../placement/reserve/failure-reserve.ts';
import { reserveReviewer } from '../../placement/reserve/reviewer.ts';
import type { SpareRoom } from '../../placement/reserve/spare-room.ts';
import type { Books, HostRoom } from './books.ts';

/** What pools keep free, by name of the pool; told all that the engine is told. A pool without a reserve costs nothing. */
export class Reservations implements Books, Reviewer {
  readonly #engine: PlacementEngine;
  readonly #reserves = new Map<string, FailureReserve>();

  constructor(engine: PlacementEngine) {
    this.#engine = engine;
  }

  seePool({ metadata, spec }: HostPool): void {
    const options = spec.failureReserve && { pool: metadata.name, ...spec.failureReserve };
    const known = this.#reserves.get(metadata.name)?.options;
    if (JSON.stringify(options) === JSON.stringify(known)) return;
    if (options) this.#reserves.set(metadata.name, new FailureReserve(this.#engine, options));
    else this.#reserves.delete(metadata.name);
  }

  removePool(name: string): void {
    this.#reserves.delete(name);
  }

  seeHost(room: HostRoom): void {
    for (const [pool, reserve] of this.#reserves) {
      if (pool === room.state.pool) reserve.upsertHost(reserveHost(room));
      else reserve.removeHost(room.state.name);
    }
  }

  removeHost(name: string): void {
    for (const reserve of this.#reserves.values()) reserve.removeHost(name);
  }

  seeVm(pool: string, vm: PlacedVm): void {
    this.#reserves.get(pool)?.upsertVm(vm);
  }

  removeVm(id: string): void {
    for (const reserve of this.#reserves.values()) reserve.removeVm(id);
  }

  seePolicy(namespace: string): void {
    for (const reserve of this.#reserves.values()) reserve.reviewRules(namespace);
  }

  /** Whether there is a place for others after a failure is a question of which hosts the VMs are on. */
  refusal(): undefined {}

  /** The VMs would take what their pool keeps. */
  objection(pool: string, placed: readonly PlacedVm[], leaving: readonly string[]): Objection | undefined {
    const reserve = this.#reserves.get(pool);
    return reserve && reserveReviewer(reserve).objection(pool, placed, leaving);
  }

  candidates(request: PlacementRequest): Iterable<string> {
    return this.#reserves.get(request.pool)?.candidates(request) ?? [];
  }

  /** What the pool's reserve leaves now; undefined of a pool without one. */
  room(pool: string): SpareRoom | undefined {
    return this.#reserves.get(pool)?.room();
  }

  trial<T>(requests: readonly PlacementRequest[], action: () => T): T {
    let within = action;
    for (const [pool, asked] of Map.groupBy(requests, (request) => request.pool)) {
      const [reserve, inner] = [this.#reserves.get(pool), within];
      const vms = asked.map(({ vm }) => vm);
      if (reserve) within = () => reserve.trial(vms, inner);
    }
    return within();
  }

  come(pool: string, placed: PlacedVm): void {
    this.#reserves.get(pool)?.upsertVm(placed);
  }

  suppose({ pool, vm }: PlacementRequest, change: SingleChange): boolean {
    return this.#reserves.get(pool)?.suppose(change, vm.namespace) ?? true;
  }

  /** That the reserve of the pool stands against what would do without it, for a message. */
  bars(pool: string, barred: WouldFit): string {
    const options = this.#reserves.get(pool)?.options;
    return options ? reserveBars(options, barred) : '';
  }

  report(pool: string): { options: ReserveOptions; report: ReserveReport } | undefined {
    const reserve = this.#reserves.get(pool);
    return reserve && { options: reserve.options, report: reserve.report() };
  }
}

function reserveHost({ state, limits, takesVms }: HostRoom): ReserveHost {
  const { name, labels, taints, offers, cells } = state;
  return { name, labels, limits, takesVms, traits: JSON.stringify([labels, taints, offers, cells]) };
}
