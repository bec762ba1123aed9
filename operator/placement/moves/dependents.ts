import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest, Rejection } from '../model/decision.ts';
import type { Enforcement, Policy } from '../model/policy.ts';
import { labelOf, matches, type Selector } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';

/** A rule by which VMs depend on where others are. */
interface Dependence {
  /** Those who keep the rule. */
  of: Selector;
  /** Those whose places it goes by. */
  on: Selector;
  topologyKey: string;
  /** Only VMs in the domain that is left can be alone then; with a spread, any domain can be too full. */
  isLocal: boolean;
  /** The same for the same rule. */
  serial: number;
}

interface Dependences {
  rules: readonly Dependence[];
  /** The VMs of policies that limit domains. */
  limited: readonly Selector[];
}

/** Who loses by a VM that leaves: VMs that must be near it, and those whose spread it keeps even. */
export class Dependents {
  readonly #engine: PlacementEngine;
  readonly #ask: (vm: PlacedVm) => PlacementRequest;
  readonly #byNamespace = new Map<string, Dependences>();
  #serials = 0;

  constructor(engine: PlacementEngine, ask: (vm: PlacedVm) => PlacementRequest) {
    this.#engine = engine;
    this.#ask = ask;
  }

  isLimited({ namespace, labels }: VmState): boolean {
    return this.#of(namespace).limited.some((selector) => matches(selector, labels));
  }

  /** Also of rules that it keeps itself: it must not come where one that it needs is about to leave. */
  serialsOf({ namespace, labels }: VmState): number[] {
    return this.#of(namespace).rules.flatMap(({ of, on, serial }) =>
      matches(on, labels) || matches(of, labels) ? [serial] : [],
    );
  }

  /** Says of hosts whether all that keep their rules now keep them with the VM there alone; by its domains, as things are. */
  judge(vm: PlacedVm): (host: string) => boolean {
    const about = this.#about(vm);
    if (about.length === 0) return () => true;
    const known = new Map<string, boolean>();
    return (host) => {
      const domains = JSON.stringify(about.map(({ topologyKey }) => this.#domain(host, topologyKey)));
      const isAllowed = known.get(domains) ?? this.#allow(vm, host, about);
      known.set(domains, isAllowed);
      return isAllowed;
    };
  }

  #allow(vm: PlacedVm, host: string, all: readonly Dependence[]): boolean {
    const about = all.filter(
      ({ topologyKey }) => this.#domain(vm.host, topologyKey) !== this.#domain(host, topologyKey),
    );
    const witnesses = about.flatMap((one) => this.#witnesses(one, vm));
    const before = witnesses.map((witness) => this.#brokenBy(witness));
    return this.#engine.trial(() => {
      this.#engine.upsertVm({ ...vm, host });
      // What is wrong already may stay.
      return witnesses.every((witness, at) =>
        this.#brokenBy(witness).every((one) => before[at]?.includes(one)),
      );
    });
  }

  #brokenBy(vm: PlacedVm): string[] {
    const refusals = this.#engine.refusalsOn(this.#ask(vm), vm.host);
    return refusals.flatMap(({ code, text }) => (isOfRoom(code) ? [] : [`${code} ${text}`]));
  }

  /** One VM of each kind and domain: the others there find the same. */
  #witnesses({ of, topologyKey, isLocal }: Dependence, { id, namespace, host }: PlacedVm): PlacedVm[] {
    const left = this.#domain(host, topologyKey);
    const found = new Map<string, PlacedVm>();
    for (const vm of this.#engine.placedVms(namespace, of)) {
      const domain = this.#domain(vm.host, topologyKey);
      if (vm.id === id || (isLocal && domain !== left)) continue;
      const { labels, hostSelector, hostAffinity, tolerations, needs } = vm;
      found.set(JSON.stringify([labels, hostSelector, hostAffinity, tolerations, needs, domain]), vm);
    }
    return [...found.values()];
  }

  #domain(host: string | undefined, topologyKey: string): string | undefined {
    return labelOf((host !== undefined && this.#engine.host(host)?.labels) || {}, topologyKey);
  }

  #about({ namespace, labels }: VmState): Dependence[] {
    return this.#of(namespace).rules.filter(({ on }) => matches(on, labels));
  }

  #of(namespace: string): Dependences {
    const known = this.#byNamespace.get(namespace);
    if (known) return known;
    const policies = this.#engine.policiesOf(namespace);
    const made = {
      rules: policies.flatMap((policy) => this.#rulesOf(policy)),
      limited: policies.flatMap(({ domainLimits = [], vmSelector }) =>
        domainLimits.length > 0 ? [vmSelector] : [],
      ),
    };
    this.#byNamespace.set(namespace, made);
    return made;
  }

  #rulesOf({ vmSelector, topologySpread, vmAffinity, domainLimits = [] }: Policy): Dependence[] {
    const isRequired = ({ enforcement }: { enforcement: Enforcement }) => enforcement.required;
    const on = (those: Selector, { topologyKey }: { topologyKey: string }, isLocal: boolean): Dependence => {
      this.#serials += 1;
      return { of: vmSelector, on: those, topologyKey, isLocal, serial: this.#serials };
    };
    return [
      ...vmAffinity.filter(isRequired).map((term) => on(term.vmSelector ?? vmSelector, term, true)),
      ...topologySpread.filter(isRequired).map((term) => on(vmSelector, term, false)),
      // Where more domains are used than may be, those in the one left behind would be the ones too many.
      ...domainLimits.map((limit) => on(vmSelector, limit, false)),
    ];
  }
}

const isOfRoom = (code: Rejection['code']) =>
  code === 'Resource' || code === 'Cell' || code === 'Unavailable';
