import type { Host, HostCondition } from '../../api/host.ts';
import type { Reason } from '../../api/reasons.ts';
import { fails, holds, unknown, type Verdict } from '../conditions.ts';
import type { HostLink } from './connections.ts';
import type { CredentialsResult } from './credentials.ts';
import { type Replacement, replacedMessage } from './identity.ts';
import { type Allocation, overallocated } from './overallocation.ts';

export interface HostFindings {
  host: Host;
  link: HostLink | undefined;
  /** What the pool's Secret gave; a problem does not end a connection that stands. */
  credentials: CredentialsResult;
  schedulable: Verdict;
  twin: string | undefined;
  /** Another machine answers than the one that VMs are bound to. */
  replaced: Replacement | undefined;
  allocation: Allocation;
}

/** Reasons that nothing but a person changes. */
const forPeople: readonly Reason[] = [
  'CertificateRejected',
  'SecretNotFound',
  'SecretInvalid',
  'SecretForbidden',
  'HostPoolNotFound',
  'DuplicateHostUUID',
  'HostReplaced',
  'ImplausibleFacts',
];

export function hostVerdicts(findings: HostFindings): Record<HostCondition, Verdict> {
  const connected = connectedVerdict(findings);
  const schedulable = sentence(findings.schedulable);
  const stalled = stalledVerdict(findings, connected);
  const { metadata, spec } = findings.host;
  return {
    Ready: readyVerdict(connected, schedulable, stalled),
    Connected: connected,
    Schedulable: schedulable,
    Overallocated: overallocated(metadata.name, spec.hostPoolRef.name, findings.allocation),
    Stalled: stalled,
  };
}

function connectedVerdict({ host, link, credentials }: HostFindings): Verdict {
  const where = `${host.metadata.name} at ${host.spec.address}`;
  if (link?.connection) return holds('Connected', `libvirt on ${where} answers.`);
  if (!link && credentials.kind === 'problem') return fails(credentials.reason, credentials.message);
  if (!link?.error) return unknown('Connecting', `Connecting to libvirt on ${where}.`);
  const reason = link.error.code === 'CertificateRejected' ? 'CertificateRejected' : 'HostUnreachable';
  return fails(reason, `libvirt on ${where} cannot be reached: ${link.error.message}`);
}

function stalledVerdict({ twin, host, link, replaced }: HostFindings, connected: Verdict): Verdict {
  if (replaced) return holds('HostReplaced', replacedMessage(host, replaced));
  if (twin) {
    const message = `Host ${twin} has the same host uuid, so libvirt would take the two for one. Set another host_uuid in libvirtd.conf on ${host.metadata.name}.`;
    return holds('DuplicateHostUUID', message);
  }
  if (link?.nonsense !== undefined) {
    const message = `The host says what cannot be: ${link.nonsense}. No VM is placed there until it says otherwise; see virsh nodeinfo and virsh capabilities on ${host.metadata.name}.`;
    return holds('ImplausibleFacts', message);
  }
  if (connected.status === 'False' && forPeople.includes(connected.reason))
    return { ...connected, status: 'True' };
  return fails('AsExpected', 'Nothing waits for a person.');
}

/** As with Nodes, a cordoned host is ready: it does all that it is asked to. */
function readyVerdict(connected: Verdict, schedulable: Verdict, stalled: Verdict): Verdict {
  if (stalled.status === 'True') return { ...stalled, status: 'False' };
  if (connected.status !== 'True') return connected;
  return schedulable.status === 'True' ? connected : { ...schedulable, status: 'True' };
}

/** `is cordoned` as a sentence. */
function sentence(verdict: Verdict): Verdict {
  return { ...verdict, message: `The host ${verdict.message}.` };
}
