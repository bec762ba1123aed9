import type { Strategy } from './policy.ts';
import type { VmState } from './vm.ts';

export interface PlacementRequest {
  vm: VmState;
  pool: string;
  /** The pool's strategy; a policy that selects the VM may override it. */
  strategy: Strategy;
}

/** Why hosts were refused: one entry per reason, with how many hosts and the nearest miss as a clause for a person. */
export interface Rejection {
  code:
    | 'Unavailable'
    | 'HostSelector'
    | 'HostAffinity'
    | 'AntiAffinity'
    | 'Affinity'
    | 'Spread'
    | 'DomainLimit'
    | 'MissingTopology'
    | 'Exclusive'
    | 'Taint'
    | 'Offer'
    | 'Resource'
    | 'Cell'
    | 'Reserve';
  hosts: readonly string[];
  /** The host that lacks least, of those that lack a resource. */
  nearest?: string;
  /** e.g. "7 lack memory (nearest: rack1-c lacks 1.5Gi)". */
  text: string;
}

/** `cell`: the NUMA cell, for a VM that wants one. */
export interface Placement {
  host: string;
  cell?: number;
}

export type Decision =
  /** `passedOver`: hosts with more points have the room, but somebody else is to have it. */
  | ({ kind: 'placed'; passedOver?: true } & Placement)
  /** `message` is the whole sentence for a condition. */
  | { kind: 'unplaced'; rejections: readonly Rejection[]; message: string };

/** A host with its points by scorer, without those of 0; more is better. */
export interface Scored {
  host: string;
  total: number;
  points: Readonly<Record<string, number>>;
}

/** How one host does among all that would take the VM. */
export interface Merits {
  host: string;
  /** Hosts of the pool. */
  total: number;
  /** Those that satisfy all that is required, this one among them. */
  fitting: number;
  /** Those of them with more points. */
  better: number;
  /** The required rules that left hosts out: `apart from shop/web-1 by policy web`. */
  rules: readonly string[];
  /** Where it has more points than the hosts that fit have on average: the most first. */
  advantages: readonly Advantage[];
  /** What counts for the VM, of its policies or of its pool. */
  strategy: Strategy;
  /** The resource of which the host is fullest once the VM is there, and how full, from 0 to 1. */
  load: { resource: string; share: number };
}

/** Of one scorer: its name, whose rule it is, and by how many points. */
export interface Advantage {
  name: string;
  policy?: string;
  points: number;
}

export interface Why {
  chosen: Scored;
  /** The best of the other hosts that would do; absent when there is none. */
  runnerUp?: Scored;
  /** What the chosen host does not satisfy any more: `is cordoned`. */
  unfit?: string;
}
