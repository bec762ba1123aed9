import { amountsOf, failuresOf, namesOf } from '../../placement/explain/reserve.ts';
import type { ReserveOptions, ReserveReport } from '../../placement/reserve/failure-reserve.ts';
import { fails, holds, type Verdict } from '../conditions.ts';
import { amountInStatus } from '../pool/resource-list.ts';

/** A pool's reserve as it was found. */
export interface ReserveFindings {
  options: ReserveOptions;
  report: ReserveReport;
}

/** What a resource's entry in the status says of the reserve; nothing for a pool without. */
export function reservedOf(reserve: ReserveFindings | undefined, resource: string) {
  return reserve ? { reserved: amountInStatus(resource, Math.ceil(reserve.report.kept[resource] ?? 0)) } : {};
}

export function headroomOf(reserve: ReserveFindings): string {
  return `${reserve.report.headroom}/${reserve.options.failures} failures`;
}

/** Whether the reserve is there; if not, who is without a place, and how much is missing. */
export function reserveVerdict({ options, report }: ReserveFindings): Verdict {
  const failures = failuresOf(options);
  const { exposed } = report;
  if (exposed.length === 0)
    return holds(
      'ReserveComplete',
      `Every VM has a place after ${failures}; ${amountsOf(report.kept)} kept free for it.`,
    );
  const who = `${namesOf(exposed)} ${exposed.length === 1 ? 'has' : 'have'} no place`;
  const missing = `no host elsewhere has room to spare for the ${amountsOf(report.exposedResources)} that ${exposed.length === 1 ? 'it has' : 'they have together'}, or none that they may go to`;
  const help =
    'Add hosts, stop or shrink VMs, or lower spec.failureReserve; nothing is done to VMs that are placed.';
  return fails('ReserveShort', `After ${failures} ${who}: ${missing}. ${help}`);
}
