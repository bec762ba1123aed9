import type { AffinityTerm, Policy } from '../model/policy.ts';
import type { Labels, Selector } from '../model/selector.ts';
import { keysOf, SelectorIndex } from './selector-index.ts';

/** Something of a policy that is found by a selector. */
interface Entry<T> {
  readonly selector: Selector;
  readonly policy: Policy;
  readonly term: T;
}

/** By it VMs of the policy forbid others to come to them. */
export type KeepingAway = Entry<AffinityTerm>;

/** The policies of one namespace, found by the labels of the VMs that they bear on. */
export class PolicyIndex {
  readonly #byName = new Map<string, Policy>();
  readonly #selecting = new SelectorIndex<Entry<undefined>>();
  readonly #keepingAway = new SelectorIndex<KeepingAway>();
  #exclusive = 0;
  /** How many selectors name each label key. */
  readonly #keys = new Map<string, number>();
  readonly #filed = new Map<string, { selecting: Entry<undefined>; keepingAway: KeepingAway[] }>();

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  get(name: string): Policy | undefined {
    return this.#byName.get(name);
  }

  /** The label keys by which the policies tell VMs from each other. */
  get keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** By name. */
  all(): Policy[] {
    return byName([...this.#byName.values()]);
  }

  upsert(policy: Policy): void {
    this.remove(policy.name);
    this.#byName.set(policy.name, policy);
    if (policy.exclusive) this.#exclusive += 1;
    const selecting = { selector: policy.vmSelector, policy, term: undefined };
    const keepingAway = policy.vmAntiAffinity.flatMap((term) =>
      term.enforcement.required && term.vmSelector ? [{ selector: term.vmSelector, policy, term }] : [],
    );
    this.#filed.set(policy.name, { selecting, keepingAway });
    this.#selecting.add(selecting);
    for (const entry of keepingAway) this.#keepingAway.add(entry);
    for (const key of keysOfPolicy(policy)) this.#keys.set(key, (this.#keys.get(key) ?? 0) + 1);
  }

  remove(name: string): void {
    const filed = this.#filed.get(name);
    if (!filed) return;
    const policy = this.#byName.get(name);
    if (policy?.exclusive) this.#exclusive -= 1;
    for (const key of policy ? keysOfPolicy(policy) : []) {
      const left = (this.#keys.get(key) ?? 0) - 1;
      if (left > 0) this.#keys.set(key, left);
      else this.#keys.delete(key);
    }
    this.#byName.delete(name);
    this.#filed.delete(name);
    this.#selecting.remove(filed.selecting);
    for (const entry of filed.keepingAway) this.#keepingAway.remove(entry);
  }

  /** The policies that select these labels, by name: what is told first must not follow the order in which they came. */
  selecting(labels: Labels): Policy[] {
    return byName([...this.#selecting.select(labels)].map(({ policy }) => policy));
  }

  /** The policies that select these labels, and those whose VMs keep away from such VMs; by name. */
  bearingOn(labels: Labels): Policy[] {
    const keepingAway = this.keepingAway(labels).map(({ policy }) => policy);
    return byName([...new Set([...this.selecting(labels), ...keepingAway])]);
  }

  /** The names of the exclusive policies that select these labels, in order. */
  exclusive(labels: Labels): string[] {
    if (this.#exclusive === 0) return [];
    return this.selecting(labels).flatMap(({ name, exclusive }) => (exclusive ? [name] : []));
  }

  /** The terms by which VMs of other policies keep away from VMs with these labels. */
  keepingAway(labels: Labels): KeepingAway[] {
    const found = this.#keepingAway.select(labels);
    const policies = byName([...new Set([...found].map(({ policy }) => policy))]);
    return policies.flatMap((policy) =>
      (this.#filed.get(policy.name)?.keepingAway ?? []).filter((entry) => found.has(entry)),
    );
  }
}

function keysOfPolicy({ vmSelector, vmAntiAffinity, vmAffinity }: Policy): string[] {
  const others = [...vmAntiAffinity, ...vmAffinity].map((term) => term.vmSelector ?? {});
  return [vmSelector, ...others].flatMap(keysOf);
}

function byName(policies: Policy[]): Policy[] {
  return policies.sort((a, b) => (a.name < b.name ? -1 : 1));
}
