import type { Decision } from '../model/decision.ts';
import type { ShareFault } from '../shares/faults.ts';
import type { Holder, SharesRefusal } from '../shares/pool-shares.ts';
import type { Shared } from '../shares/share.ts';
import { amountOf, phraseOf } from './amounts.ts';

/** Holders that one message names. */
const named = 3;

/** Why a share of the pool, or the pool beside what it keeps for shares, has no more; `asking`: VMs that come at once. */
export function shareRefused(
  pool: string,
  refusal: SharesRefusal,
  asking: number,
): Decision & { kind: 'unplaced' } {
  const who = asking === 1 ? 'the VM asks' : `${refusal.vm} and those that come with it ask`;
  const less = `has ${phraseOf(refusal.resource, refusal.missing)} less than ${who} for`;
  const message = refusal.share === undefined ? ofPool(pool, less, refusal) : ofShare(pool, less, refusal);
  return { kind: 'unplaced', rejections: [], message };
}

function ofShare(pool: string, less: string, refusal: SharesRefusal): string {
  const { share, of, resource, limit, used, kept, holders } = refusal;
  const title = share === of ? `Share ${share}` : `Share ${share}, of which ${of} is a part,`;
  const has = `limit ${amountOf(resource, limit)}, used ${amountOf(resource, used)}`;
  const keeps = kept > 0 ? `, kept for shares below it ${amountOf(resource, kept)}` : '';
  const who = holders.length > 0 ? ` (${listOf(resource, holders, ({ used: u, kept: k }) => u + k)})` : '';
  return `${title} ${less}: ${has}${keeps}${who}. Raise its limit in spec.shares of HostPool ${pool}, or delete or shrink VMs that count for it.`;
}

function ofPool(pool: string, less: string, { of, resource, holders }: SharesRefusal): string {
  const keeps = `beside what it keeps for shares: ${listOf(resource, holders, ({ kept }) => kept)}`;
  const more = of === undefined ? '' : `, reserve more for share ${of}`;
  return `HostPool ${pool} ${less} ${keeps}. Add hosts${more}, or reserve less for these in spec.shares.`;
}

/** `shop 30, share web 9 and 2 more`. */
function listOf(resource: Shared, holders: readonly Holder[], amount: (holder: Holder) => number): string {
  const shown = holders
    .slice(0, named)
    .map((one) => `${one.kind} ${one.name} ${amountOf(resource, amount(one))}`);
  const more = holders.length > named ? ` and ${holders.length - named} more` : '';
  return `${shown.join(', ')}${more}`;
}

/** What contradicts itself, and what holds in place of it. */
export function faultText(fault: ShareFault): string {
  switch (fault.kind) {
    case 'SameName':
      return `Two shares are named ${fault.share}; the first counts.`;
    case 'UnknownParent':
      return `Share ${fault.share} is to be part of ${fault.parent}, which is not there; it counts as a share of the pool.`;
    case 'Circle':
      return `${circle(fault.shares)}; each of them counts as a share of the pool.`;
    case 'NamespaceTwice':
      return `Namespace ${fault.namespace} is in the shares ${fault.shares.join(' and ')}; it counts for ${fault.shares[0]}.`;
    case 'ReservationAboveLimit':
      return `Share ${fault.share} reserves ${phraseOf(fault.resource, fault.missing)} more than its limit; as much as the limit is kept for it.`;
    case 'ReservedAboveLimit':
      return `Shares below ${fault.share} reserve ${phraseOf(fault.resource, fault.missing)} more than its limit; the limit holds, so they may not get what they reserve.`;
  }
}

function circle(shares: readonly string[]): string {
  if (shares.length === 1) return `Share ${shares[0]} is part of itself`;
  return `Share ${shares.join(' is part of ')}, and that of ${shares[0]}`;
}
