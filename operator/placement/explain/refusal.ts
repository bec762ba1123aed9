import type { Rejection } from '../model/decision.ts';

/** Why a host does not do. Refusals that say the same are told together. */
export interface Refusal {
  code: Rejection['code'];
  /** As of several hosts: `break anti-affinity with`; and of a single one. */
  plural: string;
  singular: string;
  /** The resource of which something is missing. */
  resource?: string;
}

/** Makes a refusal of a verb in its two forms and of what they share. */
export function refusal(code: Rejection['code'], one: string, many: string, rest: string): Refusal {
  return { code, singular: `${one} ${rest}`, plural: `${many} ${rest}` };
}

/** The host has no domain of a key that a rule of the policy goes by. */
export function missingLabel(topologyKey: string, policy: string): Refusal {
  return refusal(
    'MissingTopology',
    'lacks',
    'lack',
    `the label ${topologyKey} that policy ${policy} goes by`,
  );
}
