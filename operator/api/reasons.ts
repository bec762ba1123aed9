import { nothing, type ReasonTable } from './reasons/entry.ts';
import { hostReasons } from './reasons/host.ts';
import { hostPoolReasons } from './reasons/hostpool.ts';
import { placementPolicyReasons } from './reasons/placementpolicy.ts';
import { virtualMachineReasons } from './reasons/virtualmachine.ts';

export type { ReasonEntry, ReasonPlace } from './reasons/entry.ts';

/**
 * Every reason on conditions and Events. A reason is part of the API: scripts and alerts compare it, so its word and
 * meaning stay. The reference page of reasons is made from this table.
 */
export const reasons = {
  AsExpected: {
    meaning: 'Nothing waits for a person.',
    remedy: nothing,
    conditions: ['VirtualMachine.Stalled', 'Host.Stalled', 'HostPool.Stalled', 'PlacementPolicy.Stalled'],
  },
  ...virtualMachineReasons,
  ...hostReasons,
  ...hostPoolReasons,
  ...placementPolicyReasons,
} as const satisfies ReasonTable;

/** A word of the table. */
export type Reason = keyof typeof reasons;
