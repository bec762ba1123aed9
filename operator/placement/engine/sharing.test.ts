import { describe, expect, it } from 'vitest';
import { policy, SmallWorld, vm } from '../testing/small-world.ts';

const oracle = { labels: { app: 'oracle' } };

describe('an exclusive policy', () => {
  const world = () =>
    new SmallWorld().host('a').host('b').policy(oracle.labels, { name: 'ours', exclusive: true });

  it('keeps others off the hosts of its VMs, in any namespace', () => {
    const one = world().placed('x', 'a', oracle);
    expect(one.hostFor(vm('web'))).toBe('b');
    expect(one.hostFor(vm('web', { namespace: 'depot' }))).toBe('b');
    one.engine.removeHost('b');
    expect(one.hostFor(vm('web'))).toBe('0 of 1 host fits: 1 is kept for VMs of policy shop/ours.');
  });

  it('keeps its VMs off the hosts of others, and lets them share theirs', () => {
    const one = world().placed('web', 'a').placed('x', 'b', oracle);
    expect(one.hostFor(vm('y', oracle))).toBe('b');
    one.engine.removeHost('b');
    expect(one.hostFor(vm('y', oracle))).toBe(
      '0 of 1 host fits: 1 carries VMs that are not of policy shop/ours.',
    );
  });

  it('holds from when it comes to when it goes, for VMs that are there already', () => {
    const one = new SmallWorld().host('a').placed('x', 'a', oracle);
    expect(one.hostFor(vm('web'))).toBe('a');
    one.policy(oracle.labels, { name: 'ours', exclusive: true });
    expect(one.hostFor(vm('web'))).toContain('is kept for');
    one.policy({ app: 'other' }, { name: 'ours', exclusive: true });
    expect(one.hostFor(vm('web'))).toBe('a');
    one.policy(oracle.labels, { name: 'ours', exclusive: true });
    one.engine.removePolicy('shop', 'ours');
    expect(one.hostFor(vm('web'))).toBe('a');
  });

  it('and another one do not share a host', () => {
    const one = world().policy({ app: 'sap' }, { name: 'theirs', exclusive: true }).placed('x', 'a', oracle);
    expect(one.hostFor(vm('y', { labels: { app: 'sap' } }))).toBe('b');
  });

  it('lets nobody join VMs that were together before it came', () => {
    const one = new SmallWorld().host('a').placed('x', 'a', oracle).placed('web', 'a');
    one.policy(oracle.labels, { name: 'ours', exclusive: true });
    expect(one.decide(vm('y', oracle)).kind).toBe('unplaced');
    expect(one.decide(vm('web-2')).kind).toBe('unplaced');
    const broken = one.engine.check({ vm: vm('x', oracle), pool: 'default', strategy: 'Spread' }, 'a');
    expect(broken?.text).toBe('carries VMs that are not of policy shop/ours');
  });
});

describe('a limit of domains', () => {
  const licences = { domainLimits: [{ topologyKey: 'zone', maxDomains: 2 }] };

  it('lets VMs into so many, and then only into these', () => {
    const world = new SmallWorld().policy(oracle.labels, licences);
    for (const zone of ['a', 'b', 'c']) world.host(zone, { labels: { zone } });
    const zones = ['v', 'w', 'x', 'y', 'z'].map((name) => world.put(vm(name, oracle)));
    expect(new Set(zones).size).toBe(2);
    expect(world.put(vm('other'))).not.toBe(zones[0]);
  });

  it('is told where it stands in the way, as is a missing label', () => {
    const world = new SmallWorld().policy(oracle.labels, licences);
    for (const zone of ['a', 'b', 'c']) world.host(zone, { labels: { zone }, limits: { cpu: 1 } });
    world.host('d').placed('x', 'a', oracle).placed('y', 'b', oracle);
    expect(world.hostFor(vm('z', oracle))).toBe(
      '0 of 4 hosts fit: 2 lack CPUs (nearest: a lacks 1), ' +
        '1 would be one zone more than policy rules allows, 1 lacks the label zone that policy rules goes by.',
    );
    world.engine.removeVm('shop/y');
    expect(['b', 'c']).toContain(world.hostFor(vm('z', oracle)));
  });
});

describe('several policies on one VM', () => {
  it('hold together', () => {
    const world = new SmallWorld();
    for (const name of ['a1', 'a2', 'b1']) world.host(name, { labels: { zone: name.slice(0, 1) } });
    const zone = (value: string) => ({
      hostAffinity: [
        { hostSelector: { matchLabels: { zone: value } }, enforcement: { required: true } as const },
      ],
    });
    const apart = { topologyKey: 'hostname', enforcement: { required: true } as const };
    world.policy(oracle.labels, { name: 'p1', ...zone('a') });
    world.policy({}, { name: 'p2', vmAntiAffinity: [apart] });
    world.placed('x', 'a1');
    expect(world.hostFor(vm('y', oracle))).toBe('a2');
    world.engine.upsertPolicy(policy(oracle.labels, { name: 'p3', ...zone('b') }));
    expect(world.hostFor(vm('y', oracle))).toContain('0 of 3 hosts fit');
  });
});
