import type { HostPool } from '../../api/hostpool.ts';
import { conflictOf } from '../pool/conflicts.ts';
import { adopt } from './adopt.ts';
import { bind } from './bind.ts';
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
  env.pools.placeWaiting(vm);
  const held = withoutGang(scope);
  if (held) return held;
  const assumed = env.pools.assumedHost(vm);
  return assumed === undefined ? placeAnew(scope, pool) : bindTo(scope, assumed);
}

/** A VM of a gang goes nowhere before enough of them can. */
function withoutGang(scope: Scope): StepResult | undefined {
  const { vm, env, lookAgainMs: forMs } = scope;
  const assembly = env.pools.gangs.assemble(vm);
  if (!assembly || assembly.kind === 'stands') return undefined;
  const conflict = inConflict(scope);
  if (conflict) return conflict;
  if (assembly.kind === 'conflict') return undefined;
  const { message } = assembly;
  if (assembly.kind === 'incomplete') return { kind: 'wait', forMs, reason: 'GangIncomplete', message };
  if (env.pools.gangs.poolsOf(vm).some((pool) => env.pools.isConnecting(pool))) return { kind: 'postpone' };
  return { kind: 'wait', forMs, reason: 'GangUnschedulable', message };
}

async function placeAnew(scope: Scope, pool: HostPool): Promise<StepResult> {
  const { vm, env } = scope;
  const decision = env.pools.place(vm, pool);
  if (decision.kind === 'placed') return bindTo(scope, decision.host);
  const conflict = inConflict(scope);
  if (conflict) return conflict;
  // Just after a start no host is connected yet: that is no news, and each host's link wakes this VM again.
  if (env.pools.isConnecting(pool)) return { kind: 'postpone' };
  return { kind: 'wait', forMs: scope.lookAgainMs, reason: 'Unschedulable', message: decision.message };
}

/** Asked once a VM finds no place: then no host will ever do, and only a person can help. */
function inConflict({ env, vm }: Scope): StepResult | undefined {
  const message = conflictOf(env.pools.engine, env.pools.state(vm));
  return message === undefined ? undefined : { kind: 'blocked', reason: 'PolicyConflict', message };
}

/** The binding comes back by the watch and wakes the VM, which then is counted in its host's lane. */
async function bindTo(scope: Scope, hostName: string): Promise<StepResult> {
  await bind(scope, hostName, `Placed on host ${hostName}.`);
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
