import type { Decision } from '../model/decision.ts';
import type { WouldFit } from '../model/would-fit.ts';
import type { ReserveOptions, ReserveReport } from '../reserve/failure-reserve.ts';
import { phraseOf } from './amounts.ts';

/** The hosts that were looked at; `losses`: who would have no place if the VM came to the first of them, by id. */
export interface ReserveRefusal {
  tried: readonly string[];
  losses: readonly string[];
}

/** VMs that one message names. */
const named = 3;

/** `1 failure of kubernetes.io/hostname`. */
export function failuresOf({
  failures,
  topologyKey,
}: Pick<ReserveOptions, 'failures' | 'topologyKey'>): string {
  return `${failures} ${failures === 1 ? 'failure' : 'failures'} of ${topologyKey}`;
}

/** `2 CPUs and 4Gi of memory`; without those of which there is nothing. */
export function amountsOf(resources: Readonly<Record<string, number>>): string {
  const phrases = Object.entries(resources).flatMap(([name, amount]) =>
    amount > 0 ? [phraseOf(name, amount)] : [],
  );
  return phrases.length === 0 ? 'nothing' : phrases.join(' and ');
}

/** `shop/a, shop/b and 2 more`. */
export function namesOf(ids: readonly string[]): string {
  const shown = ids.slice(0, named).join(', ');
  return ids.length > named ? `${shown} and ${ids.length - named} more` : shown;
}

/** Why no host takes a VM that would fit, for what the pool keeps free, and what would change that. */
export function reserveRefused(
  options: ReserveOptions,
  { kept }: Pick<ReserveReport, 'kept'>,
  { tried, losses }: ReserveRefusal,
): Decision & { kind: 'unplaced' } {
  const [first = ''] = tried;
  const text = `${tried.length} would not leave the reserve for ${failuresOf(options)} (with it on ${first}, no place is left for ${namesOf(losses)})`;
  const keeps = `HostPool ${options.pool} keeps ${amountsOf(kept)} free.`;
  const way = `It would fit on ${first} without spec.failureReserve of the pool; one more host, or fewer or smaller VMs, may make room beside the reserve.`;
  const message = `No host that has room takes it: ${text}. ${keeps} ${way}`;
  return { kind: 'unplaced', rejections: [{ code: 'Reserve', hosts: tried, text }], message };
}

/** What would do if the pool kept no room, as nothing has been found that does beside that. */
export function reserveBars(options: ReserveOptions, { text }: Pick<WouldFit, 'text'>): string {
  return `HostPool ${options.pool} keeps room for ${failuresOf(options)}; without its spec.failureReserve it would fit ${text}.`;
}

/** Why no more VMs find room, although hosts have some. */
export function reserveFilled(options: ReserveOptions, { kept }: Pick<ReserveReport, 'kept'>): string {
  return `HostPool ${options.pool} keeps ${amountsOf(kept)} free for ${failuresOf(options)}, and one more would have no place of its own beside that. Add hosts, or lower spec.failureReserve of the pool.`;
}
