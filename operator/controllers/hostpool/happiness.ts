import type { Host } from '../../api/host.ts';
import type { HostPoolStatus } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { inSteps } from '../../placement/happiness/steady.ts';
import { findCondition } from '../conditions.ts';

/** So many are named. */
const mostNamed = 5;

/** Which of the pool's VMs do not get what they ask for, by what their statuses say. */
export function happinessOf(contended: readonly VirtualMachine[]): NonNullable<HostPoolStatus['happiness']> {
  const all = contended.flatMap(({ metadata: { namespace = '', name }, status }) => {
    const { hostName, contention } = status ?? {};
    return contention ? [{ namespace, name, ...(hostName ? { hostName } : {}), ...contention }] : [];
  });
  const most = (one: (typeof all)[number]) => Math.max(one.cpuPercent, one.memoryPercent);
  const nameOf = (one: (typeof all)[number]) => `${one.namespace}/${one.name}`;
  const worst = all.sort((a, b) => most(b) - most(a) || (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, mostNamed);
  return { unhappy: all.length, ...(worst.length > 0 ? { worst } : {}) };
}

const step = 5;

/** What is really used of one resource: the mean of what connected hosts tell, by what each has; as told before while that is near. */
export function usedOf(
  resource: 'cpu' | 'memory',
  members: readonly Host[],
  before: HostPoolStatus | undefined,
): { usedPercent?: number } {
  let [used, capacity] = [0, 0];
  for (const host of members) {
    const percent = host.status?.used?.[`${resource}Percent`];
    const has = host.status?.capacity;
    if (percent === undefined || !has || findCondition(host, 'Connected')?.status !== 'True') continue;
    const amount = resource === 'cpu' ? has.cpu : parseBytes(has.memory);
    used += amount * percent;
    capacity += amount;
  }
  if (capacity === 0) return {};
  const told = before?.resources?.find(({ name }) => name === resource)?.usedPercent;
  return { usedPercent: inSteps(told, used / capacity, step) };
}
