import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import { type Event, emptyWorld, happen, someEvent } from '../testing/histories.ts';
import { mayTake, type PlainWorld } from '../testing/naive.ts';
import { FailureReserve } from './failure-reserve.ts';
import { reserveReviewer } from './reviewer.ts';

const pool = 'p';
const ofThePool = (event: Event): Event =>
  event.kind === 'host' ? { ...event, host: { ...event.host, pool } } : event;
const requestOf = (vm: VmState) => ({ vm, pool, strategy: 'Spread' as const });

/** A pool with a reserve, and the same told as plain maps. */
class Told {
  readonly engine = new PlacementEngine();
  readonly world = emptyWorld();
  readonly reserve: FailureReserve;
  readonly #gate: Gate;
  readonly #key: string;

  constructor(topologyKey: string) {
    this.#key = topologyKey;
    this.reserve = new FailureReserve(this.engine, { pool, failures: 1, topologyKey });
    this.#gate = new Gate(this.engine, [reserveReviewer(this.reserve)]);
  }

  /** VMs that are to be placed are placed through the gate. */
  happen(event: Event): void {
    if (event.kind === 'place') {
      const found = this.#gate.find(requestOf(event.vm));
      if (found) this.happen({ ...found, kind: 'put', vm: event.vm });
      return;
    }
    happen(this.engine, this.world, event);
    if (event.kind === 'host') this.#seeHost(event.host.name);
    else if (event.kind === 'host gone') this.reserve.removeHost(event.name);
    else if (event.kind === 'put') this.reserve.upsertVm(this.world.vms.get(event.vm.id) as PlacedVm);
    else if (event.kind === 'vm gone') this.reserve.removeVm(event.id);
    else if (event.kind === 'policy') this.reserve.reviewRules(event.policy.namespace);
    else this.reserve.reviewRules(event.namespace);
  }

  domains(): string[] {
    return [...new Set([...this.world.hosts.values()].map(({ name }) => this.#domainOf(name)))];
  }

  /** VMs with a place that find none by the naive rules once the domain has failed, in the best of all orders. */
  strandedAfter(domain: string): string[] {
    const { world, reserve } = this;
    const exposed = new Set(reserve.report().exposed);
    const isDown = (host: string) => world.hosts.has(host) && this.#domainOf(host) === domain;
    const hosts = new Map(
      [...world.hosts].map(([name, host]) => [
        name,
        isDown(name) ? { ...host, available: { yes: false as const, reason: 'is lost' } } : host,
      ]),
    );
    const moving = [...world.vms.values()].filter((vm) => isDown(vm.host) && !exposed.has(vm.id));
    const targets = new Map(moving.map(({ id }) => [id, reserve.targetsOf(id)[0] ?? 'nowhere']));
    return fewestLeft({ ...world, hosts }, moving, targets);
  }

  #seeHost(name: string): void {
    const host = this.world.hosts.get(name);
    if (!host) return;
    const { labels, limits, taints, offers, cells } = host;
    const traits = JSON.stringify([labels, taints, offers, cells]);
    this.reserve.upsertHost({ name, labels, limits, takesVms: this.engine.takesVms(name), traits });
  }

  #domainOf(name: string): string {
    return this.world.hosts.get(name)?.labels[this.#key] ?? name;
  }
}

function fewestLeft(
  world: PlainWorld,
  moving: readonly PlacedVm[],
  targets: ReadonlyMap<string, string>,
): string[] {
  let fewest = moving.map(({ id }) => id);
  for (const { cell: _, ...vm } of moving) {
    const host = targets.get(vm.id) ?? '';
    if (!mayTake(world, vm, pool).includes(host)) continue;
    const vms = new Map(world.vms).set(vm.id, { ...vm, host });
    const left = fewestLeft(
      { ...world, vms },
      moving.filter(({ id }) => id !== vm.id),
      targets,
    );
    if (left.length < fewest.length) fewest = left;
    if (fewest.length === 0) break;
  }
  return fewest;
}

it.each(['hostname', 'zone'])(
  'whatever fails as one %s, by rules told without the engine every VM that is said to have a place gets there',
  (topologyKey) => {
    let moved = 0;
    fc.assert(
      fc.property(fc.array(someEvent, { minLength: 10, maxLength: 40, size: 'max' }), (events) => {
        const told = new Told(topologyKey);
        for (const event of events) told.happen(ofThePool(event));
        for (const domain of told.domains()) expect(told.strandedAfter(domain)).toEqual([]);
        moved += [...told.world.vms.keys()].filter((id) => told.reserve.targetsOf(id).length > 0).length;
      }),
      { numRuns: 500 },
    );
    expect(moved).toBeGreaterThan(100);
  },
);
