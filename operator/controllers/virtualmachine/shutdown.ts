import {
  type HostConnection,
  HypervisorError,
  type HypervisorErrorCode,
  type ObservedDomain,
} from '../../hypervisor/hypervisor.ts';
import { domainUUID, look } from './definition.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** A guest that still boots misses a request to shut down, so it is asked again this often. */
const askAgainMs = 5000;

/**
 * Asks the guest to shut down, and powers it off when it has not done so within its grace period. Used for halting and
 * for deleting. `done` once it is stopped.
 */
export async function stopGracefully(scope: Scope, connection: HostConnection): Promise<StepResult> {
  const { env, observed, vm } = scope;
  const { uid } = vm.metadata;
  if (!observed || observed.power === 'Stopped') {
    env.attempts.shutdownOver(uid);
    return stepDone;
  }
  const graceMs = vm.spec.terminationGracePeriodSeconds * 1000;
  const age = env.attempts.shutdownAgeMs(uid);
  if (graceMs === 0 || (age !== undefined && age >= graceMs)) return powerOff(scope, connection);
  if (env.attempts.shutdownRequestDue(uid, askAgainMs)) {
    const insist = age !== undefined && age >= graceMs / 2;
    await askToShutDown(scope, connection, observed, insist);
  }
  if (age === undefined) {
    scope.events.push({
      type: 'Normal',
      reason: 'Stopping',
      action: 'Shutdown',
      note: 'Asked the guest to shut down.',
    });
  }
  const message = 'The guest has been asked to shut down.';
  return { kind: 'wait', forMs: Math.min(askAgainMs, graceMs - (age ?? 0)), reason: 'Stopping', message };
}

async function askToShutDown(
  scope: Scope,
  connection: HostConnection,
  observed: ObservedDomain,
  insist: boolean,
): Promise<void> {
  const uuid = domainUUID(scope);
  const { attempts } = scope.env;
  if (observed.power === 'Paused') await connection.resume(uuid, { signal: scope.signal }); // a paused guest hears nothing
  try {
    await connection.requestShutdown(uuid, { signal: scope.signal, insist });
  } catch (error) {
    // Its grace begins only once it has been asked; where the host refuses to ask, waiting on would not help.
    if (error instanceof HypervisorError && !maybeNotAsked.has(error.code))
      attempts.shutdownRequested(scope.vm.metadata.uid);
    throw error;
  }
  attempts.shutdownRequested(scope.vm.metadata.uid);
}

const maybeNotAsked: ReadonlySet<HypervisorErrorCode> = new Set(['Unreachable', 'Timeout', 'Busy']);

async function powerOff(scope: Scope, connection: HostConnection): Promise<StepResult> {
  const seconds = scope.vm.spec.terminationGracePeriodSeconds;
  await connection.powerOff(domainUUID(scope), { signal: scope.signal });
  if (seconds > 0) {
    const note = `The guest did not shut down within its grace period of ${seconds} s and was powered off.`;
    scope.events.push({ type: 'Warning', reason: 'PoweredOff', action: 'PowerOff', note });
  }
  scope.env.attempts.shutdownOver(scope.vm.metadata.uid);
  await look(scope, connection);
  return stepDone;
}
