import { amountOf, phraseOf, wordOf } from '../../placement/explain/amounts.ts';
import { listed } from '../../placement/explain/listed.ts';
import { cpu, memory, memoryOf, type Resources } from '../../placement/model/resources.ts';
import { fails, holds, unknown, type Verdict } from '../conditions.ts';
import type { CellAllocation } from './cell-allocation.ts';

/** What VMs may have in all of the host, and what placed VMs have, or will have once started; both in placement's words. */
export interface Allocation {
  /** Undefined until the host has told what it has. */
  limits: Resources | undefined;
  used: Resources;
  /** Of those that VMs are bound to. */
  cells?: readonly CellAllocation[];
}

/** VMs that the message names of one cell. */
const named = 5;

/**
 * Whether placed VMs have more of the host, or of a NUMA cell that they are bound to, than they may: it lost some of what it
 * had, or its pool gives out less.
 */
export function overallocated(host: string, pool: string, { limits, used, cells = [] }: Allocation): Verdict {
  if (!limits) return unknown('CapacityUnknown', 'What the host has is not known yet.');
  const excess = [
    ...excessText(`VMs on ${host} have`, 'no VM comes', limits, used),
    ...cells.flatMap(({ number, vms, ...cell }) => {
      const who = `${listed(vms, named)} ${vms.length === 1 ? 'has' : 'have'}`;
      const where = `In NUMA cell ${number} of ${host}`;
      return excessText(`${where}, ${who}`, 'no VM comes to the cell', cell.limits, cell.used);
    }),
  ];
  if (excess.length === 0) return nothingAllocatable(host, pool, limits);
  const wayOut = `Stop or delete VMs there, give the host back what it has lost, or see what spec.hostReserved, spec.overcommit and spec.resources of HostPool ${pool} leave to VMs.`;
  return holds('Overallocated', [...excess, wayOut].join(' '));
}

/** `VMs on rack1-a have 8Gi of memory too much (40Gi of 32Gi). They run on, …`; empty when there is enough. */
function excessText(who: string, noneComes: string, limits: Resources, used: Resources): string[] {
  const excess = Object.keys(used).filter((name) => (used[name] ?? 0) > (limits[name] ?? 0));
  if (excess.length === 0) return [];
  const amounts = excess.sort().map((name) => {
    const [has, may] = [used[name] ?? 0, limits[name] ?? 0];
    return `${phraseOf(name, has - may)} too much (${amountOf(name, has)} of ${amountOf(name, may)})`;
  });
  const words = excess.map(wordOf).join(', ');
  return [`${who} ${amounts.join(', ')}. They run on, and ${noneComes} that asks for ${words}.`];
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
