import { expect, it } from 'vitest';
import { Emptying, movedADay } from './emptying.ts';
import { Fleet } from './fleet.ts';
import type { Mover } from './replay.ts';
import type { Trace, TraceVm } from './traces.ts';

const day = 86_400;
const trace: Trace = { name: 't', begin: 0, end: 100 * day, hostMemoryGiB: 64, vms: [] };

const vm = (size: number, start = -2 * day): TraceVm => ({
  ...{ kind: [], cpu: size, memory: size, start, end: Number.POSITIVE_INFINITY },
});

/** A host for each list of VMs. */
function fleetOf(...hosts: TraceVm[][]): Fleet {
  const fleet = new Fleet();
  for (const vms of hosts) {
    const row = fleet.openHost();
    for (const one of vms) fleet.place(row, one);
  }
  return fleet;
}

/** So many hosts of a thousand small VMs each: a move a day for each of them. */
const thousands = (count: number) =>
  Array.from({ length: count }, () => Array.from({ length: 1 / movedADay }, () => vm(0.0009)));

/** Moves what it is told to whenever the mover asks for it, and says from where. */
function movedFrom(mover: Mover, fleet: Fleet, until: number): number[] {
  const rows: number[] = [];
  while (mover.next <= until) {
    for (const { vm: moved, from, to } of mover.movesAt(fleet, mover.next)) {
      fleet.remove(from, moved);
      fleet.place(to, moved);
      rows.push(from);
    }
  }
  return rows;
}

it('empties the hosts that cost least, as far as the budget of a day goes', () => {
  const fleet = fleetOf(...thousands(2), [vm(0.03), vm(0.02)], [vm(0.04)]);
  const mover = new Emptying(trace);
  // Of two moves a day one is left, and a third of one comes every four hours.
  expect(movedFrom(mover, fleet, day / 2 - 1)).toEqual([3]);
  expect([movedFrom(mover, fleet, day / 2), fleet.open]).toEqual([[2, 2], 2]);
});

it('does not save more than the budget of a day', () => {
  const fleet = fleetOf(...thousands(1), [vm(0.03), vm(0.02)]);
  expect(movedFrom(new Emptying(trace), fleet, 10 * day)).toEqual([]);
});

it('leaves hosts alone that have VMs of the last day', () => {
  const fleet = fleetOf(...thousands(1), [vm(0.01, -day + 1)], [vm(0.05, -day)]);
  expect(movedFrom(new Emptying(trace), fleet, 0)).toEqual([2]);
});

it('fills hosts to the brim', () => {
  const fleet = fleetOf([...(thousands(1)[0] as TraceVm[]), vm(0.03), vm(0.03)], [vm(0.04)]);
  expect(movedFrom(new Emptying(trace), fleet, 0)).toEqual([1]);
});
