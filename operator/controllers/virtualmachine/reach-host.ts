import { type Scope, type StepResult, stepDone } from './scope.ts';

/** A libvirtd that is restarted is back within seconds; only after this long is a host's silence worth a write. */
const silenceMs = 15_000;

/** Finds the connection to the VM's host. Without one nothing is known and nothing is done: no contact proves nothing. */
export function reachHost(scope: Scope): StepResult {
  const hostName = scope.vm.status?.hostName ?? '';
  const host = scope.env.stores.hosts.get(hostName);
  const link = scope.env.connections.link(hostName);
  if (host) scope.host = host;
  if (link) scope.link = link;
  if (link?.connection) {
    scope.connection = link.connection;
    return stepDone;
  }
  if (!host) {
    const message = `Host ${hostName} does not exist any more. Whether the VM runs there is not known, so it is started nowhere else.`;
    return { kind: 'wait', forMs: scope.lookAgainMs, reason: 'HostGone', message };
  }
  const silentMs = link?.error ? scope.env.clock.wallTime().getTime() - link.since.getTime() : undefined;
  if (silentMs === undefined) return { kind: 'postpone' }; // the first attempt is under way, as after our own restart
  if (link?.state === 'Lost' && silentMs < silenceMs)
    return { kind: 'postpone', forMs: silenceMs - silentMs };
  const message = `Host ${hostName} does not answer. Whether the VM runs there is not known, so it is started nowhere else; see kubectl describe vmhost ${hostName}.`;
  return { kind: 'wait', forMs: scope.lookAgainMs, reason: 'HostLost', message };
}
