import type { Host } from '../../api/host.ts';
import { findCondition } from '../conditions.ts';
import { replacedMachine, replacedMessage } from '../host/identity.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** A libvirtd that is restarted is back within seconds; only after this long is a host's silence worth a write. */
const silenceMs = 15_000;

/** What answers there proves nothing about the VM when it is not the machine that the VM was bound to. */
function wrongMachine({ env, link }: Scope, host: Host, hostName: string): StepResult | undefined {
  const replaced = replacedMachine(host, link);
  if (replaced) return { kind: 'blocked', reason: 'HostReplaced', message: replacedMessage(host, replaced) };
  const twin = link?.connection ? env.connections.sharesUUID(hostName) : undefined;
  if (twin === undefined) return undefined;
  const message = `Hosts ${hostName} and ${twin} have the same host uuid: they may be one machine under two names, or two that libvirt takes for one. See kubectl describe vmhost ${hostName}.`;
  return { kind: 'blocked', reason: 'DuplicateHostUUID', message };
}

/** Just after our own start the first attempt is under way; with bad credentials there is none, which the Host says. */
function withoutAttempt({ lookAgainMs }: Scope, host: Host): StepResult {
  const connected = findCondition(host, 'Connected');
  if (connected?.status !== 'False' || connected.reason === 'HostUnreachable')
    return { kind: 'postpone', forMs: 5000 };
  const { name } = host.metadata;
  const message = `There is no connection to host ${name}: ${connected.message} Whether the VM runs is not known.`;
  return { kind: 'wait', forMs: lookAgainMs, reason: 'HostLost', message };
}

/** Finds the connection to the VM's host. Without one nothing is known and nothing is done: no contact proves nothing. */
export function reachHost(scope: Scope): StepResult {
  const hostName = scope.vm.status?.hostName ?? '';
  const host = scope.env.stores.hosts.get(hostName);
  const link = scope.env.connections.link(hostName);
  if (host) scope.host = host;
  if (link) scope.link = link;
  if (!host) {
    const message = `Host ${hostName} does not exist any more. Whether the VM runs there is not known, so it is started nowhere else. Bring the host back into its HostPool, or delete the VM.`;
    return { kind: 'blocked', reason: 'HostGone', message };
  }
  const wrong = wrongMachine(scope, host, hostName);
  if (wrong) return wrong;
  if (link?.connection) {
    scope.connection = link.connection;
    return stepDone;
  }
  const silentMs = link?.error ? scope.env.clock.now() - link.sinceMs : undefined;
  if (silentMs === undefined) return withoutAttempt(scope, host);
  // Also where it never answered us: the VM was bound there before our own start.
  if (silentMs < silenceMs) return { kind: 'postpone', forMs: silenceMs - silentMs };
  const message = `Host ${hostName} does not answer. Whether the VM runs there is not known, so it is started nowhere else; see kubectl describe vmhost ${hostName}.`;
  return { kind: 'wait', forMs: scope.lookAgainMs, reason: 'HostLost', message };
}
