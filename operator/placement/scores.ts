import type { Candidate } from './filters.ts';
import type { Enforcement, PlacementRequest, Strategy } from './model.ts';
import { labelOf, matches } from './selector.ts';

export type Scores = Readonly<Record<string, number>>;

/** Points by scorer; more is better. The load of the host counts up to 100, a preferred rule up to its weight. */
export function scoresOf(candidate: Candidate, strategy: Strategy): Scores {
  return {
    strategy: strategyScore(candidate, strategy),
    hostAffinity: hostAffinityScore(candidate),
    affinity: affinityScore(candidate),
    antiAffinity: -antiAffinityPoints(candidate),
    spread: -spreadPoints(candidate),
  };
}

export function total(scores: Scores): number {
  let sum = 0;
  for (const name in scores) sum += scores[name] ?? 0;
  return sum;
}

/** A policy that selects the VM overrides the pool; of several the first by name. */
export function strategyOf({ policies, strategy, vm }: PlacementRequest): Strategy {
  const overriding = policies.filter((policy) => policy.strategy && matches(policy.vmSelector, vm.labels));
  return overriding.sort((a, b) => (a.name < b.name ? -1 : 1))[0]?.strategy ?? strategy;
}

/** By the scarcer resource after placing: a host is as full as its fullest resource (dominant resource). */
function strategyScore({ host, request, usage }: Candidate, strategy: Strategy): number {
  const load = Math.max(
    (usage.cpu + request.vm.cpu) / host.cpuLimit,
    (usage.memoryBytes + request.vm.memoryBytes) / host.memoryLimitBytes,
  );
  return 100 * (strategy === 'Pack' ? load : 1 - load);
}

function hostAffinityScore({ host, rules }: Candidate): number {
  return points(rules.hostAffinity, (term) => (matches(term.hostSelector, host.labels) ? 1 : 0));
}

function affinityScore({ host, rules }: Candidate): number {
  return points(rules.affinity, (rule) => (countAt(rule, host.labels) > 0 ? 1 : 0));
}

function antiAffinityPoints({ host, rules }: Candidate): number {
  return points(rules.antiAffinity, (rule) => (countAt(rule, host.labels) > 0 ? 1 : 0));
}

/** Half the weight for each VM more than the emptiest domain has, in the end all of it. */
function spreadPoints({ host, rules }: Candidate): number {
  return points(rules.spread, (rule) => 1 - 0.5 ** Math.max(0, countAt(rule, host.labels) - rule.minimum));
}

function countAt(
  rule: { topologyKey: string; counts: { count(value: string): number } },
  labels: Readonly<Record<string, string>>,
): number {
  const value = labelOf(labels, rule.topologyKey);
  return value === undefined ? 0 : rule.counts.count(value);
}

function points<T extends { enforcement: Enforcement }>(
  terms: readonly T[],
  share: (term: T) => number,
): number {
  let sum = 0;
  for (const term of terms) {
    if (!term.enforcement.required) sum += term.enforcement.weight * share(term);
  }
  return sum;
}
