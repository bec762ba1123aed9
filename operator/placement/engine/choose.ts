import type { Filter } from './filters/filter.ts';
import { roomFilters } from './filters/room.ts';
import type { HostTable } from './hosts.ts';
import { bestOf, type Draw } from './kernels.ts';
import type { Scene } from './scene.ts';
import { balance } from './scores/balance.ts';
import { contention } from './scores/hints.ts';
import { lifetime } from './scores/lifetime.ts';
import { setLoad } from './scores/load.ts';
import { namedResources } from './scores/named-resources.ts';
import type { Scorer } from './scores/scorer.ts';
import type { Scratch } from './scratch.ts';
import { hashOf, mixed } from './tie-break.ts';

/** What a host must satisfy beside what hosts alone decide: rules about other VMs, and room. */
export function vmFilters(scene: Scene): Filter[] {
  return [...scene.rules.required, ...roomFilters(scene.vm)];
}

/** What gives points beside the load and preferred hosts. */
export function scorersOf(scene: Scene): Scorer[] {
  return [...ofHosts, ...scene.rules.scoring];
}

/** What gives points for what else is known of a host. */
export const ofHosts: readonly Scorer[] = [balance, namedResources, contention, lifetime];

/** The row of the best host, other than `except`; undefined when none fits. Every host of the pool is considered. */
export function choose(scene: Scene, scratch: Scratch, except?: number): number | undefined {
  const count = score(scene, scratch, except);
  if (count === 0) return undefined;
  return bestOf(scratch.rows, count, scratch.scores, drawFor(scene.vm.id, scene.hosts));
}

/** The rows of the best hosts of which `among` holds, the best first; at most `most`. */
export function rank(
  scene: Scene,
  scratch: Scratch,
  most: number,
  among: (row: number) => boolean,
): number[] {
  const { rows, scores } = scratch;
  let count = keepAmong(rows, scores, score(scene, scratch), among);
  const draw = drawFor(scene.vm.id, scene.hosts);
  const ranked: number[] = [];
  while (count > 0 && ranked.length < most) {
    const best = bestOf(rows, count, scores, draw);
    ranked.push(best);
    count -= 1;
    const at = rows.indexOf(best);
    rows[at] = rows[count] as number;
    scores[at] = scores[count] as number;
  }
  return ranked;
}

function keepAmong(
  rows: Int32Array,
  scores: Float64Array,
  count: number,
  among: (row: number) => boolean,
): number {
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    if (!among(row)) continue;
    rows[kept] = row;
    scores[kept] = scores[at] as number;
    kept += 1;
  }
  return kept;
}

/** Puts the hosts that fit, other than `except`, to the front of the scratch's rows, with their scores; returns how many they are. */
function score(scene: Scene, { rows, scores }: Scratch, except?: number): number {
  const { rows: eligible, points } = scene.eligible;
  rows.set(eligible);
  let count = eligible.length;
  if (except !== undefined) count = without(except, rows, count);
  for (const filter of vmFilters(scene)) count = filter.keep(scene, rows, count);
  if (count === 0) return 0;
  setLoad(scene, rows, count, scores);
  if (points)
    for (let at = 0; at < count; at++) (scores[at] as number) += points[rows[at] as number] as number;
  for (const scorer of scorersOf(scene)) scorer.add(scene, rows, count, scores);
  return count;
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
