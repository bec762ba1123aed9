import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import type { Reason } from '../../api/reasons.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { DesiredDomain, DomainDifference } from '../../domain/domain.ts';
import type { GuestInterface, HostConnection, ObservedDomain } from '../../hypervisor/hypervisor.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { HostConnections, HostLink } from '../host/connections.ts';
import type { Measurements } from '../host/measurements.ts';
import type { Sightings } from '../host/sightings.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import type { Claim } from '../pool/preemptions.ts';
import type { Stores } from '../stores.ts';
import type { Attempts } from './attempts.ts';

/** What the steps of every VirtualMachine share. */
export interface Environment {
  stores: Stores;
  connections: HostConnections;
  sightings: Sightings;
  measurements: Measurements;
  pools: PoolModel;
  attempts: Attempts;
  clock: Clock;
  random: () => number;
}

/**
 * One reconcile of one VirtualMachine: steps fill it in, in order, and the status is computed from it at the end. Never
 * kept beyond the reconcile.
 */
export interface Scope {
  env: Environment;
  cluster: Cluster;
  signal: AbortSignal;
  /** As read from the store, or as the last own write returned it. */
  vm: VirtualMachine;
  /** It has neither a finalizer nor a status: no operator had it in its hands before, or made anything of it. */
  isNew: boolean;
  pool?: HostPool;
  host?: Host;
  link?: HostLink;
  /** Set by `reachHost`, so that later steps need not ask whether the host answers. */
  connection?: HostConnection;
  /** Of a VM that asks for one cell: the one that it is to have. */
  numaCell?: number;
  desired?: DesiredDomain;
  /** Why the domain cannot be what is asked for, while the one that is there goes on being looked after. */
  problem?: Extract<StepResult, { kind: 'blocked' }>;
  /** Absent before the host was asked, and when the host has no such domain. */
  observed?: ObservedDomain;
  /** Whether the host was asked in this reconcile. */
  looked: boolean;
  /** While another host is asked than the VM's own. */
  asked?: string;
  guest: GuestInterface[];
  /** For whom it is being taken off its host. */
  makesWayFor?: Claim;
  /** What a restart of the guest would change. */
  restartRequired: DomainDifference[];
  /** Published once the status is saved. */
  events: ScopeEvent[];
  /** When to look again at what is not as it should be, although nothing happened. */
  lookAgainMs: number;
  /** The same for a VM that is as it should be. */
  restMs: number;
}

export interface ScopeEvent {
  type: 'Normal' | 'Warning';
  reason: Reason;
  action: string;
  note: string;
}

/** How a step ended; only `done` goes on to the next one. */
export type StepResult =
  | { kind: 'done' }
  /** Nothing is wrong, or only time and the world can help: look again then, or on an event. */
  | { kind: 'wait'; forMs: number; reason: Reason; message: string }
  /** It failed and trying again can help: back off with jitter. */
  | { kind: 'retry'; reason: Reason; message: string; cause: Error }
  /** Only a person can help: Stalled=True. */
  | { kind: 'blocked'; reason: Reason; message: string }
  /** Too early to say anything: the status stays as it is. Without `forMs` an event will tell when to look again. */
  | { kind: 'postpone'; forMs?: number };

export type Step = (scope: Scope) => Promise<StepResult> | StepResult;

export const stepDone: StepResult = Object.freeze({ kind: 'done' });
