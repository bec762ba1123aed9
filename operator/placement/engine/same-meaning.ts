import { selectorKey } from '../model/selector.ts';
import type { Filter } from './filters/filter.ts';
import type { PopulationRef } from './populations.ts';

/** A required rule about other VMs. */
export interface Requirement {
  /** The same for rules of which the strictest alone decides. */
  meaning: string;
  /** The lower, the stricter. */
  bound: number;
  filter: Filter;
}

/** Of each meaning the strictest rule, the first of equal ones: many policies that say the same are asked as one. */
export function strictest(requirements: readonly Requirement[]): Filter[] {
  const byMeaning = new Map<string, Requirement>();
  for (const one of requirements) {
    const known = byMeaning.get(one.meaning);
    if (!known || one.bound < known.bound) byMeaning.set(one.meaning, one);
  }
  return [...byMeaning.values()].map(({ filter }) => filter);
}

export function meaningOf(kind: string, topologyKey: string, { selector }: PopulationRef): string {
  return `${kind} ${topologyKey} ${selectorKey(selector)}`;
}
