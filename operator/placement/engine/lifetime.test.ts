import { describe, expect, it } from 'vitest';
import { gib, SmallWorld, vm } from '../testing/small-world.ts';

const day = 86_400_000;

/** Two hosts that are equally full; the VMs of `old` have run for long, those of `young` have just come. */
const oldAndYoung = () =>
  new SmallWorld()
    .host('old')
    .host('young')
    .placed('x', 'old', { createdAt: 0 })
    .placed('y', 'young', { createdAt: 100 * day });

/** Each of many names, so that none of it is by the draw between equal hosts. */
const hostsFor = (world: SmallWorld, strategy: 'Pack' | 'Spread', createdAt?: number) =>
  new Set(
    Array.from({ length: 20 }, (_, index) =>
      world.hostFor(vm(`new-${index}`, createdAt === undefined ? {} : { createdAt }), strategy),
    ),
  );

describe('the lifetime', () => {
  it('of the oldest VM draws to a host that is packed', () => {
    const world = oldAndYoung()
      .placed('z', 'old', { createdAt: 100 * day })
      .placed('u', 'young');
    expect(hostsFor(world, 'Pack', 101 * day)).toEqual(new Set(['old']));
  });

  it('counts less than half of a host that is fuller', () => {
    const isFuller = oldAndYoung().placed('z', 'young', { cpu: 8.5, memory: 34 * gib });
    expect(hostsFor(isFuller, 'Pack', 100 * day)).toEqual(new Set(['young']));
    const isLittleFuller = oldAndYoung().placed('z', 'young', { cpu: 7, memory: 28 * gib });
    expect(hostsFor(isLittleFuller, 'Pack', 100 * day)).toEqual(new Set(['old']));
  });

  it('is of no account to who spreads, or does not say when the VM was made', () => {
    expect(hostsFor(oldAndYoung(), 'Spread', 100 * day)).toEqual(new Set(['old', 'young']));
    expect(hostsFor(oldAndYoung(), 'Pack')).toEqual(new Set(['old', 'young']));
  });

  it('is that of the VMs that are there now', () => {
    const world = oldAndYoung().placed('z', 'old', { createdAt: 100 * day });
    world.engine.removeVm('shop/x');
    world.placed('y', 'young', { createdAt: 1 * day });
    world.engine.removeVm('shop/unknown');
    expect(hostsFor(world.placed('u', 'young'), 'Pack', 101 * day)).toEqual(new Set(['young']));
  });

  it('does not make VMs different that ask the same', () => {
    const world = oldAndYoung();
    const kind = (name: string, createdAt: number) =>
      world.engine.kindOf({ vm: vm(name, { createdAt }), pool: 'default', strategy: 'Pack' });
    expect(kind('a', 1)).toBe(kind('b', 2));
  });

  it('is the same after a trial', () => {
    const world = oldAndYoung();
    world.engine.trial(() => {
      world.engine.removeVm('shop/x');
      world.placed('z', 'young', { createdAt: -1 * day });
    });
    expect(hostsFor(world, 'Pack', 101 * day)).toEqual(new Set(['old']));
  });
});
