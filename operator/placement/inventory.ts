import { DomainCounts } from './domains.ts';
import type { HostState, PlacedVm, Selector, VmState } from './model.ts';
import { Populations } from './populations.ts';
import { labelOf } from './selector.ts';

export interface Usage {
  cpu: number;
  memoryBytes: number;
  vms: number;
}

const nothing: Usage = Object.freeze({ cpu: 0, memoryBytes: 0, vms: 0 });

/** Hosts and placed VMs with the sums and indexes that decisions ask for, kept up change by change. */
export class Inventory {
  readonly #hosts = new Map<string, HostState>();
  readonly #hostsByPool = new Map<string, Map<string, HostState>>();
  readonly #vms = new Map<string, PlacedVm>();
  readonly #vmsByNamespace = new Map<string, Map<string, PlacedVm>>();
  readonly #usage = new Map<string, Usage>();
  readonly #populations = new Populations();

  upsertHost(host: HostState): void {
    this.removeHost(host.name);
    this.#hosts.set(host.name, host);
    entry(this.#hostsByPool, host.pool).set(host.name, host);
  }

  /** VMs on it stay known: a Host object may come back, and what runs there goes on counting. */
  removeHost(name: string): void {
    const host = this.#hosts.get(name);
    if (!host) return;
    this.#hosts.delete(name);
    drop(this.#hostsByPool, host.pool, name);
  }

  upsertVm(vm: PlacedVm): void {
    this.removeVm(vm.id);
    this.#vms.set(vm.id, vm);
    entry(this.#vmsByNamespace, vm.namespace).set(vm.id, vm);
    this.#populations.add(vm);
    this.#count(vm, 1);
  }

  removeVm(id: string): void {
    const vm = this.#vms.get(id);
    if (!vm) return;
    this.#vms.delete(id);
    drop(this.#vmsByNamespace, vm.namespace, id);
    this.#populations.remove(vm);
    if (!this.#vmsByNamespace.has(vm.namespace)) this.#populations.forget(vm.namespace);
    this.#count(vm, -1);
  }

  host(name: string): HostState | undefined {
    return this.#hosts.get(name);
  }

  /** The hosts of the pool, by name, so that decisions do not depend on the order in which they came. */
  hostsOf(pool: string): HostState[] {
    return [...(this.#hostsByPool.get(pool)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  vm(id: string): PlacedVm | undefined {
    return this.#vms.get(id);
  }

  /** The VMs of `vm`'s namespace that `selector` picks, over the domains of `topologyKey`; `vm` itself is left out. */
  countDomains(vm: VmState, selector: Selector, topologyKey: string): DomainCounts {
    const counts = new DomainCounts(vm.id);
    const all = this.#vmsByNamespace.get(vm.namespace)?.values() ?? [];
    for (const [name, members] of this.#populations.select(vm.namespace, selector, all)) {
      const host = this.#hosts.get(name);
      const value = host && labelOf(host.labels, topologyKey);
      if (value !== undefined) counts.add(value, members);
    }
    return counts;
  }

  usage(host: string): Usage {
    return this.#usage.get(host) ?? nothing;
  }

  #count(vm: PlacedVm, sign: 1 | -1): void {
    const before = this.usage(vm.host);
    const vms = before.vms + sign;
    if (vms === 0) {
      this.#usage.delete(vm.host);
      return;
    }
    this.#usage.set(vm.host, {
      cpu: before.cpu + sign * vm.cpu,
      memoryBytes: before.memoryBytes + sign * vm.memoryBytes,
      vms,
    });
  }
}

function entry<T>(index: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let of = index.get(key);
  if (!of) {
    of = new Map();
    index.set(key, of);
  }
  return of;
}

function drop<T>(index: Map<string, Map<string, T>>, key: string, name: string): void {
  const of = index.get(key);
  of?.delete(name);
  if (of?.size === 0) index.delete(key);
}
