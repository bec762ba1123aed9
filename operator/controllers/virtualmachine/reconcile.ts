import { virtualMachines } from '../../api/kinds.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import type { ReconcileContext } from '../../kube/controller.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { EventRecorder } from '../../kube/recorder.ts';
import { done, type Result } from '../../kube/result.ts';
import { defineDomain } from './definition.ts';
import { deleteDomain } from './deletion.ts';
import { ensureFinalizer, finalizer } from './finalizer.ts';
import { awaitGang } from './gang.ts';
import { readGuest } from './guest.ts';
import { makeWay } from './make-way.ts';
import { respectPause } from './pause.ts';
import { place } from './place.ts';
import { applyPower } from './power.ts';
import { reachHost } from './reach-host.ts';
import { restFor } from './rest.ts';
import { type Environment, type Scope, type Step, type StepResult, stepDone } from './scope.ts';
import { computeStatus } from './status.ts';
import { weighCpus } from './weigh-cpus.ts';

const steps: readonly Step[] = [
  respectPause,
  place,
  ensureFinalizer,
  reachHost,
  makeWay,
  awaitGang,
  defineDomain,
  applyPower,
  weighCpus,
  readGuest,
];
const deletionSteps: readonly Step[] = [respectPause, deleteDomain];

/** A VM that is not as it should be is looked at this often, whatever events tell. */
const observeEveryMs = 60_000;

/** Reconciles one VirtualMachine: walks the steps, saves the status once, and then tells what happened. */
export async function reconcileVirtualMachine(
  env: Environment,
  recorder: EventRecorder,
  key: ObjectKey,
  context: Pick<ReconcileContext, 'signal' | 'cluster'>,
): Promise<Result> {
  const vm = env.stores.virtualMachines.get(key);
  if (!vm) return done;
  const scope = newScope(env, vm, context);
  const outcome = await walk(scope, vm.metadata.deletionTimestamp ? deletionSteps : steps);
  if (outcome.kind !== 'postpone') {
    const status = computeStatus(scope, outcome);
    scope.vm = await scope.cluster.patchStatus(virtualMachines, scope.vm, status, { signal: context.signal });
  }
  for (const event of scope.events) recorder.record(scope.vm, event);
  return toResult(scope, outcome);
}

function newScope(
  env: Environment,
  vm: VirtualMachine,
  { cluster, signal }: Pick<ReconcileContext, 'signal' | 'cluster'>,
): Scope {
  return {
    env,
    cluster,
    signal,
    vm,
    isNew: !vm.metadata.finalizers?.includes(finalizer) && vm.status === undefined,
    looked: false,
    guest: [],
    restartRequired: [],
    events: [],
    lookAgainMs: observeEveryMs * (0.75 + env.random() / 2),
    restMs: restFor(vm, env.clock.now()),
  };
}

async function walk(scope: Scope, list: readonly Step[]): Promise<StepResult> {
  try {
    for (const step of list) {
      const result = await step(scope);
      if (result.kind !== 'done') return result;
    }
    return scope.problem ?? stepDone;
  } catch (error) {
    if (error instanceof HypervisorError) return hostFailure(scope, error);
    throw error;
  }
}

/** A call to the host failed: what was seen before it stands, and the status says why it went no further. */
function hostFailure(scope: Scope, error: HypervisorError): StepResult {
  const hostName = scope.asked ?? scope.vm.status?.hostName;
  if (error.code === 'Unreachable') return { kind: 'postpone', forMs: 1000 }; // its connection ends now and tells why
  const message = `Host ${hostName}: ${error.message}`;
  return {
    kind: 'retry',
    reason: 'HostCallFailed',
    message,
    cause: error,
  };
}

function toResult(scope: Scope, outcome: StepResult): Result {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'again', afterMs: scope.restMs };
    case 'wait':
      return { kind: 'again', afterMs: outcome.forMs };
    case 'retry':
      return { kind: 'retry', error: outcome.cause };
    case 'blocked':
      return { kind: 'again', afterMs: scope.lookAgainMs };
    case 'postpone':
      return outcome.forMs === undefined ? done : { kind: 'again', afterMs: outcome.forMs };
  }
}
