import { destinationFor } from '../moves/destination.ts';
import type { Drain } from './plan.ts';
import type { DrainMove } from './schedule.ts';

/** So many of the hosts that lack least are looked at: what lacks more needs larger VMs to go, which fit nowhere else. */
const hostsTried = 16;

/**
 * For a VM that has room on no host: moves one VM of a host on to a third, the one whose migration is shortest, and this
 * one in its place.
 * @returns whether there was such a VM
 */
export function makeRoom(drain: Drain, vm: number): boolean {
  for (const host of hostsThatLackLeast(drain, vm)) {
    for (const other of shortestFirst(drain, host)) {
      const moves = movesFor(drain, vm, other, host);
      if (!moves) continue;
      for (const move of moves) drain.make(move);
      return true;
    }
  }
  return false;
}

function hostsThatLackLeast({ layout, links, isTarget }: Drain, vm: number): number[] {
  const from = layout.hostOf(vm);
  const hosts = [...layout.members.keys()].filter(
    (host) =>
      host !== from &&
      isTarget(host) &&
      layout.receives(host) &&
      layout.rules.allows(vm, host) &&
      links.copyCost(vm, from, host),
  );
  const fullness = (host: number) => layout.fullnessWith(vm, host);
  return hosts.sort((a, b) => fullness(a) - fullness(b) || a - b).slice(0, hostsTried);
}

function shortestFirst({ layout, links, moved }: Drain, host: number): number[] {
  const seconds = (vm: number) => links.leastCost(vm)?.seconds ?? Number.POSITIVE_INFINITY;
  return (layout.members[host] as number[])
    .filter((vm) => !moved.has(vm) && !layout.isFixed(vm))
    .sort((a, b) => seconds(a) - seconds(b) || a - b);
}

function movesFor(drain: Drain, vm: number, other: number, host: number): DrainMove[] | undefined {
  const { layout, links, isTarget } = drain;
  const lacks = layout.lacks(vm, host);
  const { dimensions, vms } = layout.problem;
  if (lacks.some((lack, d) => lack > (vms.requests[other * dimensions + d] as number))) return undefined;
  const from = layout.hostOf(vm);
  const cost = links.copyCost(vm, from, host);
  const onward = destinationFor(layout, links, other, isTarget, 'tightest');
  if (!cost || !onward) return undefined;
  const mark = layout.mark();
  layout.move(other, onward.to);
  const fits = layout.mayCome(vm, host);
  layout.undo(mark);
  if (!fits) return undefined;
  return [
    { vm: other, from: host, ...onward, makesRoomFor: vm },
    { vm, from, to: host, cost },
  ];
}
