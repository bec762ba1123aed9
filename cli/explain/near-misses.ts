import type { PlacementEngine } from '../../operator/placement/engine/engine.ts';
import type { PlacementRequest, Rejection } from '../../operator/placement/model/decision.ts';

/** A host that would take the VM if it had this much more free, by resource. */
export interface Miss {
  host: string;
  lacks: Readonly<Record<string, number>>;
}

const told = 5;

/** The hosts that lack room alone, and of these the ones that lack the smallest part of what is asked. */
export function nearMisses(
  engine: PlacementEngine,
  request: PlacementRequest,
  rejections: readonly Rejection[],
): Miss[] {
  // Room is asked about last: these hosts have passed everything else.
  const hosts = rejections.flatMap(({ code, hosts: those }) => (code === 'Resource' ? those : []));
  const misses = hosts.map((host) => missOn(engine, request, host));
  return misses
    .filter(({ part }) => Number.isFinite(part))
    .sort((a, b) => a.part - b.part || (a.host < b.host ? -1 : 1))
    .slice(0, told)
    .map(({ host, lacks }) => ({ host, lacks }));
}

function missOn(engine: PlacementEngine, { vm }: PlacementRequest, host: string): Miss & { part: number } {
  const room = engine.room(host);
  const lacking = Object.entries(vm.requests)
    .map(([name, amount]) => [name, amount - (room[name]?.free ?? 0), amount] as const)
    .filter(([, lack, amount]) => amount > 0 && lack > 0);
  const part = Math.max(...lacking.map(([, lack, amount]) => lack / amount));
  return { host, lacks: Object.fromEntries(lacking.map(([name, lack]) => [name, lack])), part };
}
