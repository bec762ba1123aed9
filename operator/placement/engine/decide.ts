import { explain, sentence } from '../explain/rejections.ts';
import type { Decision, Rejection } from '../model/decision.ts';
import { cellRequests } from './cells.ts';
import { choose } from './choose.ts';
import { policyHostFilters, selectorFilters } from './filters/hosts.ts';
import { refusalOf, refusals } from './refuse.ts';
import type { Scene } from './scene.ts';
import type { Scratch } from './scratch.ts';

/** The best host for the scene's VM, or why there is none. */
export function decide(scene: Scene, scratch: Scratch): Decision {
  const row = choose(scene, scratch);
  if (row !== undefined) return placedOn(scene, row);
  const rejections = explain(refusals(scene));
  const total = scene.hosts.rowsOf(scene.pool).size;
  return { kind: 'unplaced', rejections, message: sentence(scene.pool, total, rejections) };
}

/** The first rule that the VM would break on this host, of its own and of policies. */
export function checkRules(scene: Scene, row: number): Rejection | undefined {
  const ofHosts = [...selectorFilters(scene.vm), ...policyHostFilters(scene.rules.host)];
  const refusal = refusalOf(scene, row, [...ofHosts, ...scene.rules.required]);
  if (!refusal) return undefined;
  const text = refusal.subject ? `${refusal.singular} ${refusal.subject}` : refusal.singular;
  return { code: refusal.code, hosts: [scene.hosts.name(row)], text };
}

function placedOn({ vm, hosts }: Scene, row: number): Decision {
  const host = hosts.name(row);
  const cell = vm.oneCell ? hosts.cells.fitting(row, cellRequests(vm.requests)) : undefined;
  return { kind: 'placed', host, ...(cell === undefined ? {} : { cell }) };
}
