import { describe, expect, it } from 'vitest';
import type { PlacedVm } from '../model/vm.ts';
import { SmallWorld, vm } from '../testing/small-world.ts';
import { Gate, type Reviewer } from './gate.ts';

const refusal = (message: string) => ({ kind: 'unplaced' as const, rejections: [], message });

/** Refuses by these rules; says in its messages who it is, and which hosts were tried. */
function reviewer(
  name: string,
  rules: { barred?: string[]; full?: boolean; without?: string } = {},
): Reviewer {
  const isWaitedFor = (leaving: readonly string[]) =>
    rules.without !== undefined && !leaving.includes(rules.without);
  return {
    refusal: (pool, vms, leaving) =>
      rules.full || isWaitedFor(leaving)
        ? refusal(`${name} has no more in ${pool} for ${vms.map(({ id }) => id)}`)
        : undefined,
    objection: (_pool, placed) =>
      placed.some(({ host }) => rules.barred?.includes(host))
        ? (tried) => refusal(`${name} bars ${tried}`)
        : undefined,
    candidates: () => ['b', 'c', 'd'],
    trial: (_, action) => action(),
    come: () => {},
    suppose: () => true,
  };
}

const world = () => ['a', 'b', 'c', 'd', 'e'].reduce((made, name) => made.host(name), new SmallWorld());
const gateOf = (...reviewers: Reviewer[]) => new Gate(world().engine, reviewers);
const request = { vm: vm('x'), pool: 'default', strategy: 'Spread' as const };
const on = (...hosts: string[]): PlacedVm[] => hosts.map((host, index) => ({ ...vm(`x${index}`), host }));

describe('the gate', () => {
  it('lets a VM to the best host where nobody refuses it', () => {
    expect(new Gate(world().engine, []).choose(request, { host: 'a' })).toEqual({
      kind: 'placed',
      host: 'a',
    });
    expect(gateOf(reviewer('one')).choose(request, { host: 'a', cell: 1 })).toMatchObject({
      host: 'a',
      cell: 1,
    });
  });

  it('finds the first of the candidates on which nobody objects, whoever objected before', () => {
    const gate = gateOf(reviewer('one', { barred: ['a'] }), reviewer('two', { barred: ['b', 'c'] }));
    expect(gate.choose(request, { host: 'a' })).toEqual({ kind: 'placed', passedOver: true, host: 'd' });
  });

  it('says why the best host does not do when none does, and how many were tried', () => {
    const gate = gateOf(reviewer('one'), reviewer('two', { barred: ['a', 'b', 'c', 'd', 'e'] }));
    expect(gate.choose(request, { host: 'a' })).toMatchObject({
      kind: 'unplaced',
      message: 'two bars a,b,c,d',
    });
  });

  it('refuses VMs wherever they would go, before a host is known', () => {
    const gate = gateOf(reviewer('one'), reviewer('two', { full: true }));
    const message = 'two has no more in default for shop/x0,shop/x1';
    expect(gate.refusalAnywhere('default', on('a', 'b'))?.message).toBe(message);
    expect(gate.refusal('default', on('a', 'b'))?.message).toBe(message);
  });

  it('asks about several VMs at once, and about a world without those who leave', () => {
    const gate = gateOf(reviewer('one', { barred: ['b'] }), reviewer('two', { without: 'shop/gone' }));
    expect(gate.refusal('default', on('a', 'c'))?.message).toContain('two has no more');
    expect(gate.refusal('default', on('a', 'c'), ['shop/gone'])).toBeUndefined();
    expect(gate.refusal('default', on('a', 'b'), ['shop/gone'])?.message).toBe('one bars a,b');
  });
});
