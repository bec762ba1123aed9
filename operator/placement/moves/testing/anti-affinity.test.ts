import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyRule, noRules } from '../rules.ts';
import { AntiAffinityRules } from './anti-affinity.ts';

// Hosts 0 and 1 in one rack, host 2 in another, host 3 in none. VMs 0 and 1 are of one group, VM 2 of none.
const domain = Int32Array.of(0, 0, 1, -1);
const group = Int32Array.of(0, 0, -1);
const rules = () => new AntiAffinityRules({ group, domain }, Int32Array.of(0, 2, 0));

describe('anti-affinity', () => {
  it('allows no second VM of a group in a domain', () => {
    expect([0, 1, 2, 3].map((host) => rules().allows(1, host))).toEqual([false, false, true, true]);
  });

  it('allows another host of the same domain', () => {
    expect(rules().allows(0, 1)).toBe(true);
  });

  it('does not bind who is in no group', () => {
    expect(rules().allows(2, 2)).toBe(true);
  });

  it('counts a VM that migrates in both domains, until it has left one', () => {
    const bound = rules();
    bound.arrive(0, 3);
    expect(bound.allows(1, 0)).toBe(false);
    bound.leave(0, 0);
    expect(bound.allows(1, 0)).toBe(true);
  });

  it('allows as many as it is told', () => {
    const bound = new AntiAffinityRules({ group, domain, atMost: 2 }, Int32Array.of(0, 2, 0));
    expect(bound.allows(1, 0)).toBe(true);
  });

  it('counts by steps what a new count gives', () => {
    const hosts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 });
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 })));
    fc.assert(
      fc.property(hosts, steps, (start, moves) => {
        const at = Int32Array.from(start);
        const bound = new AntiAffinityRules({ group, domain }, at);
        for (const [vm, to] of moves) {
          bound.arrive(vm, to);
          bound.leave(vm, at[vm] as number);
          at[vm] = to;
        }
        const anew = new AntiAffinityRules({ group, domain }, at);
        for (const vm of [0, 1, 2])
          for (const host of [0, 1, 2, 3]) expect(bound.allows(vm, host)).toBe(anew.allows(vm, host));
      }),
    );
  });
});

describe('several rules', () => {
  it('must all allow, and are all told', () => {
    const both = everyRule([noRules, rules()]);
    expect(both.allows(1, 0)).toBe(false);
    both.arrive(0, 2);
    both.leave(0, 0);
    expect(both.allows(1, 0)).toBe(true);
  });

  it('keep their serial numbers apart', () => {
    const one = { ...noRules, serials: () => [1] };
    const other = { ...noRules, serials: (vm: number) => (vm === 0 ? [1] : []) };
    const both = everyRule([one, other]);
    expect(new Set(both.serials?.(0)).size).toBe(2);
    expect(both.serials?.(0)).toContain(both.serials?.(1)[0]);
  });
});
