import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import type { VmState } from '../model/vm.ts';
import { emptyWorld, happen, someEvent, someVm } from '../testing/histories.ts';
import { mayTake } from '../testing/naive.ts';
import { gib, required, SmallWorld, vm } from '../testing/small-world.ts';
import { cheapest, mayPreempt, waysToClear } from '../testing/ways-to-clear.ts';
import { preempt } from './preempt.ts';

const request = (of: VmState, pool = 'default') => ({ vm: of, pool, strategy: 'Spread' as const });
const urgent = (parts = {}) => vm('urgent', { priority: 10, ...parts });

describe('who makes way', () => {
  it('is nobody when the VM fits', () => {
    const world = new SmallWorld().host('a').placed('x', 'a');
    expect(preempt(world.engine, request(urgent()))).toEqual({ host: 'a', victims: [] });
  });

  it('are the fewest, then the least important, then those with the least memory', () => {
    const world = new SmallWorld();
    for (const name of ['a', 'b', 'c', 'd']) world.host(name, { limits: { cpu: 4 } });
    world.placed('a1', 'a', { cpu: 2 }).placed('a2', 'a', { cpu: 2 });
    world.placed('b1', 'b', { cpu: 4, priority: 5 });
    world.placed('c1', 'c', { cpu: 4, priority: 1, memory: 9 * gib });
    world.placed('d1', 'd', { cpu: 4, priority: 1, memory: 8 * gib });
    expect(preempt(world.engine, request(urgent({ cpu: 4 })))).toEqual({ host: 'd', victims: ['shop/d1'] });
    world.engine.removeHost('d');
    expect(preempt(world.engine, request(urgent({ cpu: 4 })))).toEqual({ host: 'c', victims: ['shop/c1'] });
    world.engine.removeHost('c');
    world.engine.removeHost('b');
    expect(preempt(world.engine, request(urgent({ cpu: 4 })))).toEqual({
      host: 'a',
      victims: ['shop/a1', 'shop/a2'],
    });
  });

  it('are those with the least memory, whether in huge pages or not', () => {
    const huge = { limits: { cpu: 4, 'hugepages-1Gi': 64 * gib } };
    const world = new SmallWorld().host('a', huge).host('b', huge);
    world.placed('a1', 'a', { cpu: 4, memory: 0, requests: { 'hugepages-1Gi': 64 * gib } });
    world.placed('b1', 'b', { cpu: 4, memory: gib });
    expect(preempt(world.engine, request(urgent({ cpu: 4 })))).toEqual({ host: 'b', victims: ['shop/b1'] });
    world.engine.removeVm('shop/b1');
    world.placed('b1', 'b', { cpu: 2, memory: gib }).placed('b2', 'b', { cpu: 2, memory: gib });
    world.placed('a1', 'a', { cpu: 2, memory: 0, requests: { 'hugepages-1Gi': 32 * gib } });
    world.placed('a2', 'a', { cpu: 2, memory: 0, requests: { 'hugepages-1Gi': 32 * gib } });
    expect(preempt(world.engine, request(urgent({ cpu: 4 })))?.victims).toEqual(['shop/b1', 'shop/b2']);
  });

  it('weigh what their guests have, and not what that counts for', () => {
    const world = new SmallWorld();
    for (const name of ['a', 'b']) world.host(name, { limits: { cpu: 4 } });
    world.placed('a1', 'a', { cpu: 4, memory: 3 * gib });
    // As one of a class whose memory nobody shares.
    world.placed('b1', 'b', { cpu: 4, memory: 4 * gib, guestMemoryBytes: 2 * gib });
    expect(preempt(world.engine, request(urgent({ cpu: 4 })))?.victims).toEqual(['shop/b1']);
  });

  it('are three or more where two are not enough, and none that could stay', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 8 } });
    for (const [index, cpu] of [1, 2, 2, 2, 1].entries())
      world.placed(`x${index}`, 'a', { cpu, priority: index });
    const decision = preempt(world.engine, request(urgent({ cpu: 5 })));
    expect(decision?.victims).toEqual(['shop/x0', 'shop/x1', 'shop/x2']);
  });

  it('is nobody of the same priority or a higher one', () => {
    const world = new SmallWorld()
      .host('a', { limits: { cpu: 4 } })
      .placed('x', 'a', { cpu: 4, priority: 10 });
    expect(preempt(world.engine, request(urgent()))).toBeUndefined();
    expect(preempt(world.engine, request(urgent({ priority: 11 })))?.victims).toEqual(['shop/x']);
  });

  it('is nobody whom a policy protects: the fewest of the others go, however important', () => {
    const world = new SmallWorld();
    for (const name of ['a', 'b']) world.host(name, { limits: { cpu: 4 } });
    world.placed('a1', 'a', { cpu: 4, labels: { app: 'db' } });
    world.placed('b1', 'b', { cpu: 2, priority: 8 }).placed('b2', 'b', { cpu: 2, priority: 9 });
    const asked = request(urgent({ cpu: 4 }));
    expect(preempt(world.engine, asked)?.victims).toEqual(['shop/a1']);
    world.policy({ app: 'db' }, { neverVictim: true });
    expect(preempt(world.engine, asked)?.victims).toEqual(['shop/b1', 'shop/b2']);
    world.policy({}, { neverVictim: true });
    expect(preempt(world.engine, asked)).toBeUndefined();
    world.engine.removePolicy('shop', 'rules');
    expect(preempt(world.engine, asked)?.victims).toEqual(['shop/a1']);
  });

  it('is nobody whom one of several policies protects, and the other not', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 4 } }).placed('x', 'a', { cpu: 4 });
    for (const name of ['first', 'last']) world.policy({}, { name, neverVictim: false });
    world.policy({}, { name: 'middle', neverVictim: true });
    expect(preempt(world.engine, request(urgent()))).toBeUndefined();
  });

  it('is nobody for one whose policy says so; it goes where it fits all the same', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 4 } }).placed('x', 'a', { cpu: 3 });
    const labels = { app: 'batch' };
    world.policy(labels, { neverPreempts: true }).policy(labels, { name: 'other', neverPreempts: false });
    expect(preempt(world.engine, request(urgent({ labels, cpu: 2 })))).toBeUndefined();
    expect(preempt(world.engine, request(urgent({ labels, cpu: 1 })))).toEqual({ host: 'a', victims: [] });
    expect(preempt(world.engine, request(urgent({ cpu: 2 })))?.victims).toEqual(['shop/x']);
  });

  it('is not itself, where it is already', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 8 } }).placed('x', 'a', { cpu: 4 });
    world.placed('urgent', 'a', { cpu: 4, priority: 10 });
    expect(preempt(world.engine, request(urgent({ cpu: 6 })))).toEqual({ host: 'a', victims: ['shop/x'] });
    expect(world.engine.usage('a').vms).toBe(2);
  });

  it('is who is in the way by a rule, too', () => {
    const labels = { app: 'db' };
    const world = new SmallWorld().host('a').placed('x', 'a').placed('y', 'a', { labels });
    world.policy(labels, { vmAntiAffinity: [{ topologyKey: 'hostname', enforcement: required }] });
    expect(preempt(world.engine, request(urgent({ labels })))).toEqual({ host: 'a', victims: ['shop/y'] });
  });

  it('is nobody beside those who leave anyway, if these are enough', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 4 } }).host('b', { limits: { cpu: 4 } });
    world.placed('x', 'a', { cpu: 4 }).placed('y', 'b', { cpu: 3 }).placed('z', 'b');
    const asked = request(urgent({ cpu: 4 }));
    expect(preempt(world.engine, asked, { leaving: ['shop/x'] })).toEqual({ host: 'a', victims: [] });
    expect(preempt(world.engine, asked, { leaving: ['shop/y'] })?.victims).toEqual(['shop/x']);
    expect(
      preempt(world.engine, asked, { leaving: ['shop/y'], mayMakeWay: ({ id }) => id !== 'shop/x' }),
    ).toEqual({
      ...{ host: 'b', victims: ['shop/z'] },
    });
  });

  it('are more, or others, where somebody refuses the VM as long as they are there', () => {
    const world = new SmallWorld().host('a').host('b', { limits: { cpu: 4 } });
    for (const [index, name] of ['x', 'y', 'z'].entries()) world.placed(name, 'a', { priority: index });
    world.placed('w', 'b', { cpu: 4 });
    const unless = (host: string, ...gone: string[]) => ({
      isRefused: (on: string, leaving: readonly string[]) =>
        on !== host || gone.some((id) => !leaving.includes(id)),
    });
    const asked = request(urgent());
    expect(preempt(world.engine, asked, unless('a'))).toEqual({ host: 'a', victims: [] });
    expect(preempt(world.engine, asked, unless('b'))).toEqual({ host: 'b', victims: ['shop/w'] });
    expect(preempt(world.engine, asked, unless('a', 'shop/y'))?.victims).toEqual(['shop/y']);
    expect(preempt(world.engine, asked, unless('a', 'shop/y', 'shop/x'))?.victims).toEqual([
      'shop/x',
      'shop/y',
    ]);
    const all = ['shop/x', 'shop/y', 'shop/z'];
    expect(preempt(world.engine, asked, unless('a', ...all))?.victims).toEqual(all);
    expect(preempt(world.engine, asked, unless('a', 'shop/elsewhere'))).toBeUndefined();
  });

  it('gives the cell that becomes free', () => {
    const cell = { limits: { cpu: 8, memory: 32 * gib } };
    const world = new SmallWorld().host('a', { cells: [cell, cell] });
    world.placed('x', 'a', { oneCell: true, cell: 0, memory: 30 * gib, priority: 2 });
    world.placed('y', 'a', { oneCell: true, cell: 1, memory: 30 * gib, priority: 1 });
    expect(preempt(world.engine, request(urgent({ oneCell: true, memory: 4 * gib })))).toEqual({
      ...{ host: 'a', cell: 1, victims: ['shop/y'] },
    });
  });
});

