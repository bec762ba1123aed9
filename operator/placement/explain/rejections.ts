import type { Rejection } from '../model/decision.ts';
import { amountOf, phraseOf } from './amounts.ts';
import type { Refusal } from './refusal.ts';

/** Reasons that a message tells; with more it would not be read. */
const told = 6;

/** VMs that one reason names. */
const named = 3;

interface Miss {
  host: string;
  missing: number;
}

interface Group {
  refusal: Refusal;
  hosts: string[];
  subjects: Set<string>;
  nearest: Miss | undefined;
}

/** Refusals by host that say the same, together, most frequent first; the hosts of each by name. */
export function explain(refusals: ReadonlyMap<string, Refusal>): Rejection[] {
  const groups = new Map<string, Group>();
  for (const [host, refusal] of refusals) {
    const key = `${refusal.code} ${refusal.plural}`;
    const group = groups.get(key) ?? { refusal, hosts: [], subjects: new Set(), nearest: undefined };
    group.hosts.push(host);
    if (refusal.subject) group.subjects.add(refusal.subject);
    group.nearest = nearer(group.nearest, host, refusal.missing);
    groups.set(key, group);
  }
  return [...groups.entries()]
    .sort(([keyA, a], [keyB, b]) => b.hosts.length - a.hosts.length || (keyA < keyB ? -1 : 1))
    .map(([, group]) => ({
      ...{ code: group.refusal.code, hosts: group.hosts.sort(), text: textOf(group) },
      ...(group.nearest ? { nearest: group.nearest.host } : {}),
    }));
}

/** `0 of 12 hosts fit: 7 lack memory (nearest: rack1-c lacks 1.5Gi), 1 is cordoned.` */
export function sentence(pool: string, total: number, rejections: readonly Rejection[]): string {
  if (total === 0) return `HostPool ${pool} has no hosts; see kubectl describe hp ${pool}.`;
  const shown = rejections.slice(0, told).map(({ text }) => text);
  const rest = rejections.slice(told).reduce((sum, { hosts }) => sum + hosts.length, 0);
  if (rest > 0) shown.push(`${rest} for other reasons`);
  return `0 of ${total} ${total === 1 ? 'host fits' : 'hosts fit'}: ${shown.join(', ')}.`;
}

/** `lacks 1.5Gi of memory`, for one host. */
export function shortage({ singular, missing, resource }: Refusal): string {
  if (missing === undefined || resource === undefined) return singular;
  return `lacks ${phraseOf(resource, missing)}`;
}

/** Of equally near ones the first by name. */
function nearer(nearest: Miss | undefined, host: string, missing: number | undefined): Miss | undefined {
  if (missing === undefined) return nearest;
  if (!nearest || missing < nearest.missing) return { host, missing };
  return missing === nearest.missing && host < nearest.host ? { host, missing } : nearest;
}

function textOf({ refusal, hosts, subjects, nearest }: Group): string {
  const verb = hosts.length === 1 ? refusal.singular : refusal.plural;
  return `${hosts.length} ${verb}${listOf(subjects)}${nearestMiss(refusal, nearest)}`;
}

function listOf(subjects: ReadonlySet<string>): string {
  if (subjects.size === 0) return '';
  const names = [...subjects].sort();
  const more = names.length > named ? ` and ${names.length - named} more` : '';
  return ` ${names.slice(0, named).join(' and ')}${more}`;
}

function nearestMiss({ resource }: Refusal, nearest: Miss | undefined): string {
  if (!nearest || resource === undefined) return '';
  return ` (nearest: ${nearest.host} lacks ${amountOf(resource, nearest.missing)})`;
}
