import type { Condition } from '../../api/common.ts';
import type { Host } from '../../api/host.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { Reason } from '../../api/reasons.ts';
import { findCondition } from '../conditions.ts';
import type { Amounts } from '../host/capacity.ts';
import { readOnce } from '../read-once.ts';

/** How a host stands by its own status, as its pool sums it up. */
export interface Standing {
  isReady: boolean;
  /** Whether VMs may be placed on it. */
  takesVms: boolean;
  /** By an admin, itself or as a Node; not one that is about to go. */
  isCordoned: boolean;
  isLost: boolean;
  isOverallocated: boolean;
  /** Undefined when it waits for nobody. */
  stalled: Condition | undefined;
  /** Undefined until it has told its facts once. */
  capacity: Amounts | undefined;
  allocatable: Amounts | undefined;
}

const cordons: readonly (string | undefined)[] = ['Cordoned', 'NodeCordoned'] satisfies Reason[];

export const standingOf = readOnce((host: Host): Standing => {
  const statusOf = (type: string) => findCondition(host, type)?.status;
  const [isReady, schedulable] = [statusOf('Ready') === 'True', findCondition(host, 'Schedulable')];
  const stalled = findCondition(host, 'Stalled');
  return {
    ...{ isReady, takesVms: isReady && schedulable?.status === 'True' && !host.metadata.deletionTimestamp },
    ...{ isCordoned: cordons.includes(schedulable?.reason), isLost: statusOf('Connected') === 'False' },
    isOverallocated: statusOf('Overallocated') === 'True',
    stalled: stalled?.status === 'True' ? stalled : undefined,
    capacity: amounts(host.status?.capacity),
    allocatable: amounts(host.status?.allocatable),
  };
});

function amounts(told: { cpu: number; memory: string } | undefined): Amounts | undefined {
  return told && { cpu: told.cpu, memoryBytes: parseBytes(told.memory) };
}

/** Whether VMs may be placed on the host, by its own status. */
export function takesVms(host: Host): boolean {
  return standingOf(host).takesVms;
}
