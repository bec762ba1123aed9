import type { Journal } from '../engine/journal.ts';
import type { PlannedVm } from './failover.ts';

/** What has become of the order since a trial began. */
interface Turns {
  came: Set<PlannedVm>;
  /** All, before the first of those that were there already left its turn. */
  before?: readonly PlannedVm[];
}

/** The VMs without a place, those first that wait the longest. */
export class Unprotected {
  readonly #journal: Journal;
  #vms = new Set<PlannedVm>();
  #turns: Turns | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get size(): number {
    return this.#vms.size;
  }

  has(vm: PlannedVm): boolean {
    return this.#vms.has(vm);
  }

  [Symbol.iterator](): Iterator<PlannedVm> {
    return this.#vms.values();
  }

  put(vm: PlannedVm, isIn: boolean): void {
    if (this.#vms.has(vm) === isIn) return;
    this.#journal.note(() => this.put(vm, !isIn));
    if (isIn) this.#come(vm);
    else this.#leaveTurn(vm);
  }

  /** Those whose turn it is, `most` at most; they come last now. */
  next(most: number): PlannedVm[] {
    const next = [...this.#vms].slice(0, most);
    for (const vm of next) {
      this.#leaveTurn(vm);
      this.#come(vm);
    }
    return next;
  }

  /** Does as `action` says, which takes back by itself who is in and who is not; then all wait in the same order again. */
  trial<T>(action: () => T): T {
    const outer = this.#turns;
    const turns: Turns = { came: new Set() };
    this.#turns = turns;
    try {
      return action();
    } finally {
      if (turns.before) this.#vms = new Set(turns.before.filter((vm) => this.#vms.has(vm)));
      this.#turns = outer;
    }
  }

  #come(vm: PlannedVm): void {
    this.#turns?.came.add(vm);
    this.#vms.add(vm);
  }

  #leaveTurn(vm: PlannedVm): void {
    if (this.#turns && !this.#turns.came.has(vm)) this.#turns.before ??= [...this.#vms];
    this.#vms.delete(vm);
  }
}
