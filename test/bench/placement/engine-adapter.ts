import { PlacementEngine } from '../../../operator/placement/engine.ts';
import type { PlacementRequest, Policy, Strategy } from '../../../operator/placement/model.ts';
import type { Placer } from './placer.ts';
import type { Labels, WorkloadHost, WorkloadRule, WorkloadVm } from './workload/model.ts';

const pool = 'default';

/**
 * The placement engine as its user asks it: the one place of this benchmark that knows its interface. Dimensions other
 * than cpu and memory, taints and gangs are not among what it knows.
 */
export class EnginePlacer implements Placer {
  readonly #engine = new PlacementEngine();
  readonly #strategy: Strategy;
  readonly #policies = new Map<string, Policy[]>();

  constructor(hosts: readonly WorkloadHost[], rules: readonly WorkloadRule[], strategy: Strategy) {
    this.#strategy = strategy;
    for (const host of hosts) this.#engine.upsertHost(hostState(host));
    for (const rule of rules) {
      const policies = this.#policies.get(rule.namespace) ?? [];
      this.#policies.set(rule.namespace, [...policies, policyOf(rule)]);
    }
  }

  place(vm: WorkloadVm): string | undefined {
    const request = this.#request(vm);
    const decision = this.#engine.place(request);
    if (decision.kind === 'unplaced') return undefined;
    this.#engine.upsertVm({ ...request.vm, host: decision.host });
    return decision.host;
  }

  remove(id: string): void {
    this.#engine.removeVm(id);
  }

  #request({ id, namespace, labels, requests, hostLabels }: WorkloadVm): PlacementRequest {
    const { cpu = 0, memory = 0 } = requests;
    return {
      vm: { id, namespace, labels, cpu, memoryBytes: memory },
      pool,
      ...(hostLabels ? { hostSelector: { matchLabels: hostLabels } } : {}),
      strategy: this.#strategy,
      policies: this.#policies.get(namespace) ?? [],
    };
  }
}

function hostState({ name, labels, limits }: WorkloadHost) {
  const { cpu = 0, memory = 0 } = limits;
  return { name, pool, labels, available: { yes: true } as const, cpuLimit: cpu, memoryLimitBytes: memory };
}

const enforcement = { required: true } as const;

function policyOf({
  name,
  namespace,
  selects,
  antiAffinity = [],
  affinity = [],
  spread = [],
}: WorkloadRule): Policy {
  return {
    ...{ name, namespace, vmSelector: { matchLabels: selects }, hostAffinity: [] },
    vmAntiAffinity: antiAffinity.map(termOf),
    vmAffinity: affinity.map(termOf),
    topologySpread: spread.map((term) => ({ ...term, enforcement })),
  };
}

function termOf({ topologyKey, others }: { topologyKey: string; others?: Labels }) {
  return { topologyKey, enforcement, ...(others ? { vmSelector: { matchLabels: others } } : {}) };
}
