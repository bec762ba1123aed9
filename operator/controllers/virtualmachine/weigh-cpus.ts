import { readDomain } from '../../domain/read.ts';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import { domainUUID } from './definition.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** Gives what runs its part of the host's CPUs, as the shares of its pool have it; nothing fails where the host cannot. */
export async function weighCpus(scope: Scope): Promise<StepResult> {
  const { connection, env, observed, signal, vm } = scope;
  const { cpuWeights } = env.pools;
  if (!connection || !observed?.liveXml) {
    cpuWeights.forget(vm);
    return stepDone;
  }
  const [live, defined] = [observed.liveXml, observed.definitionXml].map((xml) => readDomain(xml).cpuWeight);
  const weight = cpuWeights.due(vm, live, defined);
  if (weight === undefined) return stepDone;
  try {
    await connection.setCpuWeight(domainUUID(scope), weight, { signal });
    cpuWeights.given(vm, weight);
  } catch (error) {
    if (!(error instanceof HypervisorError) || error.code !== 'Unsupported') throw error;
    noteUnsupported(scope, error);
  }
  return stepDone;
}

function noteUnsupported({ env, events, vm }: Scope, { message }: HypervisorError): void {
  const { hostName = '' } = vm.status ?? {};
  if (!env.pools.cpuWeights.cannot(hostName)) return;
  events.push({
    type: 'Warning',
    reason: 'CpuWeightsUnsupported',
    action: 'SetCpuWeight',
    note: `Host ${hostName} does not divide its CPUs by the weights of shares: ${message}. The VM runs all the same.`,
  });
}
