import type { VirtualMachineCondition } from '../../api/virtualmachine.ts';
import { runsAsDefined } from '../../domain/plan.ts';
import { fails, findCondition, holds, unknown, type Verdict } from '../conditions.ts';
import { manyRules } from '../pool/many-rules.ts';
import { contended } from './contention.ts';
import type { Scope, StepResult } from './scope.ts';

type Verdicts = Record<VirtualMachineCondition, Verdict>;

/** Every condition of the VM, judged by what this reconcile saw and by how it ended. */
export function verdicts(scope: Scope, outcome: StepResult): Verdicts {
  const parts = {
    Scheduled: scheduled(scope, outcome),
    Running: running(scope, outcome),
    RestartRequired: restartRequired(scope),
    Contended: contended(scope),
    Stalled: stalled(outcome),
  };
  return { Ready: ready(scope, outcome, parts), ...parts };
}

function scheduled({ vm, env }: Scope, outcome: StepResult): Verdict {
  if (vm.status?.hostName) {
    const { namespace = '', labels = {} } = vm.metadata;
    const many = manyRules(env.pools.engine, { namespace, labels });
    return holds(many ? 'ManyRules' : 'Placed', `Placed on host ${vm.status.hostName}. ${many ?? ''}`.trim());
  }
  if (outcome.kind === 'wait' && outcome.reason === 'Halted') return unknown(outcome.reason, outcome.message);
  return 'reason' in outcome
    ? fails(outcome.reason, outcome.message)
    : unknown('Starting', 'A host is being chosen.');
}

function running({ vm, observed, looked }: Scope, outcome: StepResult): Verdict {
  if (observed?.power === 'Running') return holds('Running', 'The domain runs.');
  if (observed?.power === 'Paused') return fails('Paused', 'The domain is paused.');
  if ('reason' in outcome) {
    const reachable = looked || !vm.status?.hostName;
    return reachable ? fails(outcome.reason, outcome.message) : unknown(outcome.reason, outcome.message);
  }
  if (looked) return fails('Stopped', 'The domain is stopped.');
  return unknown('Starting', 'The domain is being prepared.');
}

function restartRequired({ restartRequired: differences, desired, observed, vm }: Scope): Verdict {
  const before = findCondition(vm, 'RestartRequired');
  // What is asked for now was not compared; what was to take effect before still is, unless the guest has it by now.
  const hasItAll = observed !== undefined && runsAsDefined(observed);
  if (!desired && !hasItAll && before?.status === 'True') return holds('RestartRequired', before.message);
  if (differences.length === 0 || observed?.power === 'Stopped') {
    return fails('UpToDate', 'What runs is what the spec asks for.');
  }
  const fields = differences.map(
    ({ field, desired, actual }) => `${field} (is ${actual}, shall be ${desired})`,
  );
  return holds('RestartRequired', `These take effect when the guest is next started: ${fields.join(', ')}.`);
}

function stalled(outcome: StepResult): Verdict {
  if (outcome.kind === 'blocked') return holds(outcome.reason, outcome.message);
  return fails('AsExpected', 'Nothing waits for a person.');
}

/** Ready: the VM is as its spec asks. A halted VM is ready when it is stopped, or `helm --wait` would never end. */
function ready(scope: Scope, outcome: StepResult, parts: Omit<Verdicts, 'Ready'>): Verdict {
  const { vm, observed } = scope;
  if (vm.metadata.deletionTimestamp) return fails(...deleting(outcome));
  if (outcome.kind === 'blocked' || outcome.kind === 'retry') return fails(outcome.reason, outcome.message);
  if (outcome.kind === 'wait' && outcome.reason !== 'Halted') return waiting(outcome, parts);
  switch (vm.spec.runStrategy) {
    case 'Always':
      return { ...parts.Running };
    case 'Halted':
      return holds('Halted', 'The VM is stopped, as its run strategy asks.');
    case 'Manual':
      return observed?.power === undefined
        ? { ...parts.Running }
        : holds(
            observed.power,
            'The VM is defined; starting and stopping it is left to whoever operates it.',
          );
  }
}

function waiting(outcome: Extract<StepResult, { kind: 'wait' }>, parts: Omit<Verdicts, 'Ready'>): Verdict {
  const unsure = parts.Running.status === 'Unknown' && parts.Scheduled.status === 'True';
  return unsure ? unknown(outcome.reason, outcome.message) : fails(outcome.reason, outcome.message);
}

function deleting(
  outcome: StepResult,
): ['Deleting' | Extract<StepResult, { reason: unknown }>['reason'], string] {
  return 'reason' in outcome ? [outcome.reason, outcome.message] : ['Deleting', 'The VM is being deleted.'];
}
