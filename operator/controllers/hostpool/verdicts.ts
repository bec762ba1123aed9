import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { fails, findCondition, holds, type Verdict } from '../conditions.ts';
import type { MemberFindings } from './members.ts';
import { standingOf } from './standing.ts';

/** Names at most this many hosts in a message. */
const named = 5;

export function poolVerdicts(
  pool: HostPool,
  members: readonly Host[],
  findings: MemberFindings,
): Record<'Ready' | 'Stalled', Verdict> {
  const down = members.filter((host) => !standingOf(host).isReady);
  return {
    Ready: readyVerdict(pool, members, down, findings),
    Stalled: stalledVerdict(members, down, findings),
  };
}

function readyVerdict(
  pool: HostPool,
  members: readonly Host[],
  down: readonly Host[],
  findings: MemberFindings,
): Verdict {
  if (pool.metadata.deletionTimestamp) return fails('HostsInUse', inUse(members));
  if (members.length === 0) return noHosts(pool, findings);
  const overallocated = members.filter((host) => standingOf(host).isOverallocated);
  const remarks = [
    ...(down.length > 0 ? [notReady(down, members.length)] : []),
    ...leavingRemarks(findings),
    ...addressRemarks(findings),
    ...nameRemarks(findings),
    ...refusalRemarks(findings),
  ];
  const excess = overallocated.length > 0 ? [overallocationRemark(overallocated)] : [];
  if (remarks.length === 0) {
    const all = members.length === 1 ? 'The one host is ready.' : `All ${members.length} hosts are ready.`;
    return holds(
      excess.length > 0 ? 'SomeHostsOverallocated' : 'HostsReady',
      [all, ...closedRemarks(members), ...excess].join(' '),
    );
  }
  const verdict = down.length === members.length ? fails : holds;
  return verdict('SomeHostsNotReady', [...remarks, ...excess].join(' '));
}

/** Of hosts that are ready, those that the column HOSTS does not count. */
function closedRemarks(members: readonly Host[]): string[] {
  const closed = members.filter((host) => !standingOf(host).takesVms);
  if (closed.length === 0) return [];
  const names = closed.slice(0, named).map(({ metadata }) => metadata.name);
  return [`No further VM comes to ${list(names, closed.length)}; see the condition Schedulable there.`];
}

function overallocationRemark(hosts: readonly Host[]): string {
  const names = hosts.slice(0, named).map(({ metadata }) => metadata.name);
  return `More is allocated of ${list(names, hosts.length)} than there is; see the condition Overallocated there.`;
}

/** Stalled when every host of the pool waits for a person, or when a name is not to be had. */
function stalledVerdict(members: readonly Host[], down: readonly Host[], findings: MemberFindings): Verdict {
  if (findings.taken.length > 0) return holds('HostNameTaken', nameRemarks(findings).join(' '));
  if (findings.refused.length > 0) return holds('HostRefused', refusalRemarks(findings).join(' '));
  const first = members[0] && standingOf(members[0]).stalled;
  if (first && down.length === members.length && members.every((host) => standingOf(host).stalled)) {
    return holds(first.reason as Verdict['reason'], first.message);
  }
  return fails('AsExpected', 'Nothing waits for a person.');
}

function notReady(down: readonly Host[], total: number): string {
  const reasons = down
    .slice(0, named)
    .map(
      (host) =>
        `${host.metadata.name} (${findCondition(host, 'Ready')?.message.replace(/\.$/, '') ?? 'new'})`,
    );
  return `${down.length} of ${total} hosts ${down.length === 1 ? 'is' : 'are'} not ready: ${list(reasons, down.length)}.`;
}

function noHosts(pool: HostPool, findings: MemberFindings): Verdict {
  const [refusal] = refusalRemarks(findings);
  if (refusal) return fails('HostRefused', refusal);
  const [remark] = addressRemarks(findings);
  if (remark) return fails('AddressMissing', remark);
  if (!pool.spec.nodeSelector) return fails('NoHosts', 'spec.staticHosts is empty.');
  const wayOut = 'Label the Nodes that carry libvirt, or correct the selector.';
  return fails('NoHosts', `spec.nodeSelector selects no Node. ${wayOut}`);
}

function addressRemarks({ addressless }: MemberFindings): string[] {
  if (addressless.length === 0) return [];
  const names = list(addressless.slice(0, named), addressless.length);
  return [
    `spec.nodeSelector selects ${names} without an InternalIP in the Node's status, so no Host can be made of it.`,
  ];
}

function leavingRemarks({ leaving }: MemberFindings): string[] {
  return leaving.map(
    ({ name, vms }) =>
      `${name} is not selected any more but still carries ${vms} ${vms === 1 ? 'VM' : 'VMs'}; delete or move them and it goes.`,
  );
}

function nameRemarks({ taken }: MemberFindings): string[] {
  return taken.map(
    ({ name, pool }) =>
      `${name} is a Host of HostPool ${pool} already; a host can be in one pool only, so change one of the two.`,
  );
}

function refusalRemarks({ refused }: MemberFindings): string[] {
  return refused
    .slice(0, named)
    .map(({ name, message }) => `No Host can be made of ${name} as it should be: ${message.slice(0, 500)}`);
}

function inUse(members: readonly Host[]): string {
  const busy = members
    .filter((host) => (host.status?.virtualMachines ?? 0) > 0)
    .map((host) => host.metadata.name);
  return `The pool is deleted once no VM is bound to its hosts; VMs are bound to ${list(busy.slice(0, named), busy.length) || 'some'}.`;
}

function list(names: readonly string[], total: number): string {
  return names.length < total ? `${names.join(', ')} and ${total - names.length} more` : names.join(', ');
}
