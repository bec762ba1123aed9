import { parseBytes } from '../../api/quantity.ts';
import type { VirtualMachineSpec } from '../../api/virtualmachine.ts';
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

export type PowerPlan = 'start' | 'resume' | 'stop' | 'leave' | 'await' | 'help';

/**
 * What to do about the power of a domain. `await`: somebody else is at work on it. `help`: it is paused by an error that
 * running on could make worse.
 */
export function planPower(
  runStrategy: VirtualMachineSpec['runStrategy'],
  observed: ObservedDomain,
): PowerPlan {
  if (observed.cause === 'Migration') return 'await';
  if (runStrategy === 'Manual') return 'leave';
  if (runStrategy === 'Halted') return observed.power === 'Stopped' ? 'leave' : 'stop';
  if (observed.power === 'Stopped') return 'start';
  if (observed.power === 'Running') return 'leave';
  return observed.cause === 'Error' ? 'help' : 'resume';
}

/** Brings the domain's power to what runStrategy asks for. */
export async function applyPower(scope: Scope): Promise<StepResult> {
  const { connection, observed, vm } = scope;
  if (!connection || !observed) throw new Error('applyPower comes after defineDomain');
  const plan = planPower(vm.spec.runStrategy, observed);
  if (plan !== 'stop') scope.env.attempts.shutdownOver(vm.metadata.uid);
  switch (plan) {
    case 'start':
      return start(scope, connection);
    case 'resume':
      return resume(scope, connection);
    case 'stop':
      return stopGracefully(scope, connection);
    case 'help':
      return blockedByError(scope);
    case 'leave':
      return stepDone;
    case 'await':
      return {
        kind: 'wait',
        forMs: 5000,
        reason: 'Migrating',
        message: 'The domain is being moved to or from its host.',
      };
  }
}

async function start(scope: Scope, connection: HostConnection): Promise<StepResult> {
  const { env, vm } = scope;
  const { uid } = vm.metadata;
  const delay = env.attempts.startDelayMs(uid);
  if (delay > 0) {
    const message =
      'The guest stopped soon after it was started; it is started again after a pause that grows each time.';
    return { kind: 'wait', forMs: delay, reason: 'CrashLoop', message };
  }
  const full = hostFull(scope);
  if (full) return full;
  env.attempts.started(uid);
  try {
    await connection.start(domainUUID(scope), { signal: scope.signal });
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    const message = `Host ${vm.status?.hostName} cannot start the domain: ${error.message}`;
    return { kind: 'retry', reason: 'StartFailed', message, cause: error };
  }
  const again = env.attempts.startsInARow(uid) > 1 || vm.status?.powerState === 'Running';
  scope.events.push(
    again
      ? {
          type: 'Warning',
          reason: 'Restarted',
          action: 'Start',
          note: 'The domain had stopped and was started again.',
        }
      : {
          type: 'Normal',
          reason: 'Started',
          action: 'Start',
          note: `Started the domain on host ${vm.status?.hostName}.`,
        },
  );
  await look(scope, connection);
  return stepDone;
}

/**
 * Only what has grown since it ran last has to find room first: anything else had its room when it was placed, and after
 * a power loss of its host it must come back, whatever has been promised since.
 */
function hostFull({ env, lookAgainMs, pool, vm }: Scope): StepResult | undefined {
  const { allocated, hostName = '' } = vm.status ?? {};
  const { cpu, memory } = vm.spec;
  const grew =
    allocated &&
    (cpu.cores > allocated.cpu.cores || parseBytes(memory.size) > parseBytes(allocated.memory.size));
  const shortage = grew && pool ? env.pools.shortageOn(vm, pool, hostName) : undefined;
  if (!grew || shortage === undefined) return undefined;
  const had = `${allocated.cpu.cores} cores and ${allocated.memory.size}`;
  const message = `Host ${hostName} ${shortage} for what the VM asks for now; it ran with ${had}. Ask for less, or stop or move other VMs of the host.`;
  return { kind: 'wait', forMs: lookAgainMs, reason: 'HostFull', message };
}

async function resume(scope: Scope, connection: HostConnection): Promise<StepResult> {
  await connection.resume(domainUUID(scope), { signal: scope.signal });
  scope.events.push({
    type: 'Warning',
    reason: 'Resumed',
    action: 'Resume',
    note: 'The domain had been paused from outside and was resumed.',
  });
  await look(scope, connection);
  return stepDone;
}

function blockedByError({ vm }: Scope): StepResult {
  return {
    kind: 'blocked',
    reason: 'PausedByError',
    message: `The hypervisor paused the guest because of an error, such as a full disk. Look into it on host ${vm.status?.hostName} and resume it there (virsh resume).`,
  };
}

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
