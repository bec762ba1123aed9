import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { policy, required, vm } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { hostnameKey } from './rule-reach.ts';

type HostOf = readonly [name: string, zone: string, cpu: number];

/** Hosts with their zones and CPUs, and VMs of one CPU that are spread over domains of the key. */
class World {
  readonly engine = new PlacementEngine();
  readonly reserve: FailureReserve;
  readonly #hosts: readonly HostOf[];

  constructor(failing: string, spread: { topologyKey: string; maxSkew: number }, ...hosts: HostOf[]) {
    this.reserve = new FailureReserve(this.engine, { pool: 'default', failures: 1, topologyKey: failing });
    this.engine.upsertPolicy(
      policy({ app: 'web' }, { topologySpread: [{ ...spread, enforcement: required }] }),
    );
    this.#hosts = hosts;
    for (const [name] of hosts) this.tell(name);
  }

  tell(name: string, takesVms = true): void {
    const [, zone = '', cpu = 0] = this.#hosts.find(([one]) => one === name) ?? [];
    const labels = { [hostnameKey]: name, zone };
    const limits = { cpu, memory: 2 ** 40 };
    const available = takesVms ? ({ yes: true } as const) : ({ yes: false, reason: 'is cordoned' } as const);
    this.engine.upsertHost({ name, pool: 'default', labels, limits, available });
    this.reserve.upsertHost({ name, labels, limits, takesVms, traits: zone });
  }

  /** Each as its id and its host, such as `1 a`. */
  put(...placed: readonly string[]): void {
    for (const [id = '', host = ''] of placed.map((text) => text.split(' '))) this.putOne(id, host);
  }

  putOne(id: string, host: string, { app = 'web', cpu = 1 } = {}): void {
    const one = { ...vm(id, { labels: { app }, cpu }), host };
    this.engine.upsertVm(one);
    this.reserve.upsertVm(one);
  }

  get exposed() {
    return this.reserve.report().exposed;
  }

  targets(...ids: readonly string[]) {
    return ids.map((id) => this.reserve.targetsOf(`shop/${id}`)[0]);
  }
}

const overZones = (maxSkew: number) => ({ topologyKey: 'zone', maxSkew });

describe('places beside a required spread', () => {
  it.each(['zone', hostnameKey])('what has failed is no domain any more: %s', (topologyKey) => {
    const hosts = ['a', 'b', 'c'].map((name) => [name, `zone of ${name}`, 4] as const);
    const world = new World(topologyKey, { topologyKey, maxSkew: 1 }, ...hosts);
    world.put('1 a', '2 b', '3 c');
    expect(world.exposed).toEqual([]);
  });

  it('a zone of which hosts are left is a domain as before, and is empty then', () => {
    const world = new World(hostnameKey, overZones(1), ['a', 'z1', 4], ['a2', 'z1', 0], ['b', 'z2', 4]);
    world.put('1 a', '2 b');
    expect(world.exposed).toEqual(['shop/1']);
  });

  it('who is planned later leaves no zone emptier than it may be for those planned before', () => {
    const [left, right] = [['b', 'z2', 3] as const, ['c', 'z3', 3] as const];
    const world = new World(hostnameKey, overZones(2), ['a', 'z1', 4], ['a2', 'z1', 0], left, right);
    world.put('1 a', '2 a', '3 b', '4 b', '5 c');
    // With both gone from the first zone, three in the second one are too many.
    expect([world.exposed, world.targets('1', '2')]).toEqual([['shop/2'], ['b', undefined]]);
  });

  it('who loses a place leaves none to those who counted on its being there', () => {
    const spread = { topologyKey: hostnameKey, maxSkew: 1 };
    const world = new World('zone', spread, ['a', 'z1', 4], ['d', 'z2', 2], ['e', 'z2', 2]);
    world.put('1 a', '2 a', '3 a', '4 a');
    expect(world.exposed).toEqual([]);
    world.putOne('large', 'e', { app: 'db', cpu: 2 });
    // Nobody fits on e, so that d may have one.
    expect(world.targets('1', '2', '3', '4').filter((host) => host !== undefined)).toEqual(['d']);
  });

  it('once the only host of a domain takes VMs again, nobody counts on what would be too many beside it', () => {
    const world = new World(hostnameKey, overZones(1), ['a', 'z1', 4], ['b', 'z2', 4], ['c', 'z3', 0]);
    world.tell('c', false);
    world.put('1 a', '2 b');
    expect(world.exposed).toEqual([]);
    world.tell('c');
    expect(world.exposed).toEqual(['shop/1', 'shop/2']);
    world.tell('c', false);
    expect(world.exposed).toEqual([]);
  });

  it('a VM with other labels is one less where it is', () => {
    const world = new World(hostnameKey, overZones(1), ['a', 'z1', 4], ['b', 'z2', 4], ['c', 'z3', 2]);
    world.put('1 a', '2 b', '3 c');
    expect(world.exposed).toEqual([]);
    const before = world.targets('1', '2');
    world.putOne('3', 'c', { app: 'other' });
    expect([before, world.targets('1', '2')]).toEqual([
      ['b', 'a'],
      ['c', 'c'],
    ]);
  });

  it('who has no place is asked again once a zone that was too empty is so no more', () => {
    const world = new World(hostnameKey, overZones(1), ['a', 'z1', 4], ['b', 'z2', 4], ['c', 'z3', 1]);
    world.put('1 a', '2 b');
    world.putOne('large', 'c', { app: 'db' });
    expect(world.exposed).toEqual(['shop/1', 'shop/2']);
    world.put('3 c');
    expect(world.exposed).not.toContain('shop/1');
  });
});
