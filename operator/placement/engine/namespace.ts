import type { Policy } from '../model/policy.ts';
import { type Labels, labelOf, matches, type Selector, selectorKey } from '../model/selector.ts';
import { circleOf, type Exclusives } from './exclusives.ts';
import { LabelSet, labelKey } from './label-set.ts';
import { PolicyIndex } from './policy-index.ts';
import { Population } from './population.ts';
import { compileRules, type Rules } from './rules.ts';
import { keysOf, LabelIndex, SelectorIndex } from './selector-index.ts';
import type { PlacedRecord } from './vms.ts';

/** Label sets without placed VMs that are kept for the next request with these labels. */
const idleKept = 256;

/** Above it, it takes less time to look for each of a VM's labels among the keys than the other way round. */
const fewKeys = 64;

/**
 * The label sets, populations and policies of one namespace, each found by the others without trying all. VMs are told
 * apart by those labels alone that policies name: what else VMs are labelled with, however much, is not looked at.
 */
export class Namespace {
  readonly #name: string;
  readonly #exclusives: Exclusives;
  readonly #labelSets = new Map<string, LabelSet>();
  #byLabel = new LabelIndex<LabelSet>();
  readonly #idle = new Set<LabelSet>();
  readonly #populations = new Map<string, Population>();
  readonly #bySelector = new SelectorIndex<Population>();
  readonly #policies = new PolicyIndex();
  /** The keys by which the label sets are told apart. */
  #keys: ReadonlySet<string> = new Set();
  #isSettled = true;
  /** Goes up with each change of a policy; rules compiled before are compiled anew. */
  #policiesVersion = 0;

  constructor(name: string, exclusives: Exclusives) {
    this.#name = name;
    this.#exclusives = exclusives;
  }

  /** Whether nothing is lost when the namespace is dropped. */
  get isEmpty(): boolean {
    return this.#policies.isEmpty && this.#labelSets.size === this.#idle.size;
  }

  /** Whether the label sets tell apart all that policies tell apart; until `settle` they may not be asked for. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Puts the placed VMs together anew, by the keys that policies name now. */
  settle(): void {
    this.#isSettled = true;
    const before = [...this.#labelSets.values()];
    this.#labelSets.clear();
    this.#idle.clear();
    this.#byLabel = new LabelIndex();
    this.#keys = new Set([...this.#policies.keys].sort());
    for (const labelSet of before) for (const record of [...labelSet.vms]) this.#move(record);
  }

  #move(record: PlacedRecord): void {
    const from = record.labelSet;
    const to = this.labelSet(record.vm.labels);
    this.wake(to);
    from.remove(record);
    to.add(record);
    this.#exclusives.add(from.circle, record.row, -1);
    this.#exclusives.add(to.circle, record.row, 1);
    record.labelSet = to;
  }

  labelSet(labels: Labels): LabelSet {
    const named = this.#named(labels);
    const key = labelKey(named);
    const known = this.#labelSets.get(key);
    if (known) return known;
    const made = new LabelSet(this, key, named);
    made.circle = this.#circleOf(made);
    for (const population of this.#bySelector.select(made.labels)) made.populations.add(population);
    this.#labelSets.set(key, made);
    this.#byLabel.add(made);
    this.rest(made);
    return made;
  }

  /** The label set has no placed VM: it is among the first to be dropped. */
  rest(labelSet: LabelSet): void {
    this.#idle.add(labelSet);
    if (this.#idle.size <= idleKept) return;
    for (const oldest of this.#idle) {
      this.#idle.delete(oldest);
      this.#labelSets.delete(oldest.key);
      this.#byLabel.remove(oldest);
      return;
    }
  }

  /** The label set has placed VMs, and is kept. */
  wake(labelSet: LabelSet): void {
    this.#idle.delete(labelSet);
  }

  /** The placed VMs that the selector selects, in no order. */
  *select(selector: Selector): Iterable<PlacedRecord> {
    const isTold = keysOf(selector).every((key) => this.#keys.has(key));
    if (isTold) for (const { vms } of this.#byLabel.select(selector)) yield* vms;
    else
      for (const { vms } of this.#labelSets.values())
        for (const record of vms) if (matches(selector, record.vm.labels)) yield record;
  }

  /** The population of the selector if it is kept up. */
  population(selector: Selector): Population | undefined {
    return this.#populations.get(selectorKey(selector));
  }

  openPopulation(selector: Selector): Population {
    const population = new Population(this, selector);
    for (const labelSet of this.#byLabel.select(selector)) {
      labelSet.populations.add(population);
      labelSet.byRow.forEach((row, count) => {
        population.add(row, count);
      });
    }
    this.#populations.set(selectorKey(selector), population);
    this.#bySelector.add(population);
    return population;
  }

  closePopulation(population: Population): void {
    population.close();
    this.#populations.delete(selectorKey(population.selector));
    this.#bySelector.remove(population);
    for (const labelSet of this.#byLabel.select(population.selector)) labelSet.populations.delete(population);
  }

  upsertPolicy(policy: Policy): void {
    this.#change(policy.name, () => this.#policies.upsert(policy));
  }

  removePolicy(name: string): void {
    this.#change(name, () => this.#policies.remove(name));
  }

  policy(name: string): Policy | undefined {
    return this.#policies.get(name);
  }

  /** All of them, by name. */
  policies(): Policy[] {
    return this.#policies.all();
  }

  /** The policies that bear on VMs with these labels, by name. */
  policiesFor(labelSet: LabelSet): readonly Policy[] {
    if (labelSet.bearingVersion !== this.#policiesVersion) {
      labelSet.bearing = this.#policies.bearingOn(labelSet.labels);
      labelSet.bearingVersion = this.#policiesVersion;
    }
    return labelSet.bearing;
  }

  rulesFor(labelSet: LabelSet): Rules {
    if (labelSet.rules && labelSet.rulesVersion === this.#policiesVersion) return labelSet.rules;
    labelSet.rules = compileRules(this.#policies, labelSet.labels);
    labelSet.rulesVersion = this.#policiesVersion;
    return labelSet.rules;
  }

  /** Label sets that an exclusive policy selects, or did so, may come to another circle. */
  #change(name: string, change: () => void): void {
    const before = this.#policies.get(name);
    change();
    this.#policiesVersion += 1;
    for (const key of this.#policies.keys) if (!this.#keys.has(key)) this.#isSettled = false;
    for (const policy of [before, this.#policies.get(name)]) {
      if (!policy?.exclusive) continue;
      for (const labelSet of this.#byLabel.select(policy.vmSelector)) this.#setCircle(labelSet);
    }
  }

  /** The labels that policies name. */
  #named(labels: Labels): Labels {
    const named: Record<string, string> = {};
    const take = (key: string) => {
      const value = labelOf(labels, key);
      if (value !== undefined) named[key] = value;
    };
    if (this.#keys.size <= fewKeys) for (const key of this.#keys) take(key);
    else for (const key in labels) if (this.#keys.has(key)) take(key);
    return named;
  }

  #setCircle(labelSet: LabelSet): void {
    const before = labelSet.circle;
    labelSet.circle = this.#circleOf(labelSet);
    labelSet.byRow.forEach((row, count) => {
      this.#exclusives.add(before, row, -count);
      this.#exclusives.add(labelSet.circle, row, count);
    });
  }

  #circleOf({ labels }: LabelSet): string {
    return circleOf(this.#name, this.#policies.exclusive(labels));
  }

  /** Ends the keeping up of all populations, for when the namespace is dropped. */
  close(): void {
    for (const population of this.#populations.values()) population.close();
  }
}
