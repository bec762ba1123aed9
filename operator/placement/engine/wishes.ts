import type { AffinityTerm, Policy } from '../model/policy.ts';
import { PopulationRef } from './populations.ts';
import { meaningOf } from './same-meaning.ts';
import { PreferredCompany, PreferredSpread } from './scores/preferred.ts';
import type { Scorer } from './scores/scorer.ts';

/** A preferred rule of a policy about other VMs. */
export interface Wish {
  /** The same for wishes that give points to the same hosts. */
  meaning: string;
  /** Negative for VMs to keep away from. */
  weight: number;
  scorer: Scorer;
  /** One that gives as many points as several together. */
  weighing(weight: number): Scorer;
}

export function wishesOf(policy: Policy): Wish[] {
  return [
    ...policy.vmAntiAffinity.flatMap((term) => company(policy, term, 'antiAffinity')),
    ...policy.vmAffinity.flatMap((term) => company(policy, term, 'affinity')),
    ...spreads(policy),
  ];
}

/** A scorer for each meaning, with the weights of all wishes for it; wishes that outweigh each other are none. */
export function addedUp(wishes: readonly Wish[]): Scorer[] {
  const byMeaning = Map.groupBy(wishes, ({ meaning }) => meaning);
  return [...byMeaning.values()].flatMap((same) => {
    const weight = same.reduce((sum, one) => sum + one.weight, 0);
    return weight === 0 ? [] : same.slice(0, 1).map((one) => one.weighing(weight));
  });
}

function company(
  policy: Policy,
  { topologyKey, vmSelector, enforcement }: AffinityTerm,
  name: 'affinity' | 'antiAffinity',
): Wish[] {
  if (enforcement.required) return [];
  const others = new PopulationRef(vmSelector ?? policy.vmSelector);
  const weighing = (weight: number) => new PreferredCompany(name, policy.name, topologyKey, others, weight);
  const weight = name === 'affinity' ? enforcement.weight : -enforcement.weight;
  return [{ meaning: meaningOf('company', topologyKey, others), weight, scorer: weighing(weight), weighing }];
}

function spreads(policy: Policy): Wish[] {
  return policy.topologySpread.flatMap(({ topologyKey, enforcement }) => {
    if (enforcement.required) return [];
    const ones = new PopulationRef(policy.vmSelector);
    const weighing = (weight: number) => new PreferredSpread(policy.name, topologyKey, ones, weight);
    const { weight } = enforcement;
    return [{ meaning: meaningOf('spread', topologyKey, ones), weight, scorer: weighing(weight), weighing }];
  });
}
