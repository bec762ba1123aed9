import type { Taint } from './host.ts';
import { memoryOf, type Resources } from './resources.ts';
import type { Labels, Selector } from './selector.ts';

/** Kubernetes' node affinity: one of the required terms must match, and preferred ones count by their weight. */
export interface HostPreference {
  required?: readonly Selector[];
  preferred?: readonly { selector: Selector; weight: number }[];
}

/** No key with Exists tolerates everything; no effect means every effect. */
export interface Toleration {
  key?: string | undefined;
  operator?: 'Equal' | 'Exists' | undefined;
  value?: string | undefined;
  effect?: Taint['effect'] | undefined;
}

/** A VM and what it asks of its host. */
export interface VmState {
  /** Unique, e.g. namespace/name. */
  id: string;
  namespace: string;
  labels: Labels;
  requests: Resources;
  /** The guest's own memory, where its requests are another amount, as by a class's over-commit; ask `guestMemoryOf`. */
  guestMemoryBytes?: number;
  hostSelector?: Selector;
  hostAffinity?: HostPreference;
  tolerations?: readonly Toleration[];
  /** What the host must offer, by name. */
  needs?: readonly string[];
  /** Wants its CPUs, memory and huge pages from one NUMA cell. */
  oneCell?: boolean;
  /** Higher is more important. When not said it is what policies say, and else 0: ask the engine. */
  priority?: number;
  /** When it was asked for, in milliseconds since 1970. */
  createdAt?: number;
}

/** A VM that has its host. */
export interface PlacedVm extends VmState {
  host: string;
  /** The NUMA cell it has, if it wants one and that is known; otherwise one is assumed. */
  cell?: number;
  /** Its guest does not run, so that there is nothing to migrate live. */
  isStopped?: true;
}

/** Bytes that the guest has, in huge pages or not: what is lost when it is stopped, and what a move copies. */
export function guestMemoryOf({
  requests,
  guestMemoryBytes,
}: Pick<VmState, 'requests' | 'guestMemoryBytes'>): number {
  return guestMemoryBytes ?? memoryOf(requests);
}
