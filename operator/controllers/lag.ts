import type { Stores } from './stores.ts';

/** Sums in a status may lag this far behind what they sum up; in a storm of changes that saves most of the writes. */
export const sumsLagMs = 1000;
/** And so much longer for each that has to be asked: to sum up 5,000 hosts once a second would take a good part of it. */
const lagMsEach = 0.3;

/** How far a HostPool's status may lag behind its hosts and VMs, in milliseconds. */
export function poolLagMs({ hosts }: Pick<Stores, 'hosts'>, pool: string): number {
  return lagMs(hosts.countByIndex('pool', pool));
}

/** How far the statuses of a namespace's PlacementPolicies may lag behind its VMs, in milliseconds. */
export function policyLagMs({ virtualMachines }: Pick<Stores, 'virtualMachines'>, namespace = ''): number {
  return lagMs(virtualMachines.countByIndex('namespace', namespace));
}

/** Whole: waits that are cut to the same time would else leave rests too small to be waited for. */
const lagMs = (count: number) => sumsLagMs + Math.round(count * lagMsEach);
