import { type Labels, matches, type Selector } from '../model/selector.ts';

/** VMs whom another is to be with, none of whom has a host. */
export interface Want {
  /** The policy that asks for it. */
  policy: string;
  selector: Selector;
}

/** VMs of one namespace that wait for a host and have the same labels. */
export interface WaitingKind {
  labels: Labels;
  wants: readonly Want[];
}

/**
 * The policies by which VMs of this kind wait for others and those in the end for each other, so that nobody is ever the
 * first, in the order in which they wait. Undefined when somebody who waits can go first, or when somebody is missing:
 * then what is missing is what keeps them waiting. `kinds`: all that wait, this one among them.
 */
export function deadlock(first: WaitingKind, kinds: readonly WaitingKind[]): string[] | undefined {
  const free = growing(kinds);
  const stuck = shrinking(
    kinds.filter((kind) => !free.has(kind)),
    free,
  );
  return stuck.has(first) ? circleFrom(first, free, stuck) : undefined;
}

/** Who can be placed, and who once these are, until nobody is added. */
function growing(kinds: readonly WaitingKind[]): Set<WaitingKind> {
  const free = new Set<WaitingKind>();
  for (let before = -1; before < free.size; ) {
    before = free.size;
    for (const kind of kinds) if (kind.wants.every((want) => isAmong(want, free))) free.add(kind);
  }
  return free;
}

/** Of the rest those that wait only for VMs that are there. */
function shrinking(rest: readonly WaitingKind[], free: ReadonlySet<WaitingKind>): Set<WaitingKind> {
  const stuck = new Set(rest);
  for (let before = Number.POSITIVE_INFINITY; before > stuck.size; ) {
    before = stuck.size;
    for (const kind of rest)
      if (!kind.wants.every((want) => isAmong(want, free) || isAmong(want, stuck))) stuck.delete(kind);
  }
  return stuck;
}

/** Follows who waits for whom until it comes round. */
function circleFrom(
  first: WaitingKind,
  free: ReadonlySet<WaitingKind>,
  stuck: ReadonlySet<WaitingKind>,
): string[] {
  const path: { kind: WaitingKind; policy: string }[] = [];
  for (let kind: WaitingKind | undefined = first; kind; ) {
    const at = path.findIndex((step) => step.kind === kind);
    if (at >= 0) return [...new Set(path.slice(at).map(({ policy }) => policy))];
    const want: Want | undefined = kind.wants.find((one) => !isAmong(one, free));
    if (!want) break;
    path.push({ kind, policy: want.policy });
    kind = stuck.values().find((other) => matches(want.selector, other.labels));
  }
  return path.map(({ policy }) => policy);
}

function isAmong({ selector }: Want, kinds: ReadonlySet<WaitingKind>): boolean {
  return kinds.values().some(({ labels }) => matches(selector, labels));
}
