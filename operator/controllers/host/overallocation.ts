import { amountOf, phraseOf, wordOf } from '../../placement/explain/amounts.ts';
import { cpu, memory, memoryOf, type Resources } from '../../placement/model/resources.ts';
import { fails, holds, unknown, type Verdict } from '../conditions.ts';

/** What VMs may have in all of the host, and what placed VMs have; both in placement's words. */
export interface Allocation {
  /** Undefined until the host has told what it has. */
  limits: Resources | undefined;
  used: Resources;
}

/** Whether placed VMs have more of the host than they may: it lost some of what it had, or its pool gives out less. */
export function overallocated(host: string, pool: string, { limits, used }: Allocation): Verdict {
  if (!limits) return unknown('CapacityUnknown', 'What the host has is not known yet.');
  const excess = Object.keys(used).filter((name) => (used[name] ?? 0) > (limits[name] ?? 0));
  if (excess.length === 0) return nothingAllocatable(host, pool, limits);
  const amounts = excess.sort().map((name) => {
    const [has, may] = [used[name] ?? 0, limits[name] ?? 0];
    return `${phraseOf(name, has - may)} too much (${amountOf(name, has)} of ${amountOf(name, may)})`;
  });
  const words = excess.map(wordOf).join(', ');
  return holds(
    'Overallocated',
    `VMs on ${host} have ${amounts.join(', ')}. They run on, and no VM comes that asks for ${words}. ` +
      `Stop or delete VMs there, give the host back what it has lost, or see what spec.hostReserved, spec.overcommit and spec.resources of HostPool ${pool} leave to VMs.`,
  );
}

/** No VM does without CPUs and memory, the latter of either kind. */
function nothingAllocatable(host: string, pool: string, limits: Resources): Verdict {
  const has: Resources = { [cpu]: limits[cpu] ?? 0, [memory]: memoryOf(limits) };
  const nothing = Object.keys(has).filter((name) => has[name] === 0);
  if (nothing.length === 0) return fails('WithinAllocatable', 'VMs have no more of the host than they may.');
  return holds(
    'NothingAllocatable',
    `spec.hostReserved and spec.overcommit of HostPool ${pool} leave no ${nothing.map(wordOf).join(' and no ')} of ${host} to VMs, so that none fits there. Lower spec.hostReserved.`,
  );
}
