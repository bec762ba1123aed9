import type { PlacementRequest } from '../model/decision.ts';
import type { Strategy } from '../model/policy.ts';
import type { VmState } from '../model/vm.ts';
import type { Counts } from './counts.ts';
import type { Eligible } from './eligible.ts';
import type { Exclusives } from './exclusives.ts';
import type { Filter } from './filters/filter.ts';
import { hostFilters } from './filters/hosts.ts';
import type { HostTable } from './hosts.ts';
import type { LabelSet } from './label-set.ts';
import type { Masks } from './masks.ts';
import type { Population } from './population.ts';
import type { PopulationRef } from './populations.ts';
import type { Rules } from './rules.ts';
import type { Topology } from './topologies.ts';
import type { VmTable } from './vms.ts';
import type { World } from './world.ts';

/** One request before the world: what filters and scorers ask for. It is of no use once the world has changed. */
export class Scene {
  readonly vm: VmState;
  readonly pool: string;
  readonly strategy: Strategy;
  readonly rules: Rules;
  /** Rows of hosts that will have failed: they make no domain. */
  readonly gone: readonly number[];
  readonly #world: World;
  readonly #labelSet: LabelSet;
  #eligible: Eligible | undefined;

  constructor(world: World, { vm, pool, strategy }: PlacementRequest, gone: readonly number[] = []) {
    this.vm = vm;
    this.pool = pool;
    this.gone = gone;
    this.#world = world;
    this.#labelSet = world.labelSetOf(vm);
    this.rules = this.#labelSet.namespace.rulesFor(this.#labelSet);
    this.strategy = this.rules.strategy ?? strategy;
  }

  get hosts(): HostTable {
    return this.#world.hosts;
  }

  get masks(): Masks {
    return this.#world.masks;
  }

  get vms(): VmTable {
    return this.#world.vms;
  }

  /** How many VMs are on the row, as rules count them. */
  vmsCountedOn(row: number): number {
    return this.#world.countedOn(row);
  }

  get exclusives(): Exclusives {
    return this.#world.exclusives;
  }

  /** The VM's exclusive policies. */
  get circle(): string {
    return this.#labelSet.circle;
  }

  topology(key: string): Topology {
    return this.#world.hosts.topology(key);
  }

  population(ref: PopulationRef): Population {
    return this.#world.populations.resolve(this.#labelSet.namespace, ref);
  }

  /** How many of the VMs are in each domain of the key. */
  counted(topologyKey: string, ref: PopulationRef): { topology: Topology; counts: Counts } {
    const topology = this.topology(topologyKey);
    return { topology, counts: this.population(ref).over(topology) };
  }

  /** The VMs by their names, if they are few: `shop/web-1 and shop/web-2`. */
  named(ref: PopulationRef): string {
    const count = this.population(ref).byRow.total;
    if (count === 0 || count > 3) return count === 0 ? 'such VMs' : `${count} VMs`;
    return [...this.#labelSet.namespace.select(ref.selector)]
      .map(({ vm }) => vm.id)
      .sort()
      .join(' and ');
  }

  /** One of the VMs in each domain that has any: the first by name, so that what is told does not depend on the order. */
  firstByDomain(topologyKey: string, { selector }: PopulationRef): readonly (string | undefined)[] {
    const { column } = this.topology(topologyKey);
    const first: (string | undefined)[] = [];
    for (const { row, vm } of this.#labelSet.namespace.select(selector)) {
      const domain = column[row] as number;
      const known = first[domain];
      if (domain !== 0 && (known === undefined || vm.id < known)) first[domain] = vm.id;
    }
    return first;
  }

  get eligible(): Eligible {
    this.#eligible ??= this.#world.eligibles.get(this);
    return this.#eligible;
  }

  hostFilters(): Filter[] {
    return hostFilters(this.vm, this.rules.host);
  }
}
