import type { Policy } from '../model/policy.ts';
import { type Labels, type Selector, selectorKey } from '../model/selector.ts';
import { circleOf, type Exclusives } from './exclusives.ts';
import { LabelSet, labelKey } from './label-set.ts';
import { PolicyIndex } from './policy-index.ts';
import { Population } from './population.ts';
import { compileRules, type Rules } from './rules.ts';
import { LabelIndex, SelectorIndex } from './selector-index.ts';

/** Label sets without placed VMs that are kept for the next request with these labels. */
const idleKept = 256;

/** The label sets, populations and policies of one namespace, each found by the others without trying all. */
export class Namespace {
  readonly #name: string;
  readonly #exclusives: Exclusives;
  readonly #labelSets = new Map<string, LabelSet>();
  readonly #byLabel = new LabelIndex<LabelSet>();
  readonly #idle = new Set<LabelSet>();
  readonly #populations = new Map<string, Population>();
  readonly #bySelector = new SelectorIndex<Population>();
  readonly #policies = new PolicyIndex();
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

  labelSet(labels: Labels): LabelSet {
    const key = labelKey(labels);
    const known = this.#labelSets.get(key);
    if (known) return known;
    const made = new LabelSet(this, key, { ...labels });
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

  /** The label sets that the selector selects and that have placed VMs, or may have. */
  select(selector: Selector): LabelSet[] {
    return this.#byLabel.select(selector);
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

  policiesFor(labels: Labels): Policy[] {
    return this.#policies.bearingOn(labels);
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
    for (const policy of [before, this.#policies.get(name)]) {
      if (!policy?.exclusive) continue;
      for (const labelSet of this.#byLabel.select(policy.vmSelector)) this.#setCircle(labelSet);
    }
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
