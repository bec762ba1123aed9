import type { Inventory } from './inventory.ts';
import type { PlacedVm } from './model.ts';

/** How many VMs that a rule is about are in each domain of a topology key, and one of them to name. */
export class DomainCounts {
  readonly #byValue = new Map<string, { count: number; example: string }>();

  add(value: string, vmId: string): void {
    const found = this.#byValue.get(value);
    if (!found) this.#byValue.set(value, { count: 1, example: vmId });
    else {
      found.count += 1;
      if (vmId < found.example) found.example = vmId; // so that the message does not depend on the order
    }
  }

  count(value: string): number {
    return this.#byValue.get(value)?.count ?? 0;
  }

  example(value: string): string | undefined {
    return this.#byValue.get(value)?.example;
  }

  get isEmpty(): boolean {
    return this.#byValue.size === 0;
  }
}

/** Counts the namespace's placed VMs that `concerns` picks over the domains of `topologyKey`; `except` is left out. */
export function countDomains(
  inventory: Inventory,
  { namespace, topologyKey, except }: { namespace: string; topologyKey: string; except: string },
  concerns: (vm: PlacedVm) => boolean,
): DomainCounts {
  const counts = new DomainCounts();
  for (const vm of inventory.vmsIn(namespace)) {
    if (vm.id === except) continue;
    const value = inventory.host(vm.host)?.labels[topologyKey];
    if (value !== undefined && concerns(vm)) counts.add(value, vm.id);
  }
  return counts;
}
