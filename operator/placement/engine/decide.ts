import { sentence } from '../explain/rejections.ts';
import type { Decision, Placement, Rejection } from '../model/decision.ts';
import { cellRequests } from './cells.ts';
import { choose, vmFilters } from './choose.ts';
import { RequiredDomainLimit } from './filters/domain-limit.ts';
import type { Filter } from './filters/filter.ts';
import { policyHostFilters, selectorFilters } from './filters/hosts.ts';
import { cellFilters } from './filters/room.ts';
import { explain, refusalOf } from './refuse.ts';
import type { Scene } from './scene.ts';
import type { Scratch } from './scratch.ts';

/** The best host for the scene's VM, or why there is none. */
export function decide(scene: Scene, scratch: Scratch): Decision {
  const row = choose(scene, scratch);
  if (row !== undefined) return { kind: 'placed', ...placementOn(scene, row) };
  const rejections = explain(scene).rejections();
  const total = scene.hosts.rowsOf(scene.pool).size;
  return { kind: 'unplaced', rejections, message: sentence(scene.pool, total, rejections) };
}

/** The first rule that the VM would break on this host, of its own and of policies. */
export function checkRules(scene: Scene, row: number): Rejection | undefined {
  const ofHosts = [...selectorFilters(scene.vm), ...policyHostFilters(scene.rules.host)];
  return rejectionOf(scene, row, [...ofHosts, ...scene.rules.required]);
}

/** The first thing that the host does not satisfy. */
export function checkAll(scene: Scene, row: number): Rejection | undefined {
  return rejectionOf(scene, row, [...scene.hostFilters(), ...vmFilters(scene)]);
}

/** By row, 1 where all but the room of the whole host lets the VM in. */
export function admittingRows(scene: Scene): Uint8Array {
  return kept(scene, [...scene.rules.required, ...cellFilters(scene.vm)]);
}

/** By row, 1 where the VM is within the domain limits of its policies. */
export function rowsWithinLimits(scene: Scene): Uint8Array {
  return kept(
    scene,
    scene.rules.required.filter((filter) => filter instanceof RequiredDomainLimit),
  );
}

function kept(scene: Scene, filters: readonly Filter[]): Uint8Array {
  const rows = scene.eligible.rows.slice();
  let count = rows.length;
  for (const filter of filters) count = filter.keep(scene, rows, count);
  const mask = new Uint8Array(scene.hosts.capacity);
  for (const row of rows.subarray(0, count)) mask[row] = 1;
  return mask;
}

/** Each thing that the host does not satisfy. */
export function checkEach(scene: Scene, row: number): Rejection[] {
  return [...scene.hostFilters(), ...vmFilters(scene)].flatMap(
    (filter) => rejectionOf(scene, row, [filter]) ?? [],
  );
}

function rejectionOf(scene: Scene, row: number, filters: readonly Filter[]): Rejection | undefined {
  const refused = refusalOf(scene, row, filters);
  if (!refused) return undefined;
  const { refusal, text } = refused;
  return { code: refusal.code, hosts: [scene.hosts.name(row)], text };
}

/** The host, with the cell for a VM that wants one. */
export function placementOn({ vm, hosts }: Scene, row: number, preferredCell?: number): Placement {
  const host = hosts.name(row);
  const cell = vm.oneCell ? hosts.cells.fitting(row, cellRequests(vm.requests), preferredCell) : undefined;
  return { host, ...(cell === undefined ? {} : { cell }) };
}
