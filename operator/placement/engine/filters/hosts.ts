import { type Refusal, refusal } from '../../explain/refusal.ts';
import type { HostState } from '../../model/host.ts';
import { matches, selectorKey } from '../../model/selector.ts';
import type { VmState } from '../../model/vm.ts';
import { keepMasked } from '../kernels.ts';
import type { HostRule } from '../rules.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** Something that is true or not of a host by itself, whatever VMs there are. */
export interface HostFilter extends Filter {
  mask(scene: Scene): Uint8Array;
}

/** The host takes VMs. */
const availability: HostFilter = {
  mask: ({ hosts }) => hosts.available,
  keep: ({ hosts }, rows, count) => keepMasked(rows, count, hosts.available),
  refusals:
    ({ hosts }) =>
    (row) =>
      unavailable(hosts.state(row)),
};

/** The host's labels, taints or offers are as they must be. */
class Trait implements HostFilter {
  readonly #key: string;
  readonly #holds: (host: HostState) => boolean;
  readonly #refusal: (host: HostState) => Refusal;

  /** `key` says all that `holds` depends on. */
  constructor(key: string, holds: (host: HostState) => boolean, refuse: (host: HostState) => Refusal) {
    this.#key = key;
    this.#holds = holds;
    this.#refusal = refuse;
  }

  mask({ masks }: Scene): Uint8Array {
    return masks.get(this.#key, this.#holds);
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    return keepMasked(rows, count, this.mask(scene));
  }

  refusals({ hosts }: Scene): (row: number) => Refusal {
    return (row) => this.#refusal(hosts.state(row) as HostState);
  }
}

/** What the VM asks of its host by itself, in the order in which it is told. */
export function ownHostFilters({ hostSelector }: VmState): HostFilter[] {
  if (!hostSelector) return [];
  const refused = refusal('HostSelector', 'does not', 'do not', 'match spec.placement.hostSelector');
  return [
    new Trait(
      selectorKey(hostSelector),
      ({ labels }) => matches(hostSelector, labels),
      () => refused,
    ),
  ];
}

/** What policies ask of the VM's host. */
export function policyHostFilters(rules: readonly HostRule[]): HostFilter[] {
  return rules
    .filter(({ enforcement }) => enforcement.required)
    .map(({ policy, selector }) => {
      const refused = refusal('HostAffinity', 'breaks', 'break', `host affinity of policy ${policy}`);
      return new Trait(
        selectorKey(selector),
        ({ labels }) => matches(selector, labels),
        () => refused,
      );
    });
}

/** All of them. */
export function hostFilters(vm: VmState, rules: readonly HostRule[]): HostFilter[] {
  return [availability, ...ownHostFilters(vm), ...policyHostFilters(rules)];
}

function unavailable(host: HostState | undefined): Refusal {
  const reason = host && !host.available.yes ? host.available.reason : 'is not known';
  const plural = reason
    .replace(/^is /, 'are ')
    .replace(/^has /, 'have ')
    .replace(/^belongs /, 'belong ');
  return { code: 'Unavailable', singular: reason, plural };
}
