import type { HostCondition } from '../host.ts';
import type { HostPoolCondition } from '../hostpool.ts';
import type { PlacementPolicyCondition } from '../placementpolicy.ts';
import type { VirtualMachineCondition } from '../virtualmachine.ts';

/** Where a reason appears: on a condition of a kind, or on an Event about an object of it. */
export type ReasonPlace =
  | `VirtualMachine.${VirtualMachineCondition | 'Event'}`
  | `Host.${HostCondition | 'Event'}`
  | `HostPool.${HostPoolCondition | 'Event'}`
  | `PlacementPolicy.${PlacementPolicyCondition | 'Event'}`;

export interface ReasonEntry {
  /** What it says of the object, in whole sentences. */
  meaning: string;
  /** What a person can do about it. */
  remedy: string;
  conditions: readonly ReasonPlace[];
}

export type ReasonTable = Readonly<Record<string, ReasonEntry>>;

/** The remedy of what needs none. */
export const nothing = 'Nothing to do.';
