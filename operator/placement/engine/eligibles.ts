import { matches, selectorKey } from '../model/selector.ts';
import { Eligible } from './eligible.ts';
import { keepMasked } from './kernels.ts';
import { RecentlyUsed } from './recently-used.ts';
import type { Scene } from './scene.ts';

/** Kinds of VMs whose eligible hosts are kept at once. */
const kept = 128;

/**
 * Eligible hosts by what they depend on: pool, what the VM asks of its host by itself, and its policies' rules of hosts.
 * Made anew when something of the hosts has changed that they depend on.
 */
export class Eligibles {
  readonly #byKey = new RecentlyUsed<{ eligible: Eligible | undefined }>(kept);

  get(scene: Scene): Eligible {
    const entry = this.#byKey.get(keyOf(scene), () => ({ eligible: undefined }));
    if (entry.eligible?.version !== scene.hosts.version) entry.eligible = find(scene);
    return entry.eligible as Eligible;
  }
}

function keyOf({ pool, vm, rules }: Scene): string {
  const asked = vm.hostSelector ? JSON.stringify([vm.hostSelector]) : '';
  return `${pool}\n${asked}\n${rules.hostKey}`;
}

function find(scene: Scene): Eligible {
  const rows = Int32Array.from(scene.hosts.rowsOf(scene.pool));
  let count = rows.length;
  for (const filter of scene.hostFilters()) count = keepMasked(rows, count, filter.mask(scene));
  const found = rows.slice(0, count);
  return new Eligible(scene.hosts, found, pointsOf(scene, found));
}

function pointsOf(scene: Scene, rows: Int32Array): Float64Array | undefined {
  let points: Float64Array | undefined;
  for (const { selector, enforcement } of scene.rules.host) {
    if (enforcement.required) continue;
    points ??= new Float64Array(scene.hosts.capacity);
    const mask = scene.masks.get(selectorKey(selector), ({ labels }) => matches(selector, labels));
    for (const row of rows) (points[row] as number) += enforcement.weight * (mask[row] as number);
  }
  return points;
}
