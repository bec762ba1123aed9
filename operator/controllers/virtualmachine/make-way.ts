import { virtualMachines } from '../../api/kinds.ts';
import { type HostConnection, HypervisorError } from '../../hypervisor/hypervisor.ts';
import { ApiError } from '../../kube/errors.ts';
import type { Claim } from '../pool/preemptions.ts';
import { domainUUID, look } from './definition.ts';
import { runsElsewhere } from './elsewhere.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';
import { stopGracefully } from './shutdown.ts';
import { computeStatus } from './status.ts';
import { unbind } from './unbind.ts';

/** By then the watch has told, or has been found dead. */
const lookAgainMs = 5000;

/**
 * Takes a VM off its host for a more important one: its status says for whom before anything is done, the guest shuts down
 * within its grace period, and only when the host has no domain of it any more is the binding taken away. When it is not
 * wanted any more, at whatever step, the VM goes on here as ever.
 */
export async function makeWay(scope: Scope): Promise<StepResult> {
  const { env, connection } = scope;
  const claim = env.pools.preemptions.claimOn(scope.vm);
  if (!claim) return stepDone;
  if (!connection) throw new Error('makeWay comes after reachHost');
  await look(scope, connection);
  if (isInOtherHands(scope)) return stepDone;
  scope.makesWayFor = claim;
  const unsure = await mark(scope, claim);
  if (unsure) return unsure;
  // Also of one that was marked before: whoever did may have died before telling. The recorder tells the same thing once.
  scope.events.push(preempted(claim));
  const stopped = await stopGracefully(scope, connection);
  if (stopped.kind === 'wait') return { ...stopped, reason: 'Preempted', message: messageFor(claim) };
  if (stopped.kind !== 'done') return stopped;
  return leave(scope, connection, claim);
}

/**
 * Somebody moves or has suspended it, an error has, or it was started by hand since its status was written and nobody would
 * start it again: not the time to stop it.
 */
function isInOtherHands({ observed, vm }: Scope): boolean {
  const isStartedByHand = observed?.power === 'Running' && vm.spec.runStrategy === 'Manual';
  return observed?.power === 'Paused' || observed?.cause === 'Migration' || isStartedByHand;
}

/** What it is decided from may be of the past: whoever is made way for must be there and wait, by the API server's word. */
async function mark(scope: Scope, claim: Claim): Promise<StepResult | undefined> {
  const { cluster, signal, vm } = scope;
  if (vm.status?.makesWayFor?.uid === claim.uid) return undefined;
  const now = await cluster.get(virtualMachines, claim, { signal }).catch((error: unknown) => {
    if (error instanceof ApiError && error.isNotFound) return undefined;
    throw error;
  });
  const isWaiting =
    now?.metadata.uid === claim.uid && !now.metadata.deletionTimestamp && !now.status?.hostName;
  if (!isWaiting) return { kind: 'postpone', forMs: lookAgainMs };
  const status = computeStatus(scope, because(scope, claim));
  scope.vm = await cluster.patchStatus(virtualMachines, vm, status, { signal });
  return undefined;
}

async function leave(scope: Scope, connection: HostConnection, claim: Claim): Promise<StepResult> {
  const elsewhere = await runsElsewhere(scope);
  if (elsewhere) return elsewhere;
  try {
    if (scope.observed)
      await connection.undefine(domainUUID(scope), { signal: scope.signal, unlessMore: true });
  } catch (error) {
    if (!(error instanceof HypervisorError) || (error.code !== 'Failed' && error.code !== 'Invalid'))
      throw error;
    return stay(scope, error);
  }
  await unbind(scope, because(scope, claim));
  return { kind: 'postpone' };
}

/** The host keeps something of the user's with the domain, as a saved state or snapshots, which would be lost elsewhere. */
function stay(scope: Scope, error: HypervisorError): StepResult {
  scope.env.pools.preemptions.spare(scope.vm);
  delete scope.makesWayFor;
  const note = `The VM cannot leave its host and goes on here: ${error.message}`;
  scope.events.push({ type: 'Warning', reason: 'PreemptionFailed', action: 'Preempt', note });
  return stepDone;
}

function because({ lookAgainMs: forMs }: Scope, claim: Claim): StepResult {
  return { kind: 'wait', forMs, reason: 'Preempted', message: messageFor(claim) };
}

function preempted(claim: Claim): Scope['events'][number] {
  return { type: 'Warning', reason: 'Preempted', action: 'Preempt', note: messageFor(claim) };
}

function messageFor({ namespace, name }: Claim): string {
  return `The VM is shut down to make way for ${namespace}/${name}, which is more important; it starts again where there is room.`;
}
