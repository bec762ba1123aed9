import type { PlacementRequest } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import type { Strategy } from '../model/policy.ts';
import type { Labels } from '../model/selector.ts';
import type { PlacedVm } from '../model/vm.ts';
import type { MoveAssumptions } from '../moves/engine-problem.ts';
import type { Share } from '../shares/share.ts';
import type { Homeless } from './answer.ts';

/** The pool that is asked about, and how VMs of it are placed that no policy says otherwise of. */
export interface Pool {
  name: string;
  strategy: Strategy;
  /** Who may have how much of it; nobody has a share where there are none. */
  shares?: readonly Share[];
  /** What it keeps free for; nothing without. */
  failureReserve?: { failures: number; topologyKey: string };
  /** A host of it if that had other labels; without, it has the same limits and offers then. */
  relabelled?: (host: HostState, labels: Labels) => HostState;
}

/** Hosts of the pool by name, or all that are in one domain of a topology key. */
export type HostChoice = { hosts: readonly string[] } | { topologyKey: string; domain: string };

/** What would be if. Each but `fit` leaves the world as it would be then, for the questions after it. */
export type Question =
  /**
   * How many more VMs that ask this would fit, `most` (default 100,000) at most, and what keeps the next one away. Of VMs with
   * rules about others in a pool that keeps room for failures, no more than 500 are counted.
   */
  | { kind: 'fit'; request: PlacementRequest; most?: number }
  /** The hosts fail, and all VMs on them look for another one. */
  | { kind: 'lose'; hosts: HostChoice }
  /** So many hosts more that are like one that is there, other labels laid over its own. */
  | { kind: 'add'; count: number; like: string; labels?: Labels }
  /** The hosts take no VMs any more, and those on them are moved away. */
  | { kind: 'drain'; hosts: HostChoice; assumptions?: MoveAssumptions }
  /** Hosts have other limits, and VMs count otherwise, as by another over-commit. */
  | { kind: 'change'; hosts: readonly HostState[]; vms?: readonly PlacedVm[] }
  /** VMs that wait for a host look for one, one after the other, gangs at once; `homeless` find none, whatever there is. */
  | { kind: 'place'; requests: readonly PlacementRequest[]; homeless?: readonly Homeless[] }
  /** Load is moved from full hosts to others by so many moves at most (default 100), those that gain most. */
  | { kind: 'rebalance'; maxMoves?: number; assumptions?: MoveAssumptions };

export type QuestionOf<K extends Question['kind']> = Extract<Question, { kind: K }>;

/** What is asked cannot be: a host or domain that is not there. The message names it and what there is. */
export class WhatIfError extends Error {
  override readonly name = 'WhatIfError';
}
