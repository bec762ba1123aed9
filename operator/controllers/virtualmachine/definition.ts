import { isDeepStrictEqual } from 'node:util';
import { desiredDomain } from '../../domain/desired.ts';
import type { DomainDifference } from '../../domain/domain.ts';
import { domainUuidOf } from '../../domain/identity.ts';
import { planDefinition, restartRequired } from '../../domain/plan.ts';
import { sizeInStatus, sizeOf } from '../../domain/size.ts';
import { domainXml } from '../../domain/write.ts';
import { type HostConnection, type HostFacts, HypervisorError } from '../../hypervisor/hypervisor.ts';
import { soundFacts } from '../host/implausible.ts';
import { cellsFromStatus } from '../host/numa-cells.ts';
import { classOf } from '../stores.ts';
import { runsElsewhere } from './elsewhere.ts';
import { chooseCell } from './numa-cell.ts';
import { isOutdated } from './outdated.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** Sees the domain as it is on the host, and defines it when it is missing or differs from what the VM asks for. */
export async function defineDomain(scope: Scope): Promise<StepResult> {
  const { connection, pool, vm } = scope;
  const facts = factsOf(scope);
  if (!connection || !facts) throw new Error('defineDomain comes after reachHost');
  if (!pool) {
    await look(scope, connection);
    const name = vm.spec.placement.hostPoolRef.name;
    return {
      kind: 'blocked',
      reason: 'HostPoolNotFound',
      message: `HostPool ${name} does not exist any more.`,
    };
  }
  await look(scope, connection);
  const cell = chooseCell(scope, pool, facts.numaCells);
  if (cell) scope.numaCell = cell.id;
  const vmClass = classOf(scope.env.stores, vm);
  const desired = desiredDomain(vm, pool, facts.hypervisorType, vmClass, cell);
  if (desired.kind === 'problem')
    return withProblem(scope, { kind: 'blocked', reason: desired.reason, message: desired.message });
  scope.desired = desired.domain;
  const missing = await missingDomain(scope);
  if (missing) return missing;
  const plan = planDefinition(desired.domain, scope.observed);
  if (plan.kind === 'define') {
    const failure = await define(scope, connection, domainXml(desired.domain));
    if (failure) return failure.kind === 'blocked' ? withProblem(scope, failure) : failure;
    noteDefinition(scope, plan.because);
    await look(scope, connection);
  }
  scope.restartRequired = scope.observed ? restartRequired(desired.domain, scope.observed) : [];
  return stepDone;
}

/** What the domain is made for: what its host says, or said before it began to say what cannot be. */
function factsOf({ host, link }: Scope): Pick<HostFacts, 'hypervisorType' | 'numaCells'> | undefined {
  const { hypervisor, numaCells } = host?.status ?? {};
  const sound = soundFacts(link);
  if (sound || !hypervisor) return sound ?? link?.facts;
  return { hypervisorType: hypervisor.type, numaCells: cellsFromStatus(numaCells) };
}

/** What is defined already goes on being started and stopped as the VM asks. */
function withProblem(scope: Scope, problem: Extract<StepResult, { kind: 'blocked' }>): StepResult {
  if (!scope.observed?.persistent) return problem;
  scope.problem = problem;
  return stepDone;
}

/** Somebody who moves or edits a domain by hand takes it away for a moment; it is not missing before this. */
const missingAfterMs = 2000;

/** A domain that was there and is not any more is defined anew only if it stays away, runs nowhere else and is still wanted. */
async function missingDomain(scope: Scope): Promise<StepResult | undefined> {
  const { env, observed, vm } = scope;
  const { uid } = vm.metadata;
  if (observed || vm.status?.powerState === undefined) {
    env.attempts.reappeared(uid);
    return undefined;
  }
  const age = env.attempts.vanishedAgeMs(uid);
  if (age < missingAfterMs) return { kind: 'postpone', forMs: missingAfterMs - age };
  return (await runsElsewhere(scope)) ?? isOutdated(scope);
}

/** Asks the host for the domain once more. */
export async function look(scope: Scope, connection: HostConnection): Promise<void> {
  const observed = await connection.domain(domainUUID(scope), { signal: scope.signal });
  scope.looked = true;
  if (observed) scope.observed = observed;
  else delete scope.observed;
}

export function domainUUID({ vm }: Scope): string {
  return domainUuidOf(vm);
}

async function define(
  scope: Scope,
  connection: HostConnection,
  xml: string,
): Promise<StepResult | undefined> {
  try {
    await connection.define(xml, { signal: scope.signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    const where = `Host ${scope.vm.status?.hostName}`;
    if (error.code === 'NameTaken') {
      const message = `${where} has another domain named ${scope.desired?.name}. Rename or undefine it there (virsh undefine), or rename the VM.`;
      return { kind: 'blocked', reason: 'DomainNameTaken', message };
    }
    const message = `${where} refuses the domain: ${error.message}`;
    if (error.code === 'Invalid') return { kind: 'blocked', reason: 'DefineFailed', message };
    return { kind: 'retry', reason: 'DefineFailed', message, cause: error };
  }
}

/** The VM's class has been changed. */
function hasOtherSize({ vm, env }: Scope): boolean {
  const size = sizeOf(vm, classOf(env.stores, vm));
  return size !== undefined && !isDeepStrictEqual(sizeInStatus(size), vm.status?.size);
}

/** A change by the user, and one from outside, are the same to the host; the generation tells them apart. */
function noteDefinition(scope: Scope, because: DomainDifference[] | 'missing'): void {
  const { vm, events } = scope;
  const isAskedAnew = vm.status?.observedGeneration !== vm.metadata.generation || hasOtherSize(scope);
  if (because === 'missing') {
    const wasThere = vm.status?.powerState !== undefined;
    const note = wasThere
      ? 'The domain was not defined on its host any more, and was defined again.'
      : 'Defined the domain on its host.';
    events.push({
      type: wasThere ? 'Warning' : 'Normal',
      reason: wasThere ? 'DriftRepaired' : 'Defined',
      action: 'Define',
      note,
    });
    return;
  }
  const fields = because
    .map((difference) => `${difference.field} (${difference.actual} to ${difference.desired})`)
    .join(', ');
  events.push(
    isAskedAnew
      ? {
          type: 'Normal',
          reason: 'Updated',
          action: 'Define',
          note: `Changed the domain's definition: ${fields}.`,
        }
      : {
          type: 'Warning',
          reason: 'DriftRepaired',
          action: 'Define',
          note: `The domain was not as it should be, by a change of its HostPool or from outside, and was set right: ${fields}.`,
        },
  );
}
