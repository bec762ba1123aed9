import { PlacementEngine } from '../../../operator/placement/engine/engine.ts';
import type { HostState } from '../../../operator/placement/model/host.ts';
import type { Policy, Strategy } from '../../../operator/placement/model/policy.ts';
import type { VmState } from '../../../operator/placement/model/vm.ts';
import type { Placer } from './placer.ts';
import type { AffinityTerm, WorkloadHost, WorkloadRule, WorkloadVm } from './workload/model.ts';

/** Of all hosts. */
export const pool = 'default';

/**
 * The placement engine as its user asks it: the one place of this benchmark that knows its interface. Gangs and the
 * reserve are not among what it is told.
 */
export class EnginePlacer implements Placer {
  readonly engine = new PlacementEngine();
  readonly #strategy: Strategy;

  constructor(hosts: readonly WorkloadHost[], rules: readonly WorkloadRule[], strategy: Strategy) {
    this.#strategy = strategy;
    for (const host of hosts) this.engine.upsertHost(hostState(host));
    for (const rule of rules) this.engine.upsertPolicy(policyOf(rule));
  }

  place(vm: WorkloadVm): string | undefined {
    const state = vmState(vm);
    const decision = this.engine.place({ vm: state, pool, strategy: this.#strategy });
    if (decision.kind === 'unplaced') return undefined;
    this.engine.upsertVm({ ...state, host: decision.host });
    return decision.host;
  }

  remove(id: string): void {
    this.engine.removeVm(id);
  }
}

function hostState({ name, labels, limits, taints = [] }: WorkloadHost): HostState {
  return {
    ...{ name, pool, labels, limits, available: { yes: true } },
    taints: taints.map((taint) => ({ ...taint, effect: 'NoSchedule' })),
  };
}

export function vmState({ hostLabels, ...vm }: WorkloadVm): VmState {
  return { ...vm, ...(hostLabels ? { hostSelector: { matchLabels: hostLabels } } : {}) };
}

const enforcement = { required: true } as const;

function policyOf({ name, namespace, selects, ...rule }: WorkloadRule): Policy {
  const { antiAffinity = [], affinity = [], spread = [], exclusive = false, domainLimits = [] } = rule;
  return {
    ...{ name, namespace, vmSelector: { matchLabels: selects }, hostAffinity: [], exclusive, domainLimits },
    vmAntiAffinity: antiAffinity.map(termOf),
    vmAffinity: affinity.map(termOf),
    topologySpread: spread.map((term) => ({ ...term, enforcement })),
  };
}

function termOf({ topologyKey, others }: AffinityTerm) {
  return { topologyKey, enforcement, ...(others ? { vmSelector: { matchLabels: others } } : {}) };
}
