import { describe, expect, it } from 'vitest';
import type { Labels } from '../model/selector.ts';
import { gib, policy, required, SmallWorld, vm } from '../testing/small-world.ts';
import { Dimensions } from './dimensions.ts';
import { Exclusives } from './exclusives.ts';
import { Namespace } from './namespace.ts';
import { PopulationRef, Populations } from './populations.ts';
import { Topologies, Topology } from './topologies.ts';

/** A namespace with one VM on each of so many rows, all with the same label, which a policy names. */
function namespaceOn(rows: number): Namespace {
  const namespace = new Namespace('shop', new Exclusives());
  namespace.upsertPolicy(policy({ app: 'db' }, {}));
  namespace.settle();
  const labelSet = namespace.labelSet({ app: 'db' });
  namespace.wake(labelSet);
  for (let row = 0; row < rows; row++)
    labelSet.add({ vm: { ...vm(`${row}`), host: `${row}` }, row, labelSet });
  return namespace;
}

const selecting = (number: number) =>
  new PopulationRef({ matchExpressions: [{ key: 'app', operator: 'In', values: ['db', `${number}`] }] });

describe('populations', () => {
  it('are kept up to a number, and one that was dropped is counted anew when it is asked for', () => {
    const namespace = namespaceOn(3);
    const populations = new Populations({ count: 10, bytes: 2 ** 30 });
    const first = selecting(0);
    const counted = populations.resolve(namespace, first);
    for (let number = 1; number < 40; number++) populations.resolve(namespace, selecting(number));
    expect(counted.isOpen).toBe(false);
    const again = populations.resolve(namespace, first);
    expect(again).not.toBe(counted);
    expect(again.byRow.total).toBe(3);
    expect(again.isOpen).toBe(true);
  });

  it('are kept up to a weight, those that were asked for last', () => {
    const namespace = namespaceOn(5000);
    const populations = new Populations({ count: 1e6, bytes: 2 ** 20 });
    const favourite = selecting(0);
    const refs = Array.from({ length: 300 }, (_, number) => selecting(number + 1));
    for (const ref of refs) {
      populations.resolve(namespace, ref);
      populations.resolve(namespace, favourite);
    }
    const open = refs.filter((ref) => ref.population?.isOpen);
    expect(open.length).toBeGreaterThan(10);
    // 64 more may come before they are weighed again.
    expect(open.length).toBeLessThan(2 ** 20 / 20_000 + 64);
    expect(favourite.population?.isOpen).toBe(true);
  });
});

describe('what nobody asks for any more', () => {
  it('is forgotten: a resource without hosts and VMs that name it', () => {
    const dimensions = new Dimensions(4);
    dimensions.setLimits(0, {}, { cpu: 4, 'named/x': 1 });
    dimensions.add(1, { 'named/x': 1, 'named/y': 1 });
    dimensions.setLimits(0, { cpu: 4, 'named/x': 1 }, { cpu: 4 });
    expect([...dimensions.all()].map(({ name }) => name)).toEqual(['cpu', 'named/x', 'named/y']);
    dimensions.remove(1, { 'named/x': 1, 'named/y': 1 });
    expect([...dimensions.all()].map(({ name }) => name)).toEqual(['cpu']);
  });

  it('is forgotten: the domains of a key that made way', () => {
    const topologies = new Topologies();
    const labels = (): [number, Labels][] =>
      Array.from({ length: 100 }, (_, row) => [row, { [`k${row}`]: 'v' }]);
    const population = namespaceOn(100).openPopulation({});
    const bytes = Array.from({ length: 300 }, (_, number) => {
      population.over(topologies.get(`k${number}`, labels, 128));
      return population.bytes;
    });
    expect(bytes[299]).toBe(bytes[100]);
  });

  it('is forgotten: domains without hosts', () => {
    const topology = new Topology('hostname', 4);
    for (let number = 0; number < 1000; number++) topology.assign(0, { hostname: `h${number}` });
    expect(topology.scratch.length).toBeLessThan(100);
    expect(topology.valueOf(topology.column[0] ?? 0)).toBe('h999');
  });
});

describe('a flood of labels', () => {
  it('leaves the decisions right when more topology keys and selectors are asked for than are kept', () => {
    const world = new SmallWorld();
    const keys = Array.from({ length: 100 }, (_, number) => `key-${number}`);
    for (const name of ['a', 'b', 'c'])
      world.host(name, { labels: Object.fromEntries(keys.map((key) => [key, name])) });
    for (const key of keys) {
      const labels = { app: key };
      world.policy(labels, { name: key, vmAntiAffinity: [{ topologyKey: key, enforcement: required }] });
    }
    const small = (key: string, number: number) =>
      vm(`${key}-${number}`, { labels: { app: key }, cpu: 0.1, memory: 1 });
    const hostsOf = keys.map((key) => [1, 2, 3].map((number) => world.put(small(key, number))));
    for (const hosts of hostsOf) expect(new Set(hosts).size).toBe(3);
    // Moved to another domain after their keys made way.
    world.host('a', { labels: Object.fromEntries(keys.map((key) => [key, 'b'])) });
    for (const key of keys) expect(world.decide(small(key, 4)).kind).toBe('unplaced');
    for (const key of keys) world.engine.removeVm(`shop/${key}-3`);
    for (const [at, key] of keys.entries()) {
      const last = world.hostFor(small(key, 4));
      // What was on a or b leaves the other one of the two, in the same domain now.
      if (hostsOf[at]?.[2] === 'c') expect(last).toBe('c');
      else expect(last).toContain('3 break anti-affinity');
    }
  });
});

describe('more hosts than the columns were made for', () => {
  it('keep what is known of each', () => {
    const world = new SmallWorld();
    const cells = [{ limits: { cpu: 8, memory: 32 * gib } }];
    const names = Array.from({ length: 300 }, (_, number) => `h${number}`);
    for (const [number, name] of names.entries()) {
      world.host(name, {
        labels: { own: name },
        limits: { x: number },
        cells,
        offers: [`offer/${name}`],
      });
      world.engine.hint(name, { contention: number === 0 ? 0.9 : 0.5 + number / 1000 });
      world.placed(`on-${name}`, name, { oneCell: true, cell: 0, cpu: 4 });
      if (number === 0) expect(world.hostFor(vm('new', { needs: ['offer/h0'] }))).toBe('h0');
    }
    const ofEarly = { matchExpressions: [{ key: 'own', operator: 'In' as const, values: ['h0', 'h1'] }] };
    expect(world.hostFor(vm('new', { hostSelector: ofEarly }))).toBe('h1');
    expect(world.hostFor(vm('new', { requests: { x: 299 } }))).toBe('h299');
    expect(
      world.hostFor(vm('new', { needs: ['offer/h7'], hostSelector: { matchLabels: { own: 'h7' } } })),
    ).toBe('h7');
    const narrow = vm('new', { oneCell: true, cpu: 4, hostSelector: { matchLabels: { own: 'h299' } } });
    expect(world.hostFor(narrow)).toBe('h299');
    expect(world.hostFor({ ...narrow, requests: { cpu: 5 } })).toContain(
      '1 has the CPUs only across NUMA cells',
    );
    for (const name of names) expect(world.engine.usage(name).vms).toBe(1);
  });
});
