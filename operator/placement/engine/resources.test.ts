import { describe, expect, it } from 'vitest';
import { gib, SmallWorld, vm } from '../testing/small-world.ts';

const gpu = (count: number) => ({ requests: { 'named/gpu-a100': count } });

describe('a resource of any name', () => {
  it('is a dimension like CPUs and memory', () => {
    const world = new SmallWorld()
      .host('a', { limits: { 'named/gpu-a100': 2 } })
      .host('b', { limits: { 'hugepages-2Mi': 10 * gib } });
    expect(world.put(vm('x', gpu(2)))).toBe('a');
    expect(world.hostFor(vm('y', gpu(1)))).toBe(
      '0 of 2 hosts fit: 1 has no gpu-a100, 1 lacks gpu-a100 (nearest: a lacks 1).',
    );
    expect(world.hostFor(vm('z', { requests: { 'hugepages-2Mi': 12 * gib } }))).toBe(
      '0 of 2 hosts fit: 1 has no huge pages of 2Mi, 1 lacks huge pages of 2Mi (nearest: b lacks 2Gi).',
    );
    world.engine.removeVm('shop/x');
    expect(world.hostFor(vm('y', gpu(1)))).toBe('a');
  });

  it('that no host has is told, whatever its name', () => {
    const world = new SmallWorld().host('a');
    expect(world.hostFor(vm('new', { requests: { constructor: 1 } as never }))).toBe(
      '0 of 1 host fits: 1 lacks constructor (nearest: a lacks 1).',
    );
  });

  it('is given up by a host that no longer has it', () => {
    const world = new SmallWorld().host('a', { limits: { 'named/gpu-a100': 2 } }).host('a');
    expect(world.hostFor(vm('new', gpu(1)))).toContain('1 has no gpu-a100');
  });

  it('counts in parts that add up whatever the order', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 3 } });
    for (const name of ['x', 'y', 'z']) world.placed(name, 'a', { cpu: 0.7 });
    for (const name of ['y', 'x', 'z']) world.engine.removeVm(`shop/${name}`);
    expect(world.engine.usage('a')).toEqual({ vms: 0, resources: {} });
  });

  it('that is scarce is left to those who ask for it', () => {
    const world = new SmallWorld().host('a', { limits: { 'named/gpu-a100': 2 } }).host('b');
    world.placed('x', 'b', { cpu: 2 });
    expect(world.hostFor(vm('new'))).toBe('b');
    world.placed('y', 'a', gpu(2));
    expect(world.hostFor(vm('new'))).toBe('a');
  });

  it('that is scarce does not count against its host for those who ask for it', () => {
    const limits = { cpu: 100, 'named/gpu-a100': 10 };
    const world = new SmallWorld().host('a', { limits }).host('b', { limits });
    world.placed('x', 'a', { cpu: 80 }).placed('y', 'b', { cpu: 82, ...gpu(1) });
    expect(world.hostFor(vm('new', gpu(1)))).toBe('a');
  });
});

describe('a host that says what cannot be true', () => {
  it.each([Number.NaN, -1, 2 ** 60, Number.POSITIVE_INFINITY])(
    'a limit of %d, gets nothing; others go on',
    (cpu) => {
      const world = new SmallWorld().host('a', { limits: { cpu } }).host('b');
      world.placed('x', 'a').placed('y', 'b');
      expect(world.hostFor(vm('new'))).toBe('b');
      world.engine.removeHost('b');
      expect(world.hostFor(vm('new'))).toBe('0 of 1 host fits: 1 lacks CPUs.');
      world.host('a');
      expect(world.hostFor(vm('new'))).toBe('a');
    },
  );

  it('less than its VMs have, gets nothing until they are gone', () => {
    const world = new SmallWorld()
      .host('a')
      .placed('x', 'a', { cpu: 8 })
      .host('a', { limits: { cpu: 4 } });
    expect(world.hostFor(vm('new'))).toContain('a lacks 5');
    world.engine.removeVm('shop/x');
    expect(world.hostFor(vm('new'))).toBe('a');
  });
});

describe('a VM that asks for what cannot be', () => {
  it.each([Number.NaN, -1, 2 ** 60, Number.POSITIVE_INFINITY])('%d CPUs, fits nowhere', (cpu) => {
    const world = new SmallWorld().host('a');
    expect(world.hostFor(vm('new', { cpu }))).toBe('0 of 1 host fits: 1 lacks CPUs.');
  });

  it('and has a host all the same, holds that host up and no other, while it is there', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'a', { cpu: Number.NaN });
    expect(world.hostFor(vm('new'))).toBe('b');
    world.engine.removeVm('shop/x');
    world.engine.removeHost('b');
    expect(world.hostFor(vm('new'))).toBe('a');
  });
});
