import type { MoveRules } from '../rules.ts';

export interface AntiAffinity {
  /** The group of each VM, -1 for none. */
  group: Int32Array;
  /** The domain (itself, its rack, its zone) of each host, -1 where it is in none. */
  domain: Int32Array;
  /** How many VMs of a group a domain may have; default 1. */
  atMost?: number;
}

/**
 * At most so many VMs of a group in a domain. A domain that has more already keeps them, and takes no further ones.
 * `host` is where each VM is.
 */
export class AntiAffinityRules implements MoveRules {
  readonly #group: Int32Array;
  readonly #domain: Int32Array;
  readonly #atMost: number;
  /** Members by group and domain. */
  readonly #counts = new Map<number, number>();
  readonly #domains: number;
  /** The hosts that each VM counts on: one, or two while it migrates. */
  readonly #places: number[][];

  constructor({ group, domain, atMost = 1 }: AntiAffinity, host: Int32Array) {
    this.#group = group;
    this.#domain = domain;
    this.#atMost = atMost;
    this.#domains = domain.reduce((most, one) => Math.max(most, one), -1) + 1;
    this.#places = Array.from(group, () => []);
    for (const [vm, at] of host.entries()) this.arrive(vm, at);
  }

  allows(vm: number, host: number): boolean {
    const key = this.#key(vm, host);
    if (key < 0) return true;
    const own = (this.#places[vm] ?? []).filter((place) => this.#key(vm, place) === key).length;
    // Within its own domain it only changes the host, which makes nothing worse.
    return own > 0 || (this.#counts.get(key) ?? 0) < this.#atMost;
  }

  arrive(vm: number, host: number): void {
    this.#places[vm]?.push(host);
    this.#count(vm, host, 1);
  }

  leave(vm: number, host: number): void {
    const places = this.#places[vm] ?? [];
    places.splice(places.indexOf(host), 1);
    this.#count(vm, host, -1);
  }

  /** A VM with both its places in one domain counts there once. */
  #count(vm: number, host: number, by: 1 | -1): void {
    const key = this.#key(vm, host);
    if (key < 0) return;
    const own = (this.#places[vm] ?? []).filter((place) => this.#key(vm, place) === key).length;
    const first = by === 1 ? own === 1 : own === 0;
    if (first) this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  #key(vm: number, host: number): number {
    const group = this.#group[vm] ?? -1;
    const domain = this.#domain[host] ?? -1;
    return group < 0 || domain < 0 ? -1 : group * this.#domains + domain;
  }
}
