import type { VirtualMachineSpec } from '../../api/virtualmachine.ts';
import { cellOf, readDomain } from '../../domain/read.ts';
import { sizeFromStatus, sizeOfDomain } from '../../domain/size.ts';
import { type HostConnection, HypervisorError, type ObservedDomain } from '../../hypervisor/hypervisor.ts';
import { domainUUID, look } from './definition.ts';
import { runsElsewhere } from './elsewhere.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';
import { stopGracefully } from './shutdown.ts';

export type PowerPlan = 'start' | 'resume' | 'stop' | 'leave' | 'await' | 'help';

/**
 * What to do about the power of a domain. `await`: somebody else is at work on it. `help`: it is paused by an error that
 * running on could make worse.
 */
export function planPower(
  runStrategy: VirtualMachineSpec['runStrategy'],
  observed: ObservedDomain,
): PowerPlan {
  // Stopped by a migration it is wherever it was moved to, which is looked at before any start.
  if (observed.cause === 'Migration' && observed.power !== 'Stopped') return 'await';
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
  // What was stopped on purpose starts at once when it is wanted again.
  if (vm.spec.runStrategy === 'Halted') scope.env.attempts.startsOver(vm.metadata.uid);
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
    const failure = env.attempts.startFailure(uid);
    if (failure !== undefined) return { kind: 'wait', forMs: delay, reason: 'StartFailed', message: failure };
    const message =
      'The guest stopped soon after it was started; it is started again after a pause that grows each time.';
    return { kind: 'wait', forMs: delay, reason: 'CrashLoop', message };
  }
  const obstacle = (await runsElsewhere(scope)) ?? noRoom(scope);
  if (obstacle) return obstacle;
  env.attempts.started(uid);
  try {
    await connection.start(domainUUID(scope), { signal: scope.signal });
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    if (error.code === 'Unreachable' || error.code === 'Timeout') throw error; // it may have started
    const message = `Host ${vm.status?.hostName} cannot start the domain: ${error.message}`;
    env.attempts.startFailed(uid, message);
    return { kind: 'wait', forMs: env.attempts.startDelayMs(uid), reason: 'StartFailed', message };
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
 * a power loss of its host it must come back, whatever has been promised since. What counts is what is defined and would
 * be started, which is not what the spec asks for when that cannot be had.
 */
function noRoom({ env, lookAgainMs, observed, pool, vm }: Scope): StepResult | undefined {
  const { allocated, hostName = '' } = vm.status ?? {};
  if (!allocated || !observed || !pool) return undefined;
  const definition = readDomain(observed.definitionXml);
  const size = sizeOfDomain(definition);
  const before = sizeFromStatus(allocated);
  const hasOtherMemory = size.memoryBytes > before.memoryBytes || size.hugePageSize !== before.hugePageSize;
  const hasOtherCell = cellOf(definition) !== allocated.numaCell;
  if (!(size.cpuCores > before.cpuCores || hasOtherMemory || hasOtherCell)) return undefined;
  const pages = before.hugePageSize === undefined ? '' : ` in huge pages of ${before.hugePageSize}`;
  const had = `it ran with ${allocated.cpu.cores} cores and ${allocated.memory.size}${pages}`;
  const shortage = env.pools.shortageOn(vm, pool, hostName, size);
  if (shortage) {
    const message = `Host ${hostName} ${shortage} for what the VM asks for now; ${had}. Ask for less, or stop or move other VMs of the host.`;
    return { kind: 'wait', forMs: lookAgainMs, reason: 'HostFull', message };
  }
  const refusal = env.pools.refusalOfSize(vm, pool, size);
  if (refusal === undefined) return undefined;
  const message = `${refusal} The VM asks for more than before; ${had}.`;
  return { kind: 'wait', forMs: lookAgainMs, reason: 'ShareFull', message };
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
