import type { PlacementEngine } from '../engine/engine.ts';
import type { Placement } from '../model/decision.ts';
import { labelOf, matches, type Requirement } from '../model/selector.ts';
import type { VmState } from '../model/vm.ts';

/** Domains in which a gang has started in vain, by topology key. */
export class Domains {
  readonly #byKey = new Map<string, string[]>();

  get areNone(): boolean {
    return this.#byKey.size === 0;
  }

  /** Bars where the first VM went, as far as it decided for those that must be with it; false when there is no more to bar. */
  bar(
    engine: PlacementEngine,
    first: VmState | undefined,
    placements: ReadonlyMap<string, Placement>,
  ): boolean {
    const host = engine.host(placements.get(first?.id ?? '')?.host ?? '');
    if (!first || !host) return false;
    let barred = false;
    for (const key of keysTogether(engine, first)) {
      const value = labelOf(host.labels, key);
      if (value === undefined) continue;
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), value]);
      barred = true;
    }
    return barred;
  }

  /** The VM as one that may not go to a barred domain. */
  elsewhere(vm: VmState): VmState {
    if (this.areNone) return vm;
    const not: Requirement[] = [...this.#byKey].map(([key, values]) => ({ key, operator: 'NotIn', values }));
    const required = (vm.hostAffinity?.required ?? [{}]).map((selector) => ({
      ...selector,
      matchExpressions: [...(selector.matchExpressions ?? []), ...not],
    }));
    return { ...vm, hostAffinity: { ...vm.hostAffinity, required } };
  }
}

/** The keys of which the VM and others must share a domain. */
function keysTogether(engine: PlacementEngine, vm: VmState): string[] {
  const selecting = engine.policiesFor(vm).filter(({ vmSelector }) => matches(vmSelector, vm.labels));
  const terms = selecting.flatMap(({ vmAffinity, domainLimits = [] }) => [
    ...vmAffinity.filter(({ enforcement }) => enforcement.required),
    ...domainLimits,
  ]);
  return [...new Set(terms.map(({ topologyKey }) => topologyKey))];
}
