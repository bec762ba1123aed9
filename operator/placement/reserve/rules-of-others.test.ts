import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import type { Policy } from '../model/policy.ts';
import { policy, required, vm } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { hostnameKey } from './rule-reach.ts';

/** Hosts with their zones and CPUs, VMs with their apps. */
class World {
  readonly engine = new PlacementEngine();
  readonly reserve: FailureReserve;

  constructor(topologyKey: string, ...hosts: readonly [name: string, zone: string, cpu: number][]) {
    this.reserve = new FailureReserve(this.engine, { pool: 'default', failures: 1, topologyKey });
    for (const [name, zone, cpu] of hosts) {
      const [labels, limits] = [
        { [hostnameKey]: name, zone },
        { cpu, memory: 2 ** 40 },
      ];
      this.engine.upsertHost({ name, pool: 'default', labels, limits, available: { yes: true } });
      this.reserve.upsertHost({ name, labels, limits, takesVms: true, traits: zone });
    }
  }

  rule(app: string, rules: Partial<Policy>): void {
    this.engine.upsertPolicy(policy({ app }, { name: app, ...rules }));
    this.reserve.reviewRules('shop');
  }

  put(app: string, host: string, cpu = 1): void {
    const placed = { ...vm(app, { cpu, labels: { app } }), host };
    this.engine.upsertVm(placed);
    this.reserve.upsertVm(placed);
  }

  remove(app: string): void {
    this.engine.removeVm(`shop/${app}`);
    this.reserve.removeVm(`shop/${app}`);
  }

  get exposed() {
    return this.reserve.report().exposed;
  }
}

describe('rules by which VMs without rules of their own are in the way', () => {
  const besideDb = {
    vmAffinity: [{ topologyKey: 'zone', vmSelector: { matchLabels: { app: 'db' } }, enforcement: required }],
  };

  it('who has to be with another has no place once that one is gone', () => {
    const world = new World(hostnameKey, ['a', 'z1', 4], ['b', 'z1', 4], ['c', 'z2', 4]);
    world.rule('web', besideDb);
    world.put('db', 'b');
    world.put('web', 'a');
    expect(world.exposed).toEqual([]);
    world.remove('db');
    expect(world.exposed).toEqual(['shop/web']);
    world.put('db', 'b');
    expect(world.exposed).toEqual([]);
  });

  it('who has to be with another has a place only where that other one would go too if both lose their host', () => {
    const world = new World(hostnameKey, ['a', 'z1', 4], ['b', 'z1', 1], ['c', 'z2', 4]);
    world.rule('web', besideDb);
    world.put('web', 'a');
    world.put('db', 'a', 2);
    // For the other there is room in the second zone alone.
    expect(world.exposed).toHaveLength(1);
  });

  it('nobody counts on a host to which a VM has come that shares none', () => {
    const world = new World(hostnameKey, ['a', 'z1', 4], ['b', 'z2', 4], ['c', 'z3', 1]);
    world.rule('alone', { exclusive: true });
    world.put('any', 'a', 2);
    expect(world.exposed).toEqual([]);
    world.put('alone', 'b');
    expect(world.exposed).toEqual(['shop/any']);
  });

  it.each([['alone', 'any'] as const, ['any', 'alone'] as const])(
    'nobody counts on a host to which a VM that shares none would come with it: %s first',
    (first, second) => {
      const world = new World('zone', ['a', 'z1', 4], ['b', 'z1', 4], ['c', 'z2', 4]);
      world.rule('alone', { exclusive: true });
      world.put(first, 'a');
      expect(world.exposed).toEqual([]);
      world.put(second, 'b');
      expect(world.exposed).toHaveLength(1);
    },
  );
});
