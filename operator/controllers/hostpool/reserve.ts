import type { Host } from '../../api/host.ts';
import { amountsOf, failuresOf, namesOf } from '../../placement/explain/reserve.ts';
import type { ReserveOptions, ReserveReport } from '../../placement/reserve/failure-reserve.ts';
import { hostnameKey } from '../../placement/reserve/rule-reach.ts';
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
export function reserveVerdict({ options, report }: ReserveFindings, members: readonly Host[]): Verdict {
  const failures = failuresOf(options);
  const remark = domainRemark(options, members);
  const { exposed } = report;
  if (exposed.length === 0)
    return holds(
      'ReserveComplete',
      `Every VM has a place after ${failures}; ${amountsOf(report.kept)} kept free for it.${remark}`,
    );
  const who = `${namesOf(exposed)} ${exposed.length === 1 ? 'has' : 'have'} no place`;
  const missing = `no host elsewhere has room to spare for the ${amountsOf(report.exposedResources)} that ${exposed.length === 1 ? 'it has' : 'they have together'}, or none that they may go to`;
  const help =
    'Add hosts, stop or shrink VMs, or lower spec.failureReserve; nothing is done to VMs that are placed.';
  return fails('ReserveShort', `After ${failures} ${who}: ${missing}.${remark} ${help}`);
}

/** What of the hosts' labels makes the reserve another one than was meant: a key that none has, or too few domains of it. */
function domainRemark({ failures, topologyKey }: ReserveOptions, members: readonly Host[]): string {
  if (members.length === 0) return '';
  const domains = new Set(
    members.map(({ metadata: { name, labels } }) => labels?.[topologyKey] ?? `host ${name}`),
  );
  if (domains.size <= failures) {
    const count = domains.size === 1 ? 'one failure domain' : `only ${domains.size} failure domains`;
    return ` By ${topologyKey} the hosts are ${count}: as many failures leave none.`;
  }
  const isKnown =
    topologyKey === hostnameKey || members.some(({ metadata }) => metadata.labels?.[topologyKey]);
  return isKnown ? '' : ` No host has the label ${topologyKey}, so each is counted as failing alone.`;
}
