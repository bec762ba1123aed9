import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import { type Labels, labelOf } from '../model/selector.ts';
import type { PlacedVm } from '../model/vm.ts';
import { FailureReserve } from '../reserve/failure-reserve.ts';
import { PoolShares } from '../shares/pool-shares.ts';
import { type HostChoice, type Pool, WhatIfError } from './question.ts';

/** Names that a message lists. */
const named = 5;

/** The world that a question is asked in: an engine within a trial, and the pool that all is about. */
export class Supposition {
  readonly engine: PlacementEngine;
  readonly pool: Pool;
  /** Hosts that were added, with those that they are like. */
  readonly added = new Map<string, string>();

  constructor(engine: PlacementEngine, pool: Pool) {
    this.engine = engine;
    this.pool = pool;
  }

  /** The shares of the pool as hosts and VMs are by now; a copy that is the asker's to change. Linear in the VMs. */
  shares(): PoolShares | undefined {
    const { shares = [], name: pool } = this.pool;
    if (shares.length === 0) return undefined;
    const copy = new PoolShares(shares);
    for (const name of this.engine.hostsOf(pool)) {
      const { limits, available } = this.engine.host(name) as HostState;
      copy.upsertHost({ name, limits, takesVms: available.yes });
      for (const vm of this.engine.vmsOn(name)) copy.upsertVm(vm);
    }
    return copy;
  }

  /** What the pool keeps free as hosts and VMs are by now. Linear in the VMs, at the least. */
  reserve(): FailureReserve | undefined {
    const { failureReserve, name: pool } = this.pool;
    if (!failureReserve) return undefined;
    const reserve = new FailureReserve(this.engine, { pool, ...failureReserve });
    for (const name of this.engine.hostsOf(pool)) {
      const { limits, labels, available } = this.engine.host(name) as HostState;
      reserve.upsertHost({ name, labels, limits, takesVms: available.yes, traits: '' });
      for (const vm of this.engine.vmsOn(name)) reserve.upsertVm(vm);
    }
    return reserve;
  }

  /** The host as it would be with these labels. */
  relabelled(host: HostState, labels: Labels): HostState {
    return this.pool.relabelled?.(host, labels) ?? { ...host, labels };
  }

  readonly ask = (vm: PlacedVm): PlacementRequest => {
    const { host: _, cell: __, isStopped: ___, ...state } = vm;
    return { vm: state, pool: this.pool.name, strategy: this.pool.strategy };
  };

  /** @throws WhatIfError when one of them is not there, or there is none */
  hosts(choice: HostChoice): string[] {
    const all = this.engine.hostsOf(this.pool.name);
    if ('hosts' in choice) return this.#known(choice.hosts, all);
    const { topologyKey, domain } = choice;
    const domainOf = (host: string) => labelOf(this.engine.host(host)?.labels ?? {}, topologyKey);
    const found = all.filter((host) => domainOf(host) === domain);
    if (found.length > 0) return found;
    const domains = [...new Set(all.flatMap((host) => domainOf(host) ?? []))].sort();
    const label = `no host of HostPool ${this.pool.name} has the label ${topologyKey}`;
    if (domains.length === 0) throw new WhatIfError(`${label}, of whatever value`);
    throw new WhatIfError(`${label}=${domain}; values of it are ${listOf(domains)}`);
  }

  #known(names: readonly string[], all: readonly string[]): string[] {
    const known = new Set(all);
    const unknown = names.find((name) => !known.has(name));
    if (unknown === undefined) return [...new Set(names)].sort();
    throw new WhatIfError(`HostPool ${this.pool.name} has no host ${unknown}; it has ${listOf(all)}`);
  }
}

function listOf(names: readonly string[]): string {
  const more = names.length > named ? ` and ${names.length - named} more` : '';
  return names.length === 0 ? 'none' : `${names.slice(0, named).join(', ')}${more}`;
}
