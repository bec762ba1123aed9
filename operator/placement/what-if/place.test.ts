import { describe, expect, it } from 'vitest';
import { required, SmallWorld, type VmParts, vm } from '../testing/small-world.ts';
import type { PlaceAnswer } from './answer.ts';
import type { Pool } from './question.ts';
import { whatIf } from './what-if.ts';

const request = (name: string, parts: VmParts = {}) =>
  ({ vm: vm(name, parts), pool: 'default', strategy: 'Spread' }) as const;

function place(world: SmallWorld, requests: ReturnType<typeof request>[], rules: Partial<Pool> = {}) {
  const pool = { name: 'default', strategy: 'Spread' as const, ...rules };
  const [answer] = whatIf(world.engine, pool, [{ kind: 'place', requests }]) as [PlaceAnswer];
  return { answer, placed: answer.placed.map(({ vm: id }) => id), homeless: answer.homeless };
}

const failureReserve = { failures: 1, topologyKey: 'hostname' };

describe('VMs that wait', () => {
  it('find a place beside what the pool keeps for failures, which those use whose hosts fail', () => {
    const world = new SmallWorld().host('a', { limits: { cpu: 4 } }).host('b', { limits: { cpu: 4 } });
    const two = [request('x', { cpu: 3 }), request('y', { cpu: 3 })];
    expect(place(world, two).homeless).toEqual([]);
    const { placed, homeless } = place(world, two, { failureReserve });
    expect(placed).toEqual(['shop/x']);
    expect(homeless).toEqual([
      {
        vm: 'shop/y',
        message: expect.stringContaining('would not leave the reserve for 1 failure of hostname'),
      },
    ]);
    world.placed('x', 'a', { cpu: 3 }).placed('z', 'b');
    const pool = { name: 'default', strategy: 'Spread' as const, failureReserve };
    const lost = whatIf(world.engine, pool, [{ kind: 'lose', hosts: { hosts: ['a'] } }]);
    expect(lost).toMatchObject([{ placed: [{ vm: 'shop/x', host: 'b' }], homeless: [] }]);
  });

  it('go to another host than the best where that is kept for others', () => {
    const world = new SmallWorld().policy(
      { app: 'db' },
      {
        vmAntiAffinity: [{ topologyKey: 'hostname', enforcement: required }],
      },
    );
    for (const name of ['a', 'b', 'c']) world.host(name);
    const three = ['1', '2', '3'].map((name) => request(name, { labels: { app: 'db' } }));
    expect(place(world, three, { failureReserve }).placed).toHaveLength(2);
  });
});

describe('members of a gang that wait', () => {
  const crew = { labels: { crew: 'a' } };
  const gangWorld = (...cpus: number[]) => {
    const world = new SmallWorld().policy(crew.labels, { gang: { minMembers: 3 } });
    for (const [at, cpu] of cpus.entries()) world.host(`h${at}`, { limits: { cpu } });
    return world;
  };
  const members = (count: number, parts: VmParts = {}) =>
    Array.from({ length: count }, (_, at) => request(`m${at}`, { ...crew, createdAt: at, ...parts }));

  it('find no place while not as many fit as are to come at once, and leave it to others', () => {
    const { placed, homeless } = place(gangWorld(1, 1), [...members(3), request('x', { priority: -1 })]);
    expect(placed).toEqual(['shop/x']);
    expect(homeless).toHaveLength(3);
    expect(homeless[0]?.message).toContain('The gang of policy rules does not fit as a whole');
  });

  it('find none while too few of them are there', () => {
    const { homeless } = place(gangWorld(9), members(2));
    expect(homeless.map(({ message }) => message)).toEqual(
      Array(2).fill(
        'Policy rules places its VMs as a gang of at least 3; 2 of them can be placed now, so it waits for 1 more.',
      ),
    );
  });

  it('come at once, the oldest first, then others by themselves', () => {
    const { placed, homeless } = place(gangWorld(2, 2), members(5).toReversed());
    expect(placed.slice(0, 3).sort()).toEqual(['shop/m0', 'shop/m1', 'shop/m2']);
    expect(placed).toHaveLength(4);
    expect(homeless[0]?.message).toContain('lack CPUs');
  });

  it('count with those that have a host', () => {
    const world = gangWorld(3).placed('old', 'h0', crew);
    expect(place(world, members(2)).placed).toHaveLength(2);
  });

  it('find none that are in two gangs', () => {
    const world = gangWorld(9);
    const [one] = world.engine.policiesFor(vm('m', crew));
    if (one) world.engine.upsertPolicy({ ...one, name: 'other' });
    expect(place(world, members(3)).homeless[0]?.message).toMatch(/gang/);
  });

  it('stay together with nobody when shares or the reserve refuse the whole', () => {
    const ofTeam = { name: 'team', namespaces: ['shop'], reservation: {}, limit: { cpu: 2 } };
    expect(place(gangWorld(2, 2), members(3), { shares: [ofTeam] }).placed).toEqual([]);
    expect(place(gangWorld(2, 2), members(3), { failureReserve }).placed).toEqual([]);
    expect(place(gangWorld(2, 2), members(3)).placed).toHaveLength(3);
  });
});
