import { describe, expect, it } from 'vitest';
import { FailoverPlan } from './failover-plan.ts';
import { admit } from './testing/admit.ts';

const planOf = (failures = 1, allows?: (vm: string, host: string) => boolean) =>
  new FailoverPlan({
    ...{ failures, dimensions: 1 },
    ...(allows ? { allows: (vm: string) => ({ has: (to: string) => allows(vm, to) }) } : {}),
  });

const host = (name: string, room: number, more: { domain?: string; takesVms?: boolean } = {}) => ({
  ...{ name, domain: name, limits: [room], takesVms: true },
  ...more,
});

const vm = (id: string, on: string, size: number) => ({ id, host: on, sizes: [size] });

describe('a plan for the failure of one host', () => {
  it('holds while there is nothing to lose', () => {
    const plan = planOf();
    plan.upsertHost(host('a', 8));
    expect([plan.holds, plan.unprotected, plan.kept]).toEqual([true, [], [0]]);
  });

  it('needs a second host', () => {
    const plan = planOf();
    plan.upsertHost(host('a', 8));
    plan.upsertVm(vm('v', 'a', 4));
    expect(plan.unprotected).toEqual(['v']);
    plan.upsertHost(host('b', 8));
    expect([plan.holds, plan.targetsOf('v')]).toEqual([true, ['b']]);
  });

  it('shares the same room between hosts, as one of them at most fails', () => {
    const plan = planOf();
    for (const name of ['a', 'b', 'spare']) plan.upsertHost(host(name, 8));
    plan.upsertVm(vm('v', 'a', 8));
    plan.upsertVm(vm('w', 'b', 8));
    expect([plan.holds, plan.targetsOf('v'), plan.targetsOf('w')]).toEqual([true, ['spare'], ['spare']]);
    expect(plan.kept).toEqual([8]);
  });

  it('divides the VMs of one host among several', () => {
    const plan = planOf();
    plan.upsertHost(host('a', 8));
    for (const name of ['b', 'c']) plan.upsertHost(host(name, 4));
    for (const id of ['v', 'w']) plan.upsertVm(vm(id, 'a', 4));
    expect([plan.targetsOf('v'), plan.targetsOf('w')].flat().sort()).toEqual(['b', 'c']);
  });

  it('sends a VM elsewhere for one that may go to fewer hosts', () => {
    const plan = planOf(1, (id, to) => id !== 'bound' || to === 'b');
    for (const name of ['a', 'b', 'c']) plan.upsertHost(host(name, 8));
    plan.upsertVm(vm('free', 'a', 5));
    expect(plan.targetsOf('free')).toEqual(['b']);
    plan.upsertVm(vm('bound', 'a', 3.5));
    expect([plan.targetsOf('bound'), plan.targetsOf('free')]).toEqual([['b'], ['c']]);
  });

  it('sends nobody elsewhere in vain: not where the other would have no room, nor where it may not go', () => {
    const plan = planOf(1, (id, to) => (id === 'bound' ? to === 'b' : to !== 'd'));
    for (const [name, room] of Object.entries({ a: 8, b: 8, c: 4, d: 8 })) plan.upsertHost(host(name, room));
    plan.upsertVm(vm('free', 'a', 5));
    plan.upsertVm(vm('bound', 'a', 3.5));
    expect([plan.unprotected, plan.targetsOf('free')]).toEqual([['bound'], ['b']]);
  });

  it('sends nobody to a host that takes no VMs, nor to one where rules forbid it', () => {
    const plan = planOf(1, (_, to) => to !== 'b');
    plan.upsertHost(host('a', 8));
    plan.upsertHost(host('b', 8));
    plan.upsertHost(host('c', 8, { takesVms: false }));
    plan.upsertVm(vm('v', 'a', 4));
    expect(plan.unprotected).toEqual(['v']);
    plan.upsertHost(host('c', 8));
    expect(plan.targetsOf('v')).toEqual(['c']);
    plan.upsertHost(host('c', 8, { takesVms: false }));
    expect(plan.unprotected).toEqual(['v']);
  });

  it('is lost with the room it counted on, and found again with it', () => {
    const plan = planOf();
    plan.upsertHost(host('a', 8));
    plan.upsertHost(host('b', 8));
    plan.upsertVm(vm('v', 'a', 4));
    plan.upsertVm(vm('w', 'b', 6));
    expect(plan.unprotected).toEqual(['v', 'w']);
    plan.removeVm('w');
    expect(plan.holds).toBe(true);
    plan.upsertHost(host('b', 3));
    expect(plan.unprotected).toEqual(['v']);
    plan.removeHost('b');
    plan.upsertHost(host('c', 4));
    expect(plan.targetsOf('v')).toEqual(['c']);
  });

  it('gives the room to another of which rules now keep away who had counted on it', () => {
    const forbidden = new Set<string>();
    const plan = planOf(1, (id) => !forbidden.has(id));
    plan.upsertHost(host('a', 8));
    plan.upsertHost(host('b', 4));
    for (const id of ['v', 'w']) plan.upsertVm(vm(id, 'a', 4));
    const [without = ''] = plan.unprotected;
    const other = without === 'v' ? 'w' : 'v';
    forbidden.add(other);
    plan.review([other]);
    expect([plan.unprotected, plan.targetsOf(without)]).toEqual([[other], ['b']]);
  });

  it('gives what is left of a place that has become too small to a smaller one', () => {
    const plan = planOf();
    plan.upsertHost(host('a', 8));
    plan.upsertHost(host('b', 4));
    plan.upsertVm(vm('large', 'a', 4));
    plan.upsertVm(vm('small', 'a', 2));
    expect(plan.unprotected).toEqual(['small']);
    plan.upsertVm(vm('own', 'b', 1));
    expect([plan.unprotected, plan.targetsOf('small')]).toEqual([['large'], ['b']]);
  });

  it('is lost where the room of any kind is, whatever else the host has too little of', () => {
    const plan = new FailoverPlan({ failures: 1, dimensions: 2 });
    for (const name of ['a', 'b']) plan.upsertHost({ ...host(name, 0), limits: [4, 4] });
    plan.upsertVm({ id: 'v', host: 'a', sizes: [0, 2] });
    expect(plan.targetsOf('v')).toEqual(['b']);
    plan.upsertVm({ id: 'w', host: 'b', sizes: [5, 0] });
    expect(plan.targetsOf('v')).toEqual(['b']);
    plan.upsertHost({ ...host('b', 0), limits: [4, 1] });
    expect(plan.unprotected).toEqual(['v', 'w']);
  });

  it('counts what is not a number as no room', () => {
    const plan = planOf();
    plan.upsertHost(host('a', 8));
    plan.upsertVm(vm('v', 'a', 4));
    for (const room of [Number.NaN, -5]) plan.upsertHost(host('b', room));
    expect(plan.unprotected).toEqual(['v']);
  });
});

