import { describe, expect, it } from 'vitest';
import { gib, SmallWorld, vm } from '../testing/small-world.ts';

const why = (world: SmallWorld, name: string, parts = {}) =>
  world.engine.why({ vm: vm(name, parts), pool: 'default', strategy: 'Spread' });

describe('why a VM is where it is', () => {
  it('is told by the points of its host and of the best other one', () => {
    const world = new SmallWorld()
      .host('a', { labels: { disk: 'ssd' } })
      .host('b')
      .host('c')
      .placed('y', 'b', { cpu: 4 })
      .placed('z', 'c', { cpu: 8 });
    world.engine.hint('a', { contention: 0.5 });
    const hostAffinity = { preferred: [{ selector: { matchLabels: { disk: 'ssd' } }, weight: 40 }] };
    world.placed('x', 'a', { hostAffinity });
    const told = why(world, 'x', { hostAffinity });
    expect(told?.chosen).toMatchObject({ host: 'a', points: { hostAffinity: 40, contention: -25 } });
    expect(told?.runnerUp?.host).toBe('b');
    expect(told?.runnerUp?.points).toEqual({ load: told?.runnerUp?.total });
    expect(told?.chosen.total).toBeGreaterThan(told?.runnerUp?.total ?? Number.POSITIVE_INFINITY);
  });

  it('names what the host does not satisfy any more', () => {
    const world = new SmallWorld().host('a').placed('x', 'a');
    expect(why(world, 'x')).not.toHaveProperty('unfit');
    world.host('a', { available: { yes: false, reason: 'is cordoned' } });
    expect(why(world, 'x')).toMatchObject({ unfit: 'is cordoned' });
    expect(why(world, 'x')).not.toHaveProperty('runnerUp');
  });

  it('is told of a VM without a host for that to which it would go, and is nothing when it fits nowhere', () => {
    const world = new SmallWorld().host('a').host('b').placed('y', 'b');
    expect(why(world, 'new')?.chosen.host).toBe('a');
    expect(why(world, 'new', { memory: 65 * gib })).toBeUndefined();
  });

  it('adds up to the order in which hosts are chosen, in every respect', () => {
    const world = new SmallWorld();
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
      world.host(name, {
        labels: { zone: index < 2 ? 'x' : 'y' },
        limits: { 'named/gpu': index % 2 },
        taints: index === 3 ? [{ key: 'old', effect: 'PreferNoSchedule' }] : [],
      });
    }
    const preferred = { topologyKey: 'zone', enforcement: { required: false, weight: 30 } as const };
    const labels = { app: 'db' };
    world.policy(labels, { vmAntiAffinity: [preferred], topologySpread: [{ ...preferred, maxSkew: 1 }] });
    world.placed('y', 'a', { labels, cpu: 3 }).placed('z', 'd', { labels, cpu: 2 });
    const told = why(world, 'new', { labels });
    expect(told?.chosen.host).toBe(world.hostFor(vm('new', { labels })));
    world.host(told?.chosen.host ?? '', { available: { yes: false, reason: 'is cordoned' } });
    expect(told?.runnerUp?.host).toBe(world.hostFor(vm('new', { labels })));
    const names = [told?.chosen, told?.runnerUp].flatMap((one) => Object.keys(one?.points ?? {}));
    expect(names).toContain('antiAffinity');
  });
});
