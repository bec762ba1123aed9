import type { NamedRule } from '../explain/policy-rules.ts';
import type { VmState } from '../model/vm.ts';

export const hostnameKey = 'kubernetes.io/hostname';

/** Whether one VM more, anywhere, may forbid others places anywhere; of spread only one less does. */
export function isAboutAll({ rule }: NamedRule): boolean {
  return rule === 'vmAffinity' || rule === 'domainLimits';
}

/** Whether others that go elsewhere, or come to where they were not, may forbid a VM to stay where it is. */
export function leansOnOthers({ rule }: NamedRule): boolean {
  return rule === 'topologySpread' || rule === 'vmAffinity';
}

/** Whether the rule looks at no other host than the one that a VM comes to. */
export function isOfOneHost({ rule, topologyKey }: NamedRule): boolean {
  const isOfHosts = rule === 'hostAffinity' || rule === 'exclusive';
  return isOfHosts || (rule === 'vmAntiAffinity' && topologyKey === hostnameKey);
}

/** All that the VM itself asks of its host but room, in words that are alike when it asks alike. */
export function rulesOfItsOwn(vm: Partial<VmState> = {}): string {
  const { hostSelector, hostAffinity, tolerations, needs, oneCell } = vm;
  return JSON.stringify([hostSelector, hostAffinity, tolerations, needs, oneCell]);
}
