import { Eligible } from './eligible.ts';
import { RecentlyUsed } from './recently-used.ts';
import type { Scene } from './scene.ts';
import { preferredPoints } from './scores/preferred-hosts.ts';

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
  const { hostSelector, hostAffinity, tolerations, needs } = vm;
  const asks = hostSelector || hostAffinity || tolerations || needs;
  const asked = asks ? JSON.stringify([hostSelector, hostAffinity, tolerations, needs]) : '';
  return `${pool}\n${asked}\n${rules.hostKey}`;
}

function find(scene: Scene): Eligible {
  const rows = Int32Array.from(scene.hosts.rowsOf(scene.pool));
  let count = rows.length;
  for (const filter of scene.hostFilters()) count = filter.keep(scene, rows, count);
  const found = rows.slice(0, count);
  return new Eligible(scene.hosts, found, preferredPoints(scene, found));
}
