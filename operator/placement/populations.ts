import type { PlacedVm, Selector } from './model.ts';
import { matches } from './selector.ts';

/** The VMs of one namespace that one selector selects: their ids by host. */
interface Population {
  selector: Selector;
  byHost: Map<string, Set<string>>;
}

/** Kept per namespace; beyond it the one not asked for the longest goes, to be rebuilt when asked again. */
const keptPerNamespace = 256;

/**
 * Which VMs the rules' selectors select, per host. Built on first use, then kept up VM by VM, so that a rule costs the
 * hosts of its VMs and not a look at every VM of the namespace.
 */
export class Populations {
  readonly #byNamespace = new Map<string, Map<string, Population>>();

  add(vm: PlacedVm): void {
    for (const population of this.#byNamespace.get(vm.namespace)?.values() ?? []) include(population, vm);
  }

  remove(vm: PlacedVm): void {
    for (const { byHost } of this.#byNamespace.get(vm.namespace)?.values() ?? []) {
      const ids = byHost.get(vm.host);
      ids?.delete(vm.id);
      if (ids?.size === 0) byHost.delete(vm.host);
    }
  }

  /** For a namespace without VMs. */
  forget(namespace: string): void {
    this.#byNamespace.delete(namespace);
  }

  /** The selected VMs by host; `vms` are all of the namespace, looked at only when the selector is new. */
  select(
    namespace: string,
    selector: Selector,
    vms: Iterable<PlacedVm>,
  ): ReadonlyMap<string, ReadonlySet<string>> {
    const kept = this.#byNamespace.get(namespace) ?? new Map<string, Population>();
    this.#byNamespace.set(namespace, kept);
    const key = JSON.stringify([selector.matchLabels, selector.matchExpressions]);
    const population = kept.get(key) ?? build(selector, vms);
    // Taken out and put in again: a Map keeps insertion order, so its first key is the one unused for the longest.
    kept.delete(key);
    kept.set(key, population);
    const [oldest] = kept.keys();
    if (kept.size > keptPerNamespace && oldest !== undefined) kept.delete(oldest);
    return population.byHost;
  }
}

function build(selector: Selector, vms: Iterable<PlacedVm>): Population {
  const population: Population = { selector, byHost: new Map() };
  for (const vm of vms) include(population, vm);
  return population;
}

function include({ selector, byHost }: Population, vm: PlacedVm): void {
  if (!matches(selector, vm.labels)) return;
  const ids = byHost.get(vm.host);
  if (ids) ids.add(vm.id);
  else byHost.set(vm.host, new Set([vm.id]));
}