const idsOf = (vms: readonly VmState[]) => vms.map(({ id }) => id);

describe('a preemption after any history', () => {
  it('breaks no rule, stops nobody who is protected, is the smallest there is as far as two VMs, and leaves no trace', () => {
    let found = 0;
    let spared = 0;
    fc.assert(
      fc.property(
        fc.array(someEvent, { minLength: 20, maxLength: 60, size: 'max' }),
        someVm,
        (events, some) => {
          const asked = { ...some, priority: 2 };
          const engine = new PlacementEngine();
          const world = emptyWorld();
          for (const event of events) happen(engine, world, event);
          const before = engine.place(request(asked, 'p'));
          const decision = preempt(engine, request(asked, 'p'));
          expect(engine.place(request(asked, 'p'))).toEqual(before);
          if (decision && decision.victims.length > 0) {
            found += 1;
            const rest = new Map([...world.vms].filter(([id]) => !decision.victims.includes(id)));
            expect(mayTake({ ...world, vms: rest }, asked, 'p')).toContain(decision.host);
            const victims = decision.victims.flatMap((id) => world.vms.get(id) ?? []);
            for (const one of victims) expect(one.priority ?? 0).toBeLessThan(2);
            expect(victims.filter((one) => !mayPreempt(world, asked, one))).toEqual([]);
          }
          if ([...world.vms.values()].some((one) => !mayPreempt(world, asked, one))) spared += 1;
          if (before.kind === 'placed') return;
          const fewest = [1, 2].find((count) => waysToClear(world, asked, 'p', count).length > 0);
          if (fewest === undefined) expect(decision?.victims.length ?? 3).toBeGreaterThan(2);
          else expect(decision?.victims).toEqual(idsOf(cheapest(waysToClear(world, asked, 'p', fewest))));
        },
      ),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(5);
    expect(spared).toBeGreaterThan(20);
  });
});
