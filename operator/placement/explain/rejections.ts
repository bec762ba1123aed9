import type { Rejection } from '../model/decision.ts';
import { phraseOf } from './amounts.ts';
import type { Refusal } from './refusal.ts';

/** Reasons that a message tells; with more it would not be read. */
const told = 6;

/** `0 of 12 hosts fit: 7 lack memory (nearest: rack1-c lacks 1.5Gi), 1 is cordoned.` */
export function sentence(pool: string, total: number, rejections: readonly Rejection[]): string {
  if (total === 0) return `HostPool ${pool} has no hosts; see kubectl describe hp ${pool}.`;
  const shown = rejections.slice(0, told).map(({ text }) => text);
  const rest = rejections.slice(told).reduce((sum, { hosts }) => sum + hosts.length, 0);
  if (rest > 0) shown.push(`${rest} for other reasons`);
  return `0 of ${total} ${total === 1 ? 'host fits' : 'hosts fit'}: ${shown.join(', ')}.`;
}

/** `lacks 1.5Gi of memory`, for one host; `missing` is NaN or infinite when the amount cannot be told. */
export function shortage({ code, singular, resource }: Refusal, missing: number): string {
  if (!Number.isFinite(missing) || resource === undefined) return singular;
  const where = code === 'Cell' ? ' in one NUMA cell' : '';
  return `lacks ${phraseOf(resource, missing)}${where}`;
}
