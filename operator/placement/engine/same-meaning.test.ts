import { describe, expect, it } from 'vitest';
import { meritsSentence } from '../explain/merits.ts';
import type { Policy } from '../model/policy.ts';
import { policy, required, SmallWorld, vm } from '../testing/small-world.ts';

const web = { app: 'web' };
const over = (topologyKey: string) => ({ topologyKey, enforcement: required });
const wish = (topologyKey: string, weight: number) => ({
  topologyKey,
  enforcement: { required: false as const, weight },
});

/** Hosts a and b, and policies for all VMs of web that are named in order. */
function worldWith(...rules: Partial<Policy>[]): SmallWorld {
  const world = new SmallWorld().host('a').host('b');
  for (const [index, one] of rules.entries()) world.policy(web, { name: `p${index}`, ...one });
  return world;
}

describe('of policies that say the same of the same VMs', () => {
  it.each([
    [3, 1, 2],
    [1, 3, 2],
    [3, 2, 1],
  ])('the strictest bound decides: %i, %i, %i', (...skews) => {
    const world = worldWith(
      ...skews.map((maxSkew) => ({ topologySpread: [{ ...over('hostname'), maxSkew }] })),
    );
    world.placed('web-1', 'a', { labels: web }).placed('other', 'b', { cpu: 15 });
    expect(world.hostFor(vm('web-2', { labels: web }))).toBe('b');
    const limits = skews.map((maxDomains) => ({ domainLimits: [{ topologyKey: 'hostname', maxDomains }] }));
    const limited = worldWith(...limits).placed('web-1', 'a', { labels: web, cpu: 15 });
    expect(limited.hostFor(vm('web-2', { labels: web }))).toBe('a');
  });

  it('who names VMs to keep away from needs the label itself, which who is kept away does not', () => {
    const all = {};
    const world = new SmallWorld().host('a');
    world.policy(all, { name: 'first', vmAntiAffinity: [{ ...over('rack'), vmSelector: {} }] });
    expect(world.hostFor(vm('x'))).toContain('label rack');
  });

  it('wishes add up, and those that outweigh each other are none', () => {
    const others = { topologySpread: [], vmAffinity: [wish('hostname', 30)] };
    const away = (weight: number) => ({ vmAntiAffinity: [wish('hostname', weight)] });
    const with1 = (...rules: Partial<Policy>[]) =>
      worldWith(...rules)
        .placed('web-1', 'a', { labels: web })
        .hostFor(vm('web-2', { labels: web }));
    expect(with1(others, others, away(50))).toBe('a');
    expect(with1(others, away(20), away(50))).toBe('b');
    expect(with1(others, away(30))).toBe('b');
  });

  it('each is told by name of what it gives', () => {
    const near = { vmAffinity: [wish('hostname', 30)] };
    const world = worldWith(near, near).placed('web-1', 'a', { labels: web });
    const request = { vm: vm('web-2', { labels: web }), pool: 'default', strategy: 'Spread' as const };
    const merits = world.engine.merits(request, 'a');
    expect(merits).toMatchObject({ better: 0 });
    expect(merits && meritsSentence(merits)).toMatch(/p0.*p1/);
  });

  it('all count as one', () => {
    const same = { vmAntiAffinity: [over('hostname'), wish('rack', 5)], topologySpread: [] };
    const world = worldWith(...Array.from({ length: 100 }, () => same));
    expect(world.engine.rulesFor(vm('web-1', { labels: web }))).toBe(2);
    expect(world.engine.rulesFor(vm('db-1'))).toBe(0);
    world.engine.upsertPolicy(policy(web, { name: 'more', vmAntiAffinity: [over('zone')] }));
    expect(world.engine.rulesFor(vm('web-1', { labels: web }))).toBe(3);
  });
});
