import { type Amounts, boundsOf, nothing, type Share, type Shared, shared } from './share.ts';
import type { TreeShare } from './tree.ts';

/** What contradicts itself in the shares of a pool. Of each, what can hold does hold: `soundShares` says how. */
export type ShareFault =
  | { kind: 'SameName'; share: string }
  | { kind: 'UnknownParent'; share: string; parent: string }
  /** Each is part of the next, and the last of the first. */
  | { kind: 'Circle'; shares: string[] }
  | { kind: 'NamespaceTwice'; namespace: string; shares: [string, string] }
  | { kind: 'ReservationAboveLimit'; share: string; resource: Shared; missing: number }
  /** What is reserved below the share, and what it may have at most. */
  | { kind: 'ReservedAboveLimit'; share: string; resource: Shared; missing: number };

export interface SoundShares {
  shares: TreeShare[];
  /** The share of each namespace that has one. */
  shareOf: Map<string, string>;
  faults: ShareFault[];
}

/**
 * A tree that can be, of shares that perhaps cannot: of two shares of one name, and of two that name one namespace, the
 * first counts; a share whose parent does not exist, or is part of itself, is a share of the pool; a reservation above its
 * limit counts as high as the limit. Its limits hold in any case.
 */
export function soundShares(given: readonly Share[]): SoundShares {
  const faults: ShareFault[] = [];
  const byName = new Map<string, Share>();
  for (const share of given) {
    if (byName.has(share.name)) faults.push({ kind: 'SameName', share: share.name });
    else byName.set(share.name, share);
  }
  const parents = soundParents(byName, faults);
  const shareOf = soundNamespaces(byName, faults);
  const shares = [...byName.values()].map((share): TreeShare => {
    const parentName = parents.get(share.name);
    return {
      name: share.name,
      ...soundAmounts(share, faults),
      ...(parentName === undefined ? {} : { parentName }),
    };
  });
  faults.push(...shares.flatMap((share) => reservedAboveLimit(share, shares)));
  return { shares, shareOf, faults };
}

function soundParents(byName: ReadonlyMap<string, Share>, faults: ShareFault[]): Map<string, string> {
  const parents = new Map<string, string>();
  for (const { name, parentName } of byName.values()) {
    if (parentName === undefined) continue;
    if (byName.has(parentName)) parents.set(name, parentName);
    else faults.push({ kind: 'UnknownParent', share: name, parent: parentName });
  }
  for (const name of byName.keys()) {
    const circle = circleFrom(name, parents);
    if (!circle) continue;
    faults.push({ kind: 'Circle', shares: circle });
    for (const one of circle) parents.delete(one);
  }
  return parents;
}

/** The shares above this one, itself first, if they lead back to it. */
function circleFrom(name: string, parents: ReadonlyMap<string, string>): string[] | undefined {
  const way = [name];
  for (let next = parents.get(name); next !== undefined; next = parents.get(next)) {
    if (next === name) return way;
    if (way.includes(next)) return undefined;
    way.push(next);
  }
  return undefined;
}

function soundNamespaces(byName: ReadonlyMap<string, Share>, faults: ShareFault[]): Map<string, string> {
  const shareOf = new Map<string, string>();
  for (const { name, namespaces } of byName.values()) {
    for (const namespace of namespaces) {
      const first = shareOf.get(namespace);
      if (first === undefined) shareOf.set(namespace, name);
      else if (first !== name) faults.push({ kind: 'NamespaceTwice', namespace, shares: [first, name] });
    }
  }
  return shareOf;
}

function soundAmounts(share: Share, faults: ShareFault[]): { reservation: Amounts; limit: Amounts } {
  const limit = boundsOf(share.limit, Number.POSITIVE_INFINITY);
  const reservation = boundsOf(share.reservation, 0).map((amount, d) => {
    const most = limit[d] ?? 0;
    if (amount <= most) return amount;
    const resource = shared[d] as Shared;
    faults.push({ kind: 'ReservationAboveLimit', share: share.name, resource, missing: amount - most });
    return most;
  });
  return { reservation, limit };
}

function reservedAboveLimit(share: TreeShare, all: readonly TreeShare[]): ShareFault[] {
  const reserved = nothing();
  for (const below of all.filter(({ parentName }) => parentName === share.name))
    claimOf(below, all).forEach((amount, d) => {
      reserved[d] = (reserved[d] ?? 0) + amount;
    });
  return reserved.flatMap((amount, d): ShareFault[] => {
    const missing = amount - (share.limit[d] ?? 0);
    const resource = shared[d] as Shared;
    return missing > 0 ? [{ kind: 'ReservedAboveLimit', share: share.name, resource, missing }] : [];
  });
}

/** What a share claims that nobody uses: its reservation, or what is reserved below it where that is more. */
function claimOf(share: TreeShare, all: readonly TreeShare[]): Amounts {
  const below = all.filter(({ parentName }) => parentName === share.name).map((one) => claimOf(one, all));
  return share.reservation.map((amount, d) => Math.max(amount, sum(below, d)));
}

function sum(all: readonly Amounts[], d: number): number {
  return all.reduce((total, amounts) => total + (amounts[d] ?? 0), 0);
}
