import type { HostPool } from '../../api/hostpool.ts';
import { keyOf } from '../../kube/object.ts';
import { findCondition } from '../conditions.ts';
import {
  type Choice,
  type Chosen,
  type Clears,
  inWords,
  type Nowhere,
  seekHost,
} from '../pool/choose-host.ts';
import { whyThere } from '../pool/why-there.ts';
import { adopt } from './adopt.ts';
import { bind } from './bind.ts';
import { makeRoom } from './make-room.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/**
 * Gives the VM its host. The binding is written before anything is done on the host. A VM that is bound, or that runs,
 * stays where it is.
 */
export async function place(scope: Scope): Promise<StepResult> {
  const { vm, env } = scope;
  const poolName = vm.spec.placement.hostPoolRef.name;
  const pool = env.stores.hostPools.get(poolName);
  if (pool) scope.pool = pool;
  if (vm.status?.hostName) return stepDone;
  const adopted = await adopt(scope);
  if (adopted) return adopted;
  if (vm.spec.runStrategy === 'Halted') {
    const message = 'The VM is halted; it gets a host when it is to run.';
    return { kind: 'wait', forMs: scope.restMs, reason: 'Halted', message };
  }
  if (!pool) return poolMissing(scope, poolName);
  const choice = seekHost(env.pools, vm, pool);
  return choice.kind === 'host' ? bindTo(scope, pool, choice) : withoutHost(scope, pool, choice);
}

async function withoutHost(
  scope: Scope,
  pool: HostPool,
  choice: Exclude<Choice, Chosen> | Clears | Nowhere,
): Promise<StepResult> {
  const { env, vm, lookAgainMs } = scope;
  const { reason } = choice;
  if (reason === 'PolicyConflict' || reason === 'ClassNotFound')
    return { kind: 'blocked', reason, message: choice.message };
  // Just after a start no host is connected yet: that is no news, and each host's link wakes this VM again.
  const isConnecting = () => env.pools.gangs.poolsOf(vm).some((one) => env.pools.isConnecting(one));
  if (reason !== 'GangIncomplete' && isConnecting()) return { kind: 'postpone' };
  if (choice.kind === 'clears') return makeRoom(scope, choice);
  const silence = inSilence(scope, reason);
  if (silence) return silence;
  env.pools.line.told(keyOf(vm), env.clock.now());
  const told = choice.kind === 'none' ? choice : inWords(env.pools, vm, pool);
  if (told.kind === 'host') return bindTo(scope, pool, told);
  return { kind: 'wait', forMs: lookAgainMs, reason: told.reason, message: told.message };
}

/**
 * While it waits for the same reason the VM says what it said before, until its turn to say it anew: to work out what that
 * is takes longer than all the rest.
 */
function inSilence(
  { env, vm, lookAgainMs }: Scope,
  reason: (Choice & { kind: 'none' })['reason'],
): StepResult | undefined {
  const before = findCondition(vm, 'Scheduled');
  if (before?.reason !== reason || before.observedGeneration !== vm.metadata.generation) return undefined;
  const silenceMs = env.pools.line.silenceMs(keyOf(vm), env.clock.now());
  if (silenceMs === 0) return undefined;
  return { kind: 'wait', forMs: Math.min(lookAgainMs, silenceMs), reason, message: before.message };
}

/** The binding comes back by the watch and wakes the VM, which then is counted in its host's lane. */
async function bindTo(scope: Scope, pool: HostPool, chosen: Chosen): Promise<StepResult> {
  const { place } = chosen;
  const why = whyThere(scope.env.pools, scope.vm, pool, chosen);
  await bind(scope, place, `Placed on host ${place.host}. ${why}`.trim());
  return { kind: 'postpone' };
}

function poolMissing(scope: Scope, poolName: string): StepResult {
  const known = scope.env.stores.hostPools.list().map((pool) => pool.metadata.name);
  const others = known.length > 0 ? `there is ${known.sort().slice(0, 5).join(', ')}` : 'there is none';
  return {
    kind: 'blocked',
    reason: 'HostPoolNotFound',
    message: `spec.placement.hostPoolRef.name: HostPool ${poolName} does not exist (${others}). Create it, or name one that exists.`,
  };
}
