import type { PlacedVm, VmState } from '../model/vm.ts';
import { mayTake, type PlainWorld, policiesOf } from './naive.ts';

/** Whether policies let the one have others stopped, and the other be stopped; told naively. */
export function mayPreempt(world: PlainWorld, preemptor: VmState, victim: VmState): boolean {
  return (
    policiesOf(world, preemptor).every(({ neverPreempts }) => !neverPreempts) &&
    policiesOf(world, victim).every(({ neverVictim }) => !neverVictim)
  );
}

/**
 * Every way to make so many VMs of lower priority, one or two, go from one host of the pool that then takes the VM, told
 * naively; without those whom policies protect. Of VMs without a priority it is 0.
 */
export function waysToClear(world: PlainWorld, asked: VmState, pool: string, count: number): PlacedVm[][] {
  const lower = [...world.vms.values()].filter(
    (one) =>
      one.id !== asked.id && (one.priority ?? 0) < (asked.priority ?? 0) && mayPreempt(world, asked, one),
  );
  const sets = count === 1 ? lower.map((one) => [one]) : pairsOf(lower);
  return sets.filter((set) => {
    if (new Set(set.map(({ host }) => host)).size > 1) return false;
    const rest = new Map([...world.vms].filter(([id]) => !set.some((one) => one.id === id)));
    return mayTake({ ...world, vms: rest }, asked, pool).includes(set[0]?.host ?? '');
  });
}

/** Of ways with as many VMs each the one that is promised, those who go in the promised order; empty when there is none. */
export function cheapest(ways: readonly PlacedVm[][]): PlacedVm[] {
  const priority = (of: PlacedVm) => of.priority ?? 0;
  const told = ways.map((way) => {
    const victims = way.toSorted(
      (a, b) => priority(a) - priority(b) || memory(a) - memory(b) || (a.id < b.id ? -1 : 1),
    );
    const numbers = [
      ...victims.map(priority).reverse(),
      victims.reduce((sum, one) => sum + memory(one), 0),
    ].map((number) => String(number).padStart(20, '0'));
    return { key: [...numbers, way[0]?.host, ...victims.map(({ id }) => id)].join(' '), victims };
  });
  told.sort((a, b) => (a.key < b.key ? -1 : 1));
  return told[0]?.victims ?? [];
}

/** The guest's bytes, in huge pages or not. */
export function memory({ requests, guestMemoryBytes }: PlacedVm): number {
  if (guestMemoryBytes !== undefined) return guestMemoryBytes;
  const amounts = Object.entries(requests).filter(([name]) => /^(memory$|hugepages-)/.test(name));
  return amounts.reduce((sum, [, amount]) => sum + amount, 0);
}

const pairsOf = (vms: PlacedVm[]) => vms.flatMap((one, at) => vms.slice(at + 1).map((other) => [one, other]));
