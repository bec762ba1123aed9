import type { HostState } from '../model/host.ts';
import type { HostTable } from './hosts.ts';
import { RecentlyUsed } from './recently-used.ts';

interface Mask {
  bytes: Uint8Array;
  /** Version of the hosts that it was brought up to. */
  version: number;
}

/** Masks kept at once. */
const kept = 512;

/**
 * Which hosts have what a rule asks of a host, as a byte for each row: 1 or 0. What the predicate reads are labels, taints
 * and offers. Brought up to date when asked for, for the rows that changed since.
 */
export class Masks {
  readonly #hosts: HostTable;
  readonly #byKey = new RecentlyUsed<Mask>(kept);

  constructor(hosts: HostTable) {
    this.#hosts = hosts;
  }

  /** `key` says all that the predicate depends on. */
  get(key: string, predicate: (host: HostState) => boolean): Uint8Array {
    const mask = this.#byKey.get(key, () => ({ bytes: new Uint8Array(this.#hosts.capacity), version: 0 }));
    if (mask.version !== this.#hosts.version) this.#update(mask, predicate);
    return mask.bytes;
  }

  #update(mask: Mask, predicate: (host: HostState) => boolean): void {
    const { capacity, changedIn, version } = this.#hosts;
    if (mask.bytes.length < capacity) {
      const bytes = new Uint8Array(capacity);
      bytes.set(mask.bytes);
      mask.bytes = bytes;
    }
    for (let row = 0; row < capacity; row++) {
      if ((changedIn[row] as number) <= mask.version) continue;
      const host = this.#hosts.state(row);
      mask.bytes[row] = host && predicate(host) ? 1 : 0;
    }
    mask.version = version;
  }
}
