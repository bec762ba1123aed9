import { look } from './definition.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';
import { unbind } from './unbind.ts';

/** By then another member is bound, or has been found to fit nowhere. */
const lookAgainMs = 5000;

/**
 * A member of a gang that never had a domain waits until the whole gang is bound. One that was bound before the operator
 * died, and whose fellows no longer find room beside it, gives its place back: nothing of it was ever there.
 */
export async function awaitGang(scope: Scope): Promise<StepResult> {
  const { env, vm, connection } = scope;
  if (vm.status?.powerState !== undefined || env.pools.gangs.isBound(vm)) return stepDone;
  if (!connection) throw new Error('awaitGang comes after reachHost');
  await look(scope, connection);
  if (scope.observed) return stepDone;
  const assembly = env.pools.gangs.assemble(vm);
  const message = 'The VM has its host, and starts once all of its gang have theirs.';
  const wait: StepResult = { kind: 'wait', forMs: lookAgainMs, reason: 'GangIncomplete', message };
  const isHopeless = assembly?.kind === 'incomplete' || assembly?.kind === 'unplaced';
  if (!isHopeless || isConnecting(scope)) return wait;
  await unbind(scope, { ...wait, message: assembly.message });
  return { kind: 'postpone' };
}

function isConnecting({ env, vm }: Scope): boolean {
  return env.pools.gangs.poolsOf(vm).some((pool) => env.pools.isConnecting(pool));
}
