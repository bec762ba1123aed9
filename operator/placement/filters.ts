import type { Usage } from './inventory.ts';
import type { HostState, PlacementRequest, Rejection } from './model.ts';
import type { Rules } from './rules.ts';
import { labelOf, matches } from './selector.ts';

/** One VM on its way to one host. */
export interface Candidate {
  request: PlacementRequest;
  rules: Rules;
  host: HostState;
  /** Without the VM itself. */
  usage: Usage;
}

/** Why a host does not do. Refusals that say the same are told together. */
export interface Refusal {
  code: Rejection['code'];
  /** As of several hosts: `break anti-affinity with`; and of a single one. */
  plural: string;
  singular: string;
  /** Whom it is about: `shop/web-1`; added to the text, and of several hosts together. */
  subject?: string;
  /** For resources: how much is missing. */
  missing?: number;
}

type Filter = (candidate: Candidate) => Refusal | undefined;

/** The rules of policies and of the VM, in the order in which a host is asked. */
export const ruleFilters: readonly Filter[] = [hostSelector, hostAffinity, antiAffinity, affinity, spread];
/** What has to be free. */
export const roomFilters: readonly Filter[] = [cpu, memory];
/** All there is, cheapest and most telling first. */
export const filters: readonly Filter[] = [available, ...ruleFilters, ...roomFilters];

export function refusalOf(candidate: Candidate, chain: readonly Filter[]): Refusal | undefined {
  for (const filter of chain) {
    const refusal = filter(candidate);
    if (refusal) return refusal;
  }
  return undefined;
}

function available({ host }: Candidate): Refusal | undefined {
  if (host.available.yes) return undefined;
  const { reason } = host.available;
  const plural = reason
    .replace(/^is /, 'are ')
    .replace(/^has /, 'have ')
    .replace(/^belongs /, 'belong ');
  return { code: 'Unavailable', singular: reason, plural };
}

function hostSelector({ host, request }: Candidate): Refusal | undefined {
  if (!request.hostSelector || matches(request.hostSelector, host.labels)) return undefined;
  return verb('HostSelector', 'does not', 'do not', 'match spec.placement.hostSelector');
}

function hostAffinity({ host, rules }: Candidate): Refusal | undefined {
  const broken = rules.hostAffinity.find(
    (term) => term.enforcement.required && !matches(term.hostSelector, host.labels),
  );
  return broken && verb('HostAffinity', 'breaks', 'break', `host affinity of policy ${broken.policy}`);
}

function antiAffinity({ host, rules }: Candidate): Refusal | undefined {
  for (const { topologyKey, counts, enforcement, own } of rules.antiAffinity) {
    if (!enforcement.required) continue;
    const value = labelOf(host.labels, topologyKey);
    if (value === undefined && !own) continue;
    if (value === undefined) return missingLabel(topologyKey);
    const other = counts.example(value);
    if (other) return { ...verb('AntiAffinity', 'breaks', 'break', 'anti-affinity with'), subject: other };
  }
  return undefined;
}

function affinity({ host, rules }: Candidate): Refusal | undefined {
  for (const { topologyKey, counts, enforcement, self, policy } of rules.affinity) {
    if (!enforcement.required) continue;
    const value = labelOf(host.labels, topologyKey);
    if (value === undefined) return missingLabel(topologyKey);
    const isFirst = counts.isEmpty && self;
    if (!isFirst && counts.count(value) === 0) {
      return verb('Affinity', 'has', 'have', `no VM that policy ${policy} wants it to be with`);
    }
  }
  return undefined;
}

function spread({ host, rules }: Candidate): Refusal | undefined {
  for (const { topologyKey, counts, enforcement, maxSkew, minimum, policy } of rules.spread) {
    if (!enforcement.required) continue;
    const value = labelOf(host.labels, topologyKey);
    if (value === undefined) return missingLabel(topologyKey);
    if (counts.count(value) + 1 - minimum > maxSkew) {
      return verb('Spread', 'breaks', 'break', `the spread over ${topologyKey} of policy ${policy}`);
    }
  }
  return undefined;
}

function cpu({ host, request, usage }: Candidate): Refusal | undefined {
  const missing = usage.cpu + request.vm.cpu - host.cpuLimit;
  return missing > 0 ? { ...verb('Cpu', 'lacks', 'lack', 'CPUs'), missing } : undefined;
}

function memory({ host, request, usage }: Candidate): Refusal | undefined {
  const missing = usage.memoryBytes + request.vm.memoryBytes - host.memoryLimitBytes;
  return missing > 0 ? { ...verb('Memory', 'lacks', 'lack', 'memory'), missing } : undefined;
}

function missingLabel(topologyKey: string): Refusal {
  return verb('MissingTopology', 'lacks', 'lack', `the label ${topologyKey}`);
}

function verb(code: Rejection['code'], one: string, many: string, rest: string): Refusal {
  return { code, singular: `${one} ${rest}`, plural: `${many} ${rest}` };
}
