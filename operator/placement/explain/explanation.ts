import type { Rejection } from '../model/decision.ts';
import { amountOf } from './amounts.ts';
import type { Refusal } from './refusal.ts';

/** VMs that one reason names. */
const named = 3;

interface Group {
  refusal: Refusal;
  hosts: string[];
  subjects: Set<string>;
  nearest: string | undefined;
  missing: number;
}

/** Refusals that say the same, together. */
export class Explanation {
  readonly #byRefusal = new Map<Refusal, Group>();
  readonly #byText = new Map<string, Group>();

  /** To be called in the order of the hosts' names. */
  add(host: string, refusal: Refusal, subject: string | undefined, missing = Number.NaN): void {
    const group = this.#byRefusal.get(refusal) ?? this.#groupOf(refusal);
    group.hosts.push(host);
    if (subject !== undefined) group.subjects.add(subject);
    if (missing < group.missing) {
      group.nearest = host;
      group.missing = missing;
    }
  }

  /** Most frequent first. */
  rejections(): Rejection[] {
    return [...this.#byText]
      .sort(([keyA, a], [keyB, b]) => b.hosts.length - a.hosts.length || (keyA < keyB ? -1 : 1))
      .map(([, group]) => ({
        ...{ code: group.refusal.code, hosts: group.hosts, text: textOf(group) },
        ...(group.nearest === undefined ? {} : { nearest: group.nearest }),
      }));
  }

  #groupOf(refusal: Refusal): Group {
    const text = `${refusal.code} ${refusal.plural}`;
    const group = this.#byText.get(text) ?? {
      ...{ refusal, hosts: [], subjects: new Set<string>() },
      ...{ nearest: undefined, missing: Number.POSITIVE_INFINITY },
    };
    this.#byText.set(text, group);
    this.#byRefusal.set(refusal, group);
    return group;
  }
}

function textOf({ refusal, hosts, subjects, nearest, missing }: Group): string {
  const verb = hosts.length === 1 ? refusal.singular : refusal.plural;
  return `${hosts.length} ${verb}${listOf(subjects)}${nearestMiss(refusal, nearest, missing)}`;
}

function listOf(subjects: ReadonlySet<string>): string {
  if (subjects.size === 0) return '';
  const names = [...subjects].sort();
  const more = names.length > named ? ` and ${names.length - named} more` : '';
  return ` ${names.slice(0, named).join(' and ')}${more}`;
}

function nearestMiss({ resource }: Refusal, nearest: string | undefined, missing: number): string {
  if (nearest === undefined || resource === undefined) return '';
  return ` (nearest: ${nearest} lacks ${amountOf(resource, missing)})`;
}
