import type { HostConnection } from '../../hypervisor/hypervisor.ts';
import { adopt } from './adopt.ts';
import { domainUUID, look } from './definition.ts';
import { runsElsewhere } from './elsewhere.ts';
import { finalizer, releaseFinalizer } from './finalizer.ts';
import { reachHost } from './reach-host.ts';
import type { Scope, StepResult } from './scope.ts';
import { stopGracefully } from './shutdown.ts';

/**
 * By this annotation a person says that the VM's host is gone for good, so that its object may be deleted although
 * nobody can tell whether its domain still runs. The value is the host's name: it cannot be set by mistake for all.
 */
export const hostLostAnnotation = 'vmfabric.io/host-lost';

/** Stops and removes the domain of a VM that is being deleted, and then lets its object go. */
export async function deleteDomain(scope: Scope): Promise<StepResult> {
  if (!scope.vm.metadata.finalizers?.includes(finalizer)) return { kind: 'postpone' };
  const adopted = scope.vm.status?.hostName ? undefined : await adopt(scope);
  if (adopted?.kind === 'postpone') return adopted;
  const { vm } = scope;
  const hostName = vm.status?.hostName;
  if (!hostName) return releaseFinalizer(scope);
  const reached = reachHost(scope);
  if (reached.kind === 'done' && scope.connection) return removeDomain(scope, scope.connection);
  if (vm.metadata.annotations?.[hostLostAnnotation] === hostName) return releaseFinalizer(scope);
  if (reached.kind === 'postpone') return reached;
  // A wrong machine has its own way out; one that is gone or silent has that of the annotation.
  return reached.kind === 'blocked' && scope.host ? reached : waitForHost(scope, hostName);
}

async function removeDomain(scope: Scope, connection: HostConnection): Promise<StepResult> {
  await look(scope, connection);
  const stopped = await stopGracefully(scope, connection);
  if (stopped.kind !== 'done') return stopped;
  // The object is all that tells of a copy that somebody has moved.
  const elsewhere = await runsElsewhere(scope);
  if (elsewhere) return elsewhere;
  if (scope.observed) await connection.undefine(domainUUID(scope), { signal: scope.signal });
  return releaseFinalizer(scope);
}

function waitForHost({ vm, host, lookAgainMs }: Scope, hostName: string): StepResult {
  const { name, namespace } = vm.metadata;
  const why = host ? 'does not answer' : 'does not exist any more';
  return {
    ...(host ? { kind: 'wait', forMs: lookAgainMs } : { kind: 'blocked' }),
    reason: 'DeletionWaitsForHost',
    message:
      `Host ${hostName} ${why}, so the VM's domain there cannot be removed. The deletion goes on by itself once the host is back. ` +
      `If the host is gone for good, say so: kubectl annotate vm ${name} -n ${namespace} ${hostLostAnnotation}=${hostName}`,
  };
}
