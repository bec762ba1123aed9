import { PlacementEngine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/world.ts';
import type { Decision, PlacementRequest } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { Labels } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';

export const gib = 2 ** 30;
export const required = { required: true } as const;

export type VmParts = Partial<VmState> & { cpu?: number; memory?: number };

/** A VM of namespace `shop` with one CPU and 1 GiB, unless said otherwise. */
export function vm(name: string, { cpu = 1, memory = gib, requests, ...state }: VmParts = {}): VmState {
  const namespace = state.namespace ?? 'shop';
  return {
    ...{ id: `${namespace}/${name}`, namespace, labels: {}, ...state },
    requests: { cpu, memory, ...requests },
  };
}

/** A policy of namespace `shop` without rules, for VMs with these labels. */
export function policy(matchLabels: Labels, rules: Partial<Policy>): Policy {
  return {
    ...{ name: 'rules', namespace: 'shop', vmSelector: { matchLabels } },
    ...{ vmAntiAffinity: [], vmAffinity: [], topologySpread: [], hostAffinity: [] },
    ...rules,
  };
}

/** An engine with one pool, told in few words. */
export class SmallWorld {
  readonly engine: PlacementEngine;

  constructor(options: EngineOptions = {}) {
    this.engine = new PlacementEngine(options);
  }

  /** A host of 16 CPUs and 64 GiB with its name as label `hostname`, unless said otherwise. */
  host(name: string, { limits, labels, ...state }: Partial<HostState> = {}): this {
    this.engine.upsertHost({
      ...{ name, pool: 'default', available: { yes: true }, ...state },
      limits: { cpu: 16, memory: 64 * gib, ...limits },
      labels: { hostname: name, ...labels },
    });
    return this;
  }

  placed(name: string, host: string, { cell, ...parts }: VmParts & Pick<PlacedVm, 'cell'> = {}): this {
    this.engine.upsertVm({ ...vm(name, parts), host, ...(cell === undefined ? {} : { cell }) });
    return this;
  }

  policy(matchLabels: Labels, rules: Partial<Policy>): this {
    this.engine.upsertPolicy(policy(matchLabels, rules));
    return this;
  }

  decide(of: VmState, strategy: PlacementRequest['strategy'] = 'Spread'): Decision {
    return this.engine.place({ vm: of, pool: 'default', strategy });
  }

  /** The host that the VM would go to, or the message that says why it goes nowhere. */
  hostFor(of: VmState, strategy?: PlacementRequest['strategy']): string {
    const decision = this.decide(of, strategy);
    return decision.kind === 'placed' ? decision.host : decision.message;
  }

  /** Places the VM for good. @throws Error with the message when it goes nowhere. */
  put(of: VmState, strategy?: PlacementRequest['strategy']): string {
    const decision = this.decide(of, strategy);
    if (decision.kind === 'unplaced') throw new Error(decision.message);
    const { host, cell } = decision;
    this.engine.upsertVm({ ...of, host, ...(cell === undefined ? {} : { cell }) });
    return host;
  }
}
