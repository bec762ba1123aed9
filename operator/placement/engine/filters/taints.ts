import { type Refusal, refusal } from '../../explain/refusal.ts';
import type { HostState, Taint } from '../../model/host.ts';
import type { Toleration } from '../../model/vm.ts';

/** The first taint that keeps a VM with these tolerations away; undefined when none does. */
export function repelling(host: HostState, tolerations: readonly Toleration[]): Taint | undefined {
  return host.taints?.find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, tolerations),
  );
}

/** Whether a soft taint asks a VM with these tolerations to go elsewhere. */
export function isDissuading(host: HostState, tolerations: readonly Toleration[]): boolean {
  const { taints = [] } = host;
  return taints.some((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations));
}

export function tainted({ key, value, effect }: Taint): Refusal {
  const text = `${key}${value ? `=${value}` : ''}:${effect}`;
  return refusal('Taint', 'has', 'have', `the taint ${text}, which is not tolerated`);
}

function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some(({ key, operator, value, effect }) => {
    if (effect !== undefined && effect !== taint.effect) return false;
    if (operator === 'Exists') return key === undefined || key === '' || key === taint.key;
    return key === taint.key && (value ?? '') === (taint.value ?? '');
  });
}
