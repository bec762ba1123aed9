import type { HostPool } from '../../api/hostpool.ts';
import { keyOf } from '../../kube/object.ts';
import { findCondition } from '../conditions.ts';
import { type Choice, type Chosen, chooseHost } from '../pool/choose-host.ts';
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
  const choice = chooseHost(env.pools, vm, pool);
  return choice.kind === 'host' ? bindTo(scope, pool, choice) : withoutHost(scope, pool, choice);
}

function withoutHost(scope: Scope, pool: HostPool, choice: Choice & { kind: 'none' }): StepResult {
  const { env, vm, lookAgainMs } = scope;
  const { reason, message } = choice;
  if (reason === 'PolicyConflict' || reason === 'ClassNotFound') return { kind: 'blocked', reason, message };
  // Just after a start no host is connected yet: that is no news, and each host's link wakes this VM again.
  const isConnecting = () => env.pools.gangs.poolsOf(vm).some((one) => env.pools.isConnecting(one));
  if (reason !== 'GangIncomplete' && isConnecting()) return { kind: 'postpone' };
  const preempting = reason === 'Unschedulable' ? makeRoom(scope, pool) : undefined;
  return preempting ?? waitSteadily(scope, { kind: 'wait', forMs: lookAgainMs, reason, message });
}

/** While it waits for the same reason the VM says what it said before, until its turn to say it anew. */
function waitSteadily({ env, vm }: Scope, wait: StepResult & { kind: 'wait' }): StepResult {
  const before = findCondition(vm, 'Scheduled');
  const nowMs = env.clock.now();
  const { line } = env.pools;
  const isNews = before?.reason !== wait.reason || before.observedGeneration !== vm.metadata.generation;
  if (!isNews && before.message === wait.message) return wait;
  const silenceMs = isNews ? 0 : line.silenceMs(keyOf(vm), nowMs);
  if (isNews || silenceMs === 0) {
    line.told(keyOf(vm), nowMs);
    return wait;
  }
  return { ...wait, forMs: Math.min(wait.forMs, silenceMs), message: before.message };
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