describe('a plan for the failure of a rack', () => {
  const racks = () => {
    const plan = planOf();
    for (const name of ['a1', 'a2']) plan.upsertHost(host(name, 8, { domain: 'a' }));
    return plan;
  };

  it('sends nobody to the rack that fails', () => {
    const plan = racks();
    plan.upsertVm(vm('v', 'a1', 4));
    expect(plan.unprotected).toEqual(['v']);
    plan.upsertHost(host('b1', 4, { domain: 'b' }));
    expect(plan.targetsOf('v')).toEqual(['b1']);
  });

  it('has room for all hosts of it at once', () => {
    const plan = racks();
    plan.upsertHost(host('b1', 4, { domain: 'b' }));
    plan.upsertVm(vm('v', 'a1', 4));
    plan.upsertVm(vm('w', 'a2', 4));
    expect(plan.unprotected).toHaveLength(1);
    plan.upsertHost(host('b1', 8, { domain: 'b' }));
    expect(plan.holds).toBe(true);
  });

  it('begins anew for a host that is moved to another one', () => {
    const plan = racks();
    plan.upsertVm(vm('v', 'a1', 4));
    plan.upsertHost(host('a2', 8, { domain: 'b' }));
    expect(plan.targetsOf('v')).toEqual(['a2']);
    plan.upsertHost(host('a2', 8, { domain: 'a' }));
    expect(plan.unprotected).toEqual(['v']);
  });
});

describe('a plan for two failures at once', () => {
  it('has two targets for each VM, in different domains', () => {
    const plan = planOf(2);
    for (const name of ['a', 'b']) plan.upsertHost(host(name, 8));
    plan.upsertVm(vm('v', 'a', 4));
    expect(plan.unprotected).toEqual(['v']);
    plan.upsertHost(host('c', 8));
    expect(plan.targetsOf('v').sort()).toEqual(['b', 'c']);
  });

  it('keeps room for the two worst hosts, and no more', () => {
    const plan = planOf(2);
    for (const name of ['a', 'b', 'c']) plan.upsertHost(host(name, 4));
    for (const name of ['spare-1', 'spare-2']) plan.upsertHost(host(name, 8));
    for (const name of ['a', 'b', 'c']) plan.upsertVm(vm(`on-${name}`, name, 4));
    expect([plan.holds, plan.kept]).toEqual([true, [16]]);
  });
});

describe('admission', () => {
  it('takes a VM that leaves the plan whole', () => {
    const plan = planOf();
    for (const name of ['a', 'b']) plan.upsertHost(host(name, 8));
    expect([admit(plan, vm('v', 'a', 4)), plan.targetsOf('v')]).toEqual([true, ['b']]);
  });

  it('refuses one that would take the room from others, or has no place itself, and leaves all as it was', () => {
    const plan = planOf();
    for (const name of ['a', 'b']) plan.upsertHost(host(name, 8));
    plan.upsertVm(vm('v', 'a', 4));
    expect(admit(plan, vm('too-much', 'b', 5))).toBe(false);
    expect(admit(plan, vm('nowhere', 'a', 5))).toBe(false);
    expect([plan.holds, plan.targetsOf('v'), plan.targetsOf('nowhere')]).toEqual([true, ['b'], []]);
    expect(admit(plan, vm('v', 'a', 9))).toBe(false);
    expect(plan.targetsOf('v')).toEqual(['b']);
  });

  it('goes on while others are unprotected, which it does not make worse', () => {
    const plan = planOf();
    for (const name of ['a', 'b']) plan.upsertHost(host(name, 8));
    plan.upsertVm(vm('huge', 'a', 9));
    expect(admit(plan, vm('v', 'b', 4))).toBe(false);
    plan.upsertHost(host('c', 8));
    expect([admit(plan, vm('v', 'b', 4)), plan.unprotected]).toEqual([true, ['huge']]);
  });
});

it('refuses to plan for no failure', () => {
  expect(() => planOf(0)).toThrow(RangeError);
});
