import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { VmState } from '../model/vm.ts';
import { emptyWorld, happen, someEvent, someVm } from '../testing/histories.ts';
import { mayTake } from '../testing/naive.ts';
import { gib, required, SmallWorld, vm } from '../testing/small-world.ts';
import { placeAll } from './place-all.ts';

const labels = { app: 'gang' };
const requests = (vms: readonly VmState[], pool = 'default'): PlacementRequest[] =>
  vms.map((one) => ({ vm: one, pool, strategy: 'Spread' }));
const gang = (count: number, parts = {}) =>
  requests(Array.from({ length: count }, (_, index) => vm(`vm-${index}`, { labels, ...parts })));

describe('a gang', () => {
  it('goes whole or not at all', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 2 } }).host('b', { limits: { cpu: 1 } });
    const whole = placeAll(world.engine, gang(3));
    expect(whole).toMatchObject({ kind: 'placed' });
    const tooMany = placeAll(world.engine, gang(4));
    expect(tooMany).toMatchObject({
      kind: 'unplaced',
      decision: { message: '0 of 2 hosts fit: 2 lack CPUs (nearest: a lacks 1).' },
    });
    expect(world.engine.usage('a').vms + world.engine.usage('b').vms).toBe(0);
  });

  it('fits in with its largest first', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 8 } }).host('b', { limits: { cpu: 8 } });
    const sizes = [1, 2, 5, 3, 5].map((cpu, index) => vm(`vm-${index}`, { cpu }));
    expect(placeAll(world.engine, requests(sizes)).kind).toBe('placed');
  });

  it('that must be together looks for a domain that has room for all of it', () => {
    const world = new SmallWorld();
    world.policy(labels, { vmAffinity: [{ topologyKey: 'zone', enforcement: required }] });
    // The emptiest hosts are in zones that are too small.
    for (const zone of ['a', 'b', 'c']) world.host(zone, { labels: { zone } });
    for (const name of ['d1', 'd2', 'd3', 'd4']) world.host(name, { labels: { zone: 'd' } });
    for (const name of ['d1', 'd2', 'd3', 'd4'])
      world.placed(`on-${name}`, name, { memory: 32 * gib, cpu: 4 });
    const decision = placeAll(world.engine, gang(4, { memory: 30 * gib }));
    expect(
      decision.kind === 'placed' ? [...decision.placements.values()].map(({ host }) => host).sort() : [],
    ).toEqual(['d1', 'd2', 'd3', 'd4']);
  });

  it('begins with those whom the others must be with, however small', () => {
    const world = new SmallWorld().host('a', { labels: { zone: 'a' } }).host('b', { labels: { zone: 'b' } });
    world.policy(labels, {
      vmAffinity: [
        { topologyKey: 'zone', enforcement: required, vmSelector: { matchLabels: { role: 'leader' } } },
      ],
    });
    const leader = vm('leader', { labels: { ...labels, role: 'leader' }, cpu: 0.5, memory: 2 ** 20 });
    const followers = Array.from({ length: 20 }, (_, index) => vm(`follower-${index}`, { labels, cpu: 0.7 }));
    expect(placeAll(world.engine, requests(followers)).kind).toBe('unplaced');
    expect(placeAll(world.engine, requests([...followers, leader])).kind).toBe('placed');
  });

  it('tells why, of the attempt that came furthest, when there is no such domain', () => {
    const world = new SmallWorld();
    world.policy(labels, { vmAffinity: [{ topologyKey: 'zone', enforcement: required }] });
    for (const zone of ['a', 'b']) world.host(zone, { labels: { zone } });
    const decision = placeAll(world.engine, gang(3, { memory: 30 * gib }));
    expect(decision.kind === 'unplaced' ? decision.decision.message : '').toMatch(
      /1 has no VM that policy rules wants it to be with, 1 lacks memory|1 lacks memory .*, 1 has no VM/,
    );
  });

  it('keeps every rule at once, is decided alike in any order, and leaves no trace', () => {
    let placed = 0;
    const histories = fc.array(someEvent, { minLength: 10, maxLength: 40, size: 'max' });
    const gangs = fc.uniqueArray(someVm, { minLength: 2, maxLength: 3, selector: ({ id }) => id });
    fc.assert(
      fc.property(histories, gangs, (events, vms) => {
        const engine = new PlacementEngine();
        const world = emptyWorld();
        for (const event of events) happen(engine, world, event);
        for (const { id } of vms) happen(engine, world, { kind: 'vm gone', id });
        const usage = [...world.hosts.keys()].map((name) => engine.usage(name));
        const decision = placeAll(engine, requests(vms, 'p'));
        expect(placeAll(engine, requests(vms.toReversed(), 'p'))).toEqual(decision);
        expect([...world.hosts.keys()].map((name) => engine.usage(name))).toEqual(usage);
        if (decision.kind === 'unplaced') return;
        placed += 1;
        for (const [id, { host }] of decision.placements) {
          const one = vms.find((of) => of.id === id) as VmState;
          expect(mayTake(world, one, 'p')).toContain(host);
          world.vms.set(id, { ...one, host });
        }
      }),
      { numRuns: 150 },
    );
    expect(placed).toBeGreaterThan(5);
  });
});
