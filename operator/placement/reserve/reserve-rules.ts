import type { PlacedVm } from '../model/vm.ts';
import { arriving } from '../moves/engine-rules.ts';
import type { MoveRules } from '../moves/rules.ts';
import type { FailureReserve } from './failure-reserve.ts';

/**
 * That moves take nobody's place in case of failures, neither while the VM counts on both hosts nor once it is there, and
 * that it has one itself then. To be told of each move after the engine's own rules, and asked where these allow; the reserve is
 * changed by it, so it is one for this alone.
 */
export class ReserveRules implements MoveRules {
  readonly #reserve: FailureReserve;
  readonly #hosts: readonly string[];
  readonly #vms: readonly PlacedVm[];

  constructor(reserve: FailureReserve, hosts: readonly string[], vms: readonly PlacedVm[]) {
    this.#reserve = reserve;
    this.#hosts = hosts;
    this.#vms = vms;
  }

  allows(vm: number, host: number): boolean {
    const coming = this.#coming(vm, host);
    const { id } = this.#vms[vm] as PlacedVm;
    // If the host that it comes to fails meanwhile, it is still where it was.
    const others = this.#reserve.losses([coming]).filter((one) => one !== coming.id);
    return others.length === 0 && this.#reserve.losses([{ ...coming, id }]).length === 0;
  }

  arrive(vm: number, host: number): void {
    const { id } = this.#vms[vm] as PlacedVm;
    const coming = this.#coming(vm, host);
    this.#reserve.upsertVm(this.#reserve.hostOf(id) === undefined ? { ...coming, id } : coming);
  }

  /** It goes on alone where it came to, or, when a move is taken back, where it was. */
  leave(vm: number, host: number): void {
    const of = this.#vms[vm] as PlacedVm;
    const coming = this.#reserve.hostOf(arriving(of.id));
    this.#reserve.removeVm(arriving(of.id));
    if (this.#hosts[host] === coming) return;
    const { cell: _, ...rest } = of;
    if (coming === undefined) this.#reserve.removeVm(of.id);
    else this.#reserve.upsertVm({ ...rest, host: coming });
  }

  #coming(vm: number, host: number): PlacedVm {
    const { cell: _, ...of } = this.#vms[vm] as PlacedVm;
    return { ...of, id: arriving(of.id), host: this.#hosts[host] as string };
  }
}
