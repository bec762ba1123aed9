import type { Filter } from './filters/filter.ts';
import { roomFilters } from './filters/room.ts';
import type { HostTable } from './hosts.ts';
import { bestOf, type Draw } from './kernels.ts';
import type { Scene } from './scene.ts';
import { devices } from './scores/devices.ts';
import { contention, lifetime } from './scores/hints.ts';
import { setLoad } from './scores/load.ts';
import type { Scorer } from './scores/scorer.ts';
import type { Scratch } from './scratch.ts';
import { hashOf, mixed } from './tie-break.ts';

/** What a host must satisfy beside what hosts alone decide: rules about other VMs, and room. */
export function vmFilters(scene: Scene): Filter[] {
  return [...scene.rules.required, ...roomFilters(scene.vm)];
}

/** What gives points beside the load and preferred hosts. */
export function scorersOf(scene: Scene): Scorer[] {
  return [devices, contention, lifetime, ...scene.rules.preferred];
}

/** The row of the best host, other than `except`; undefined when none fits. Every host of the pool is considered. */
export function choose(scene: Scene, scratch: Scratch, except?: number): number | undefined {
  const { rows, scores } = scratch;
  const { rows: eligible, points } = scene.eligible;
  rows.set(eligible);
  let count = eligible.length;
  if (except !== undefined) count = without(except, rows, count);
  for (const filter of vmFilters(scene)) count = filter.keep(scene, rows, count);
  if (count === 0) return undefined;
  setLoad(scene, rows, count, scores);
  if (points)
    for (let at = 0; at < count; at++) (scores[at] as number) += points[rows[at] as number] as number;
  for (const scorer of scorersOf(scene)) scorer.add(scene, rows, count, scores);
  return bestOf(rows, count, scores, drawFor(scene.vm.id, scene.hosts));
}

function without(except: number, rows: Int32Array, count: number): number {
  const at = rows.subarray(0, count).indexOf(except);
  if (at < 0) return count;
  rows[at] = rows[count - 1] as number;
  return count - 1;
}

/** Of equal hosts the same one always wins for the same VM, whatever their rows. */
function drawFor(id: string, hosts: HostTable): Draw {
  const hash = hashOf(id);
  const { hashes } = hosts;
  return {
    number: (row) => mixed(hash, hashes[row] as number),
    isBefore: (row, other) => hosts.name(row) < hosts.name(other),
  };
}
