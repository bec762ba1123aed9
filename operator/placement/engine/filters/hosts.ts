import { type Refusal, refusal } from '../../explain/refusal.ts';
import type { HostState, Taint } from '../../model/host.ts';
import { matches, type Selector, selectorKey } from '../../model/selector.ts';
import type { VmState } from '../../model/vm.ts';
import { keepMasked } from '../kernels.ts';
import type { HostRule } from '../rules.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';
import { Offer } from './offers.ts';
import { repelling, tainted } from './taints.ts';

/** The host takes VMs. */
const availability: Filter = {
  keep: ({ hosts }, rows, count) => keepMasked(rows, count, hosts.available),
  refusals:
    ({ hosts }) =>
    (row) =>
      unavailable(hosts.state(row)),
};

/** The host's labels or taints are as they must be. */
class Trait implements Filter {
  readonly #key: string;
  readonly #holds: (host: HostState) => boolean;
  readonly #refusal: (host: HostState) => Refusal;
  readonly effect?: () => string;

  /** `key` says all that `holds` depends on. */
  constructor(
    key: string,
    holds: (host: HostState) => boolean,
    refuse: (host: HostState) => Refusal,
    effect?: string,
  ) {
    if (effect !== undefined) this.effect = () => effect;
    this.#key = key;
    this.#holds = holds;
    this.#refusal = refuse;
  }

  keep({ masks }: Scene, rows: Int32Array, count: number): number {
    return keepMasked(rows, count, masks.get(this.#key, this.#holds));
  }

  refusals({ hosts }: Scene): (row: number) => Refusal {
    return (row) => this.#refusal(hosts.state(row) as HostState);
  }
}

/** The hosts that the VM itself chooses, by labels. */
export function selectorFilters({ hostSelector, hostAffinity }: VmState): Filter[] {
  const filters: Filter[] = [];
  if (hostSelector) {
    const refused = refusal('HostSelector', 'does not', 'do not', 'match spec.placement.hostSelector');
    filters.push(labelFilter([hostSelector], refused, 'where spec.placement.hostSelector wants it'));
  }
  if (hostAffinity?.required) {
    const refused = refusal('HostSelector', 'does not', 'do not', 'match spec.placement.hostAffinity');
    filters.push(labelFilter(hostAffinity.required, refused, 'where spec.placement.hostAffinity wants it'));
  }
  return filters;
}

/** Whether hosts let the VM in: their taints, and whether they offer what it needs. */
export function admissionFilters({ tolerations = [], needs = [] }: VmState): Filter[] {
  return [
    new Trait(
      `taints ${JSON.stringify(tolerations)}`,
      (host) => repelling(host, tolerations) === undefined,
      (host) => tainted(repelling(host, tolerations) as Taint),
    ),
    ...needs.map((need) => new Offer(need)),
  ];
}

/** What policies ask of the VM's host. */
export function policyHostFilters(rules: readonly HostRule[]): Filter[] {
  return rules
    .filter(({ enforcement }) => enforcement.required)
    .map(({ policy, selector }) => {
      const refused = refusal('HostAffinity', 'breaks', 'break', `host affinity of policy ${policy}`);
      return labelFilter([selector], refused, `where hostAffinity of policy ${policy} wants it`);
    });
}

/** All of them, in the order in which they are told. */
export function hostFilters(vm: VmState, rules: readonly HostRule[]): Filter[] {
  return [availability, ...selectorFilters(vm), ...policyHostFilters(rules), ...admissionFilters(vm)];
}

/** One of the selectors must select the host. */
function labelFilter(selectors: readonly Selector[], refused: Refusal, effect: string): Filter {
  return new Trait(
    `labels ${selectors.map(selectorKey).join(' or ')}`,
    ({ labels }) => selectors.some((selector) => matches(selector, labels)),
    () => refused,
    effect,
  );
}

function unavailable(host: HostState | undefined): Refusal {
  const reason = host && !host.available.yes ? host.available.reason : 'is not known';
  const plural = reason
    .replace(/^is /, 'are ')
    .replace(/^has /, 'have ')
    .replace(/^belongs /, 'belong ');
  return { code: 'Unavailable', singular: reason, plural };
}
