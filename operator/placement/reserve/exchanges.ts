import type { Allowance, PlannedVm } from './failover.ts';
import type { PlannedVms } from './planned-vms.ts';
import { noRoom, type Seeker, type SpareHosts } from './spare-hosts.ts';

/** Guests that are tried on one host: the smaller ones first, that find another place most easily. */
const triedOnAHost = 4;

/** What may be spent at once, in looks at the guests of one host: 1 to 3 ms in all. */
const looksAtOnce = 1024;
/** What else takes as long as some of them: to see that a host has no room at all, and to look for another place. */
const [looksOfClosed, looksOfExchange] = [1 / 16, 16];

/** What exchanges have to know of a plan. */
export interface ExchangeParts {
  hosts: SpareHosts;
  vms: PlannedVms;
  /** Where the VM may be as all is planned now; asked anew after each change. */
  allowedFor: (vm: PlannedVm) => Allowance;
  seekerOf: (vm: PlannedVm) => Seeker;
}

/**
 * Places for VMs that find none, on hosts where one that would come there at the same failure can go elsewhere instead: a
 * VM that may go to few hosts would else be without a place as others came first that may go to any. It is one step of an
 * augmenting path; longer ones are not looked for.
 */
export class Exchanges {
  readonly #parts: ExchangeParts;
  #looks = looksAtOnce;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** The row of the first of these hosts on which there is a place now, as a guest has gone elsewhere; or `noRoom`. */
  find(vm: PlannedVm, rows: readonly number[]): number {
    const { hosts, seekerOf } = this.#parts;
    const seeker = seekerOf(vm);
    for (const row of rows) {
      if (this.#looks <= 0) return noRoom;
      const isOpen = hosts.isOpenTo(row, seeker) && seeker.allows().has(hosts.nameOf(row));
      this.#looks -= isOpen ? 1 : looksOfClosed;
      if (!isOpen) continue;
      for (const guest of this.#movable(row, seeker)) if (this.#exchange(vm, row, guest)) return row;
    }
    return noRoom;
  }

  /** Guests but for which the seeker would have room, the smallest first. */
  #movable(row: number, seeker: Seeker): PlannedVm[] {
    const { hosts, vms } = this.#parts;
    const sources = hosts.sources(row);
    const guests = [...vms.guestsFrom(seeker.domain, row)].filter(({ sizes }) => {
      sources.remove(seeker.domain, sizes);
      const fits = hosts.fits(row, seeker);
      sources.add(seeker.domain, sizes);
      return fits;
    });
    const size = (vm: PlannedVm) => hosts.shareOf(vm.sizes);
    return guests.sort((a, b) => size(a) - size(b) || (a.id < b.id ? -1 : 1)).slice(0, triedOnAHost);
  }

  /** Does nothing when the guest finds no other place, or either may not be where it would be then. */
  #exchange(vm: PlannedVm, row: number, guest: PlannedVm): boolean {
    const { hosts, vms, seekerOf } = this.#parts;
    this.#looks -= looksOfExchange;
    const at = guest.targets.indexOf(row);
    vms.leave(row, guest);
    if (this.#mayBeOn(row, vm)) {
      vms.join(row, vm);
      const other = hosts.find(seekerOf(guest));
      if (other >= 0) vms.join(other, guest, at);
      const isDone = other >= 0 && this.#mayBeOn(row, vm);
      if (!isDone && other >= 0) vms.leave(other, guest);
      vms.leave(row, vm);
      if (isDone) return true;
    }
    vms.join(row, guest, at);
    return false;
  }

  #mayBeOn(row: number, vm: PlannedVm): boolean {
    return this.#parts.allowedFor(vm).has(this.#parts.hosts.nameOf(row));
  }
}
