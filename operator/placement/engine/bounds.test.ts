import { describe, expect, it } from 'vitest';
import { required, SmallWorld, vm } from '../testing/small-world.ts';
import { Exclusives } from './exclusives.ts';
import { Namespace } from './namespace.ts';
import { PopulationRef, Populations } from './populations.ts';

/** A namespace with one VM on each of so many rows, all with the same labels. */
function namespaceOn(rows: number): Namespace {
  const namespace = new Namespace('shop', new Exclusives());
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
