import type { Advantage, Merits } from '../model/decision.ts';
import { wordOf } from './amounts.ts';

/** Advantages that a sentence tells. */
const told = 3;

/**
 * How the host does for the VM, as of the moment: `Best of 11 hosts that fit, of 12: apart from shop/web-2 by policy web;
 * emptier than most (38 % of its memory then).`
 */
export function meritsSentence(merits: Merits): string {
  const { total, fitting, rules } = merits;
  const reasons = [...rules, ...(fitting > 1 ? advantagesOf(merits) : [])];
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  return `${rankOf(merits)}${fitting < total ? `, of ${total}` : ''}${why}.`;
}

function rankOf({ fitting, better }: Merits): string {
  if (fitting === 1) return 'The only host that fits';
  return better === 0 ? `Best of ${fitting} hosts that fit` : `One of ${fitting} hosts that fit`;
}

function advantagesOf(merits: Merits): string[] {
  const clauses = merits.advantages.flatMap((one) => words[one.name]?.(one, merits) ?? []);
  if (clauses.length > 0) return [...new Set(clauses)].slice(0, told);
  return merits.better === 0 ? ['as good as any'] : [];
}

type Words = (one: Advantage, merits: Merits) => string;

const preferred =
  (what: string): Words =>
  ({ policy }) =>
    `${what}, as ${policy === undefined ? 'spec.placement' : `policy ${policy}`} prefers`;

/** By the names of scorers. */
const words: Readonly<Record<string, Words>> = {
  load: (_, { strategy, load: { resource, share } }) =>
    `${strategy === 'Spread' ? 'emptier' : 'fuller'} than most (${Math.round(share * 100)} % of its ${wordOf(resource)} then)`,
  balance: () => 'its CPUs and memory are more even then',
  hostAffinity: preferred('by its labels'),
  affinity: preferred('near other VMs'),
  antiAffinity: preferred('away from other VMs'),
  spread: preferred('evenly spread'),
  taints: () => 'no soft taint',
  namedResources: () => 'no named resources that others could need',
  contention: () => 'VMs there hinder each other less',
  lifetime: () => 'VMs there have run for longer, so that others may empty',
};
