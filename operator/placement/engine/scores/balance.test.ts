import { describe, expect, it } from 'vitest';
import { meritsSentence } from '../../explain/merits.ts';
import type { Strategy } from '../../model/policy.ts';
import { gib, SmallWorld, type VmParts, vm } from '../../testing/small-world.ts';

/** Hosts of 16 CPUs and 64 GiB: `cpus` has half of its CPUs given away, `bytes` half of its memory. */
const oneSided = () =>
  new SmallWorld()
    .host('cpus')
    .host('bytes')
    .placed('x', 'cpus', { cpu: 8, memory: 16 * gib })
    .placed('y', 'bytes', { cpu: 4, memory: 32 * gib });

const large = { cpu: 1, memory: 16 * gib };
const request = (parts: VmParts, strategy: Strategy) => ({
  vm: vm('new', parts),
  ...{ pool: 'default', strategy },
});

function pointsOf(world: SmallWorld, parts: VmParts, strategy: Strategy = 'Pack') {
  const why = world.engine.why(request(parts, strategy));
  const of = (name: string) => [why?.chosen, why?.runnerUp].find((one) => one?.host === name);
  return { cpus: of('cpus')?.points['balance'], bytes: of('bytes')?.points['balance'] };
}

describe('the balance of a host that is packed', () => {
  it('takes points from a host that a VM makes more one-sided, and gives them where it makes it even', () => {
    const world = oneSided();
    expect(pointsOf(world, { cpu: 0, memory: 16 * gib })).toEqual({ cpus: 62.5, bytes: -62.5 });
    expect(pointsOf(world, { cpu: 4, memory: 0 })).toEqual({ cpus: -62.5, bytes: 62.5 });
    expect(pointsOf(world, { cpu: 0, memory: 32 * gib })).toEqual({ cpus: undefined, bytes: -125 });
  });

  it('is untouched by a VM that takes as much of both', () => {
    const none = { cpus: undefined, bytes: undefined };
    expect(pointsOf(oneSided(), { cpu: 2, memory: 8 * gib })).toEqual(none);
  });

  it('is of no account to who spreads', () => {
    expect(pointsOf(oneSided(), large, 'Spread')).toEqual({ cpus: undefined, bytes: undefined });
  });

  it('draws a VM to where it leaves more of use, also if another host is a little fuller', () => {
    const world = oneSided().placed('z', 'bytes', { cpu: 2, memory: 8 * gib });
    expect(world.hostFor(vm('new', large), 'Pack')).toBe('cpus');
    expect(world.hostFor(vm('new', { cpu: 4, memory: gib }), 'Pack')).toBe('bytes');
  });

  it('is told as a reason', () => {
    const world = oneSided();
    const merits = world.engine.merits(request(large, 'Pack'), 'cpus');
    expect(merits && meritsSentence(merits)).toContain('CPUs and memory are more even then');
  });
});
