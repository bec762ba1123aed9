import { describe, expect, it } from 'vitest';
import { policy, required, SmallWorld, type VmParts, vm } from '../testing/small-world.ts';
import { World } from './world.ts';

const flood = (number: number, labels = 1000) =>
  Object.fromEntries(
    Array.from({ length: labels }, (_, at) => [`flood.example.com/${at}`, `v${number}-${at}`]),
  );

const apart = { topologyKey: 'hostname', enforcement: required };

/** How many kinds of VMs the world tells apart. */
function kinds(world: World, vms: readonly { labels: Record<string, string> }[]): number {
  return new Set(vms.map(({ labels }) => world.labelSet('shop', labels))).size;
}

describe('labels without end', () => {
  it('are not looked at while no policy names them, and told apart from when one does', () => {
    const world = new World();
    const vms = Array.from({ length: 300 }, (_, at) => ({
      ...vm(`${at}`, { labels: { app: at % 2 === 0 ? 'web' : 'db', ...flood(at, 20) } }),
      host: 'h',
    }));
    for (const one of vms) world.upsertVm(one);
    expect(kinds(world, vms)).toBe(1);
    world.upsertPolicy(policy({ app: 'web' }, { name: 'web' }));
    expect(kinds(world, vms)).toBe(2);
    world.upsertPolicy(policy({ 'flood.example.com/3': 'v7-3' }, { name: 'flood' }));
    expect(kinds(world, vms)).toBe(300);
    world.removePolicy('shop', 'flood');
    world.upsertPolicy(
      policy({}, { name: 'more', vmAffinity: [{ ...apart, vmSelector: { matchLabels: { tier: 'x' } } }] }),
    );
    expect(kinds(world, vms)).toBe(2);
  });

  it('of VMs that are there already count for a policy that comes later', () => {
    const world = new SmallWorld().host('a').host('b');
    world.placed('old', 'a', { labels: { ...flood(1), role: 'main' } });
    const labels = { ...flood(2), role: 'main' };
    world.placed('b1', 'b', { cpu: 8 });
    expect(world.hostFor(vm('new', { labels }))).toBe('a');
    world.policy({ role: 'main' }, { vmAntiAffinity: [apart] });
    expect(world.hostFor(vm('new', { labels }))).toBe('b');
    expect(world.hostFor(vm('other', { labels: flood(2) }))).toBe('a');
  });

  it('keep hosts for their VMs from when an exclusive policy names one of them', () => {
    const world = new SmallWorld().host('a').host('b');
    world.placed('kept', 'a', { labels: { ...flood(1), team: 'x' } }).placed('b1', 'b', { cpu: 8 });
    expect(world.hostFor(vm('new'))).toBe('a');
    world.policy({ team: 'x' }, { exclusive: true });
    expect(world.hostFor(vm('new'))).toBe('b');
    expect(world.hostFor(vm('mate', { labels: { team: 'x' } }))).toBe('a');
    world.engine.removePolicy('shop', 'rules');
    expect(world.hostFor(vm('new'))).toBe('a');
  });

  it('are found by whoever asks for VMs by a label that no policy names', () => {
    const world = new SmallWorld().host('a').placed('x', 'a', { labels: flood(1) });
    const found = world.engine.placedVms('shop', { matchLabels: { 'flood.example.com/5': 'v1-5' } });
    expect(found.map(({ id }) => id)).toEqual(['shop/x']);
    expect(world.engine.placedVms('shop', { matchLabels: { 'flood.example.com/5': 'v2-5' } })).toEqual([]);
    world.policy({}, {});
    expect(world.engine.policiesFor(vm('y', { labels: flood(1) })).map(({ name }) => name)).toEqual([
      'rules',
    ]);
  });

  it('do not make VMs of another kind, unless a policy names them', () => {
    const world = new SmallWorld();
    const kind = (name: string, parts: VmParts) =>
      world.engine.kindOf({ vm: vm(name, parts), pool: 'default', strategy: 'Spread' });
    const [one, other] = [1, 2].map((at) => ({ labels: { ...flood(at), app: `${at}` } }));
    expect(kind('x', one ?? {})).toBe(kind('y', other ?? {}));
    expect(kind('x', { ...one, cpu: 2 })).not.toBe(kind('y', other ?? {}));
    expect(kind('x', { ...one, namespace: 'bank' })).not.toBe(kind('y', other ?? {}));
    world.policy({ app: '1' }, {});
    expect(kind('x', one ?? {})).not.toBe(kind('y', other ?? {}));
  });

  it('that policies name by the hundred are all told apart', () => {
    const world = new SmallWorld().host('a').host('b').placed('b1', 'b', { cpu: 8 });
    for (let at = 0; at < 200; at++) {
      const name = `p${at}`;
      world.engine.upsertPolicy(
        policy({ [`flood.example.com/${at}`]: 'yes' }, { name, vmAntiAffinity: [apart] }),
      );
    }
    const labels = { 'flood.example.com/150': 'yes' };
    world.placed('x', 'a', { labels });
    expect(world.hostFor(vm('new', { labels: { ...flood(1), ...labels } }))).toBe('b');
    expect(world.hostFor(vm('new', { labels: flood(1) }))).toBe('a');
  });
});
