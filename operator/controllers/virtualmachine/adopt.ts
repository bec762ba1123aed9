import { domainUuidOf } from '../../domain/identity.ts';
import { bind } from './bind.ts';
import { runsOn } from './elsewhere.ts';
import type { Scope, StepResult } from './scope.ts';

/**
 * Binds a VM to the host where its domain runs although no binding says so: etcd was restored from before it, or
 * somebody cleared the status. Placed anew it would run twice, and deleted without its domain that would run on. A VM
 * that no operator had in its hands before runs nowhere, and waits for nobody. Undefined when it runs nowhere.
 */
export async function adopt(scope: Scope): Promise<StepResult | undefined> {
  const { env, vm } = scope;
  if (scope.isNew) return undefined;
  const pool = env.stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
  // Just after a start hosts have not told yet what runs there.
  if (!env.sightings.isComplete || (pool && env.pools.isConnecting(pool)))
    return { kind: 'postpone', forMs: 1000 };
  for (const hostName of env.sightings.elsewhere(domainUuidOf(vm), '')) {
    if (!(await runsOn(scope, hostName))) continue;
    await bind(scope, { host: hostName }, `Found on host ${hostName}, where it runs.`);
    return { kind: 'done' };
  }
  return undefined;
}
