import type { Refusal } from './filters.ts';
import type { Rejection } from './model.ts';

/** Reasons that a message tells; with more it would not be read. */
const told = 6;

/** VMs that one reason names. */
const named = 3;

interface Group {
  refusal: Refusal;
  hosts: string[];
  subjects: Set<string>;
  nearest?: { host: string; missing: number };
}

/** Refusals that say the same, together, most frequent first; the hosts of each by name. */
export function explain(refusals: ReadonlyMap<string, Refusal>): Rejection[] {
  const groups = new Map<string, Group>();
  for (const [host, refusal] of refusals) {
    const key = `${refusal.code} ${refusal.plural}`;
    const group = groups.get(key) ?? { refusal, hosts: [], subjects: new Set<string>() };
    group.hosts.push(host);
    if (refusal.subject) group.subjects.add(refusal.subject);
    const { missing } = refusal;
    if (missing !== undefined && missing < (group.nearest?.missing ?? Number.POSITIVE_INFINITY)) {
      group.nearest = { host, missing };
    }
    groups.set(key, group);
  }
  return [...groups.entries()]
    .sort(([keyA, a], [keyB, b]) => b.hosts.length - a.hosts.length || (keyA < keyB ? -1 : 1))
    .map(([, group]) => ({ code: group.refusal.code, hosts: group.hosts, text: textOf(group) }));
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

/** `0 of 12 hosts fit: 7 lack memory (nearest: rack1-c lacks 1.5Gi), 1 is cordoned.` */
export function sentence(pool: string, total: number, rejections: readonly Rejection[]): string {
  if (total === 0) return `HostPool ${pool} has no hosts; see kubectl describe hp ${pool}.`;
  const shown = rejections.slice(0, told).map(({ text }) => text);
  const rest = rejections.slice(told).reduce((sum, { hosts }) => sum + hosts.length, 0);
  if (rest > 0) shown.push(`${rest} for other reasons`);
  return `0 of ${total} ${total === 1 ? 'host fits' : 'hosts fit'}: ${shown.join(', ')}.`;
}

function nearestMiss({ code }: Refusal, nearest: { host: string; missing: number } | undefined): string {
  if (!nearest) return '';
  return ` (nearest: ${nearest.host} lacks ${amountOf(code, nearest.missing)})`;
}

/** `lacks 1.5Gi of memory`, for one host. */
export function shortage({ code, singular, missing }: Refusal): string {
  if (missing === undefined) return singular;
  return code === 'Memory' ? `lacks ${bytes(missing)} of memory` : `lacks ${amountOf(code, missing)} CPUs`;
}

const amountOf = (code: Refusal['code'], missing: number) =>
  code === 'Memory' ? bytes(missing) : String(missing);

/** Rounded up, so that what is said to be missing is enough: `1.5Gi`. */
function bytes(amount: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
  let scaled = amount;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  return `${Math.ceil(scaled * 10) / 10}${units[unit]}`;
}
