import type { Rejection } from '../model/decision.ts';

export interface Found {
  vm: string;
  host: string;
}

/** A VM without a place. */
export interface Homeless {
  vm: string;
  /** Why, in the end: of all VMs that ask the same. */
  message: string;
}

export interface FitAnswer {
  kind: 'fit';
  fits: number;
  /** There may be room for more: it was not counted any further. */
  isAtLeast: boolean;
  /** What each host lacks for the next one; empty when there may be room for more. */
  limits: readonly Rejection[];
  message: string;
}

export interface LoseAnswer {
  kind: 'lose';
  hosts: readonly string[];
  placed: readonly Found[];
  homeless: readonly Homeless[];
}

export interface AddAnswer {
  kind: 'add';
  hosts: readonly string[];
}

/** One live migration. */
export interface MoveStep {
  vm: string;
  from: string;
  to: string;
  /** Of the VM. */
  memoryBytes: number;
  /** How long it takes, as predicted. */
  seconds: number;
  /** Of these, how long the guest stands still. */
  downtimeSeconds: number;
  /** The part of a host by which the host that it leaves is too full no longer; of a rebalance. */
  gain?: number;
  /** For whom it makes room; of a drain. */
  makesRoomFor?: string;
}

/** A VM that stays on a drained host. */
export interface Stays {
  vm: string;
  host: string;
  because: 'Pinned' | 'HostLost' | 'NotRunning' | 'DirtiesTooFast' | 'NoDestination';
  message: string;
}

export interface DrainAnswer {
  kind: 'drain';
  /** Moves of one wave run side by side. */
  waves: readonly (readonly MoveStep[])[];
  stay: readonly Stays[];
  /** In the order in which they get empty, with how many waves have to end until then; those that do not come last. */
  hosts: readonly { host: string; emptyAfter?: number }[];
}

export interface ChangeAnswer {
  kind: 'change';
  /** Hosts that carry more than they may then, and by how much. */
  overfull: readonly { host: string; excess: Readonly<Record<string, number>> }[];
}

export interface PlaceAnswer {
  kind: 'place';
  placed: readonly Found[];
  homeless: readonly Homeless[];
}

/** How evenly a resource is used. */
export interface Evenness {
  resource: string;
  /** Used of what the host has, on the host where that is most. */
  fullest: { before: number; after: number };
  deviation: { before: number; after: number };
}

export interface RebalanceAnswer {
  kind: 'rebalance';
  waves: readonly (readonly MoveStep[])[];
  balance: readonly Evenness[];
}

export type Answer =
  | FitAnswer
  | LoseAnswer
  | AddAnswer
  | DrainAnswer
  | ChangeAnswer
  | PlaceAnswer
  | RebalanceAnswer;

export type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>;
