import { domainNameOf, domainUuidOf } from '../../domain/identity.ts';
import type { Scope, StepResult } from './scope.ts';

/**
 * Asked before the domain of a VM that ran before is defined anew, started or given up: somebody may have moved it to
 * another host by hand (virsh migrate), and a second copy would destroy both. Undefined when it runs nowhere else.
 */
export async function runsElsewhere(scope: Scope): Promise<StepResult | undefined> {
  const { env, pool, vm } = scope;
  const { hostName = '', powerState } = vm.status ?? {};
  if (powerState === undefined) return undefined;
  if (!env.sightings.isComplete || (pool && env.pools.isConnecting(pool)))
    return { kind: 'postpone', forMs: 1000 };
  for (const other of env.sightings.elsewhere(domainUuidOf(vm), hostName)) {
    if (await runsOn(scope, other)) return blocked(scope, hostName, other);
  }
  return undefined;
}

/** A host that cannot be asked counts as one where it runs. */
export async function runsOn(scope: Scope, hostName: string): Promise<boolean> {
  const uuid = domainUuidOf(scope.vm);
  const connection = scope.env.connections.link(hostName)?.connection;
  if (!connection) return true;
  scope.asked = hostName;
  const observed = await connection.domain(uuid, { signal: scope.signal });
  delete scope.asked;
  if (observed && observed.power !== 'Stopped') return true;
  scope.env.sightings.unsee(hostName, uuid);
  return false;
}

function blocked({ vm }: Scope, hostName: string, other: string): StepResult {
  return {
    kind: 'blocked',
    reason: 'RunsElsewhere',
    message:
      `The domain runs on host ${other}, where somebody has moved it, or ran there when that host was last seen; no second one is started on ${hostName}. ` +
      `Move it back to ${hostName}, or shut it down on ${other} (virsh shutdown ${domainNameOf(vm)}) and it starts on ${hostName}.`,
  };
}
