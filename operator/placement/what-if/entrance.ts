import type { PlacementEngine } from '../engine/engine.ts';
import { type Assembled, assemble } from '../gangs/assemble.ts';
import { fitGang } from '../gangs/fit-gang.ts';
import { Gate, type Placed, type Refusal } from '../gate/gate.ts';
import type { PlacementRequest, Rejection } from '../model/decision.ts';
import type { Policy } from '../model/policy.ts';
import type { PlacedVm } from '../model/vm.ts';
import type { FailureReserve } from '../reserve/failure-reserve.ts';
import { reserveReviewer } from '../reserve/reviewer.ts';
import type { PoolShares } from '../shares/pool-shares.ts';
import { sharesReviewer } from '../shares/reviewer.ts';
import type { Supposition } from './supposition.ts';

/** Why VMs do not come in; `limits`: what each host lacks, where nobody but the hosts refuses them. */
export interface Refused {
  message: string;
  limits: readonly Rejection[];
}

/**
 * The way of VMs into a supposed pool, as the operator lets them in: by rules and room, and through the gate. It knows the
 * pool as it is when this is made, and those whom it has let in.
 */
export class Entrance {
  readonly #engine: PlacementEngine;
  readonly #shares: PoolShares | undefined;
  readonly #reserve: FailureReserve | undefined;
  readonly #gate: Gate;

  /** `usesReserve`: the VMs are those for whom the pool keeps room. */
  constructor(supposed: Supposition, { usesReserve = false } = {}) {
    this.#engine = supposed.engine;
    this.#shares = supposed.shares();
    this.#reserve = usesReserve ? undefined : supposed.reserve();
    this.#gate = new Gate(this.#engine, [
      ...(this.#shares ? [sharesReviewer(this.#shares)] : []),
      ...(this.#reserve ? [reserveReviewer(this.#reserve)] : []),
    ]);
  }

  /** The host for the VM, which is on it then; undefined when there is none. */
  letIn(request: PlacementRequest): string | undefined {
    const found = this.#gate.find(request);
    if (found) this.#count(request, found);
    return found?.host;
  }

  /** Lets as many of the policy's gang in as it misses, or none. */
  letGangIn(policy: Policy, missing: number, asked: readonly PlacementRequest[]): Assembled {
    const assembled = assemble(this.#engine, this.#gate, { policy, missing, asked });
    if (assembled.kind !== 'placed') return assembled;
    for (const { vm } of asked) {
      const placement = assembled.placements.get(vm.id);
      if (placement) this.#tell({ ...vm, ...placement });
    }
    return assembled;
  }

  /** Lets all of the VMs in, or none; why not. */
  letAllIn(requests: readonly PlacementRequest[]): string | undefined {
    const vms = requests.map(({ vm }) => vm);
    const fit = fitGang(this.#engine, this.#gate, requests);
    if (fit.kind === 'unplaced')
      return fit.isRefused ? fit.message : `Beside the others one finds no host: ${fit.message}`;
    for (const vm of vms) this.#tell({ ...vm, host: '', ...fit.placements.get(vm.id) });
    return undefined;
  }

  /** Why the VM does not come in; undefined when it would. */
  refusal(request: PlacementRequest): Refused | undefined {
    const beforehand = this.#gate.refusalAnywhere(request.pool, [request.vm]);
    if (beforehand) return byOthers(beforehand);
    const best = this.#engine.place(request);
    if (best.kind === 'unplaced') return { message: best.message, limits: best.rejections };
    const found = this.#gate.choose(request, best);
    return found.kind === 'unplaced' ? byOthers(found) : undefined;
  }

  #count({ vm }: PlacementRequest, { host, cell }: Placed): void {
    this.#tell({ ...vm, host, ...(cell === undefined ? {} : { cell }) });
  }

  #tell(vm: PlacedVm): void {
    this.#engine.upsertVm(vm);
    this.#shares?.upsertVm(vm);
    this.#reserve?.upsertVm(vm);
  }
}

const byOthers = ({ message }: Refusal): Refused => ({ message, limits: [] });
