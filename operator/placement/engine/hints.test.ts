import { describe, expect, it } from 'vitest';
import { SmallWorld, vm } from '../testing/small-world.ts';

describe('contention', () => {
  it('counts against a host, up to all there can be', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'b', { cpu: 2 });
    expect(world.hostFor(vm('new'))).toBe('a');
    world.engine.hint('a', { contention: 0.9 });
    expect(world.hostFor(vm('new'))).toBe('b');
    world.engine.hint('b', { contention: 7 });
    expect(world.hostFor(vm('new'))).toBe('a');
  });

  it('that is no number, or of a host that is not there, is none', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'b', { cpu: 2 });
    world.engine.hint('a', { contention: Number.NaN });
    world.engine.hint('c', { contention: 1 });
    expect(world.hostFor(vm('new'))).toBe('a');
  });

  it('is forgotten with the host', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'b', { cpu: 2 });
    world.engine.hint('a', { contention: 1 });
    world.engine.removeHost('a');
    world.host('a');
    expect(world.hostFor(vm('new'))).toBe('a');
  });
});
