import { describe, expect, it } from 'vitest';
import { Gate } from '../gate/gate.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import { FailureReserve } from '../reserve/failure-reserve.ts';
import { reserveReviewer } from '../reserve/reviewer.ts';
import { policy, required, SmallWorld, vm } from '../testing/small-world.ts';
import type { AnswerOf } from './answer.ts';
import type { Question } from './question.ts';
import { apart, ask, pool, shape } from './testing/ask.ts';
import { whatIf } from './what-if.ts';

describe('how many more fit', () => {
  it('is counted on every host, with what keeps the next one away', () => {
    const world = new SmallWorld().host('a').host('b', { limits: { cpu: 7 } });
    world.host('c', { available: { yes: false, reason: 'is cordoned' } });
    const [answer] = ask(world, shape(vm('x', { cpu: 4 })));
    expect(answer).toMatchObject({ fits: 5, isAtLeast: false });
    expect(answer.message).toBe('0 of 3 hosts fit: 2 lack CPUs (nearest: b lacks 1), 1 is cordoned.');
    expect(answer.limits.map(({ code }) => code)).toEqual(['Resource', 'Unavailable']);
  });

  it('heeds the rules of the VMs among themselves', () => {
    const world = new SmallWorld().host('a').host('b').policy({ app: 'db' }, apart);
    const [answer] = ask(world, shape(vm('x', { labels: { app: 'db' } })));
    expect(answer.fits).toBe(2);
    expect(answer.limits.map(({ code }) => code)).toEqual(['AntiAffinity']);
  });

  it('is counted as far as is asked', () => {
    const [answer] = ask(new SmallWorld().host('a'), { ...shape(vm('x')), most: 3 });
    expect(answer).toMatchObject({ fits: 3, isAtLeast: true, limits: [] });
  });
});

describe('how many more of a gang fit', () => {
  const crew = { labels: { crew: 'a' } };
  const gangWorld = (...cpus: number[]) => {
    const world = new SmallWorld().policy(crew.labels, { gang: { minMembers: 3 } });
    for (const [at, cpu] of cpus.entries()) world.host(`h${at}`, { limits: { cpu } });
    return world;
  };

  it('is none while fewer fit than place it', () => {
    const [answer] = ask(gangWorld(1, 1), shape(vm('x', crew)));
    expect(answer).toMatchObject({ fits: 0, isAtLeast: false, limits: [] });
    expect(answer.message).toBe(
      'Policy rules places its VMs as a gang of at least 3; 3 more do not fit together, so none is placed. Beside the others one finds no host: 0 of 2 hosts fit: 2 lack CPUs (nearest: h0 lacks 1).',
    );
  });

  it('is all that fit once these are enough, and why the next one does not', () => {
    const [answer] = ask(gangWorld(3, 2), shape(vm('x', crew)));
    expect(answer).toMatchObject({
      fits: 5,
      isAtLeast: false,
      message: expect.stringContaining('lack CPUs'),
    });
  });

  it('counts those that have a host', () => {
    const world = gangWorld(2, 1).placed('old', 'h0', crew);
    const [two, one] = ask(world, shape(vm('x', crew)), shape(vm('y', { ...crew, cpu: 2 })));
    expect(two.fits).toBe(2);
    expect(one.message).toContain('of at least 3, of which 1 has a host; 2 more do not fit together');
    expect(ask(world.placed('older', 'h1', crew), shape(vm('x', crew)))[0].fits).toBe(1);
  });

  it('is none where shares, or the reserve, refuse the whole', () => {
    const ofTeam = { name: 'team', namespaces: ['shop'], reservation: {}, limit: { cpu: 2 } };
    const fit = shape(vm('x', crew));
    const answers = [{ shares: [ofTeam] }, { failureReserve: { failures: 1, topologyKey: 'hostname' } }].map(
      (rules) => whatIf(gangWorld(2, 2).engine, { ...pool, ...rules }, [fit])[0],
    );
    expect(answers).toMatchObject([
      { fits: 0, message: expect.stringContaining('Share team has 1 CPU less') },
      { fits: 0, message: expect.stringContaining('would not leave the reserve') },
    ]);
  });

  it('is none of a VM that is to be in two', () => {
    const world = gangWorld(9);
    world.engine.upsertPolicy({ ...policy(crew.labels, { gang: { minMembers: 2 } }), name: 'other' });
    expect(ask(world, shape(vm('x', crew)))[0]).toMatchObject({
      fits: 0,
      message: expect.stringMatching(/gang/),
    });
  });
});

/** How many come in, each through the gate of a pool that keeps room for one rack, by a reserve that hears of all. */
function letInBy({ engine }: SmallWorld, request: PlacementRequest): number {
  const reserve = new FailureReserve(engine, { pool: 'default', failures: 1, topologyKey: 'rack' });
  for (const name of engine.hostsOf('default')) {
    const { labels, limits } = engine.host(name) as HostState;
    reserve.upsertHost({ name, labels, limits, takesVms: true, traits: '' });
    for (const there of engine.vmsOn(name)) reserve.upsertVm(there);
  }
  const gate = new Gate(engine, [reserveReviewer(reserve)]);
  return engine.trial(() => {
    for (let count = 0; ; count++) {
      const next = { ...request.vm, id: `shop/next-${count}` };
      const found = gate.find({ ...request, vm: next });
      if (!found) return count;
      engine.upsertVm({ ...next, host: found.host });
      reserve.upsertVm({ ...next, host: found.host });
    }
  });
}

describe('the reserve of the pool', () => {
  const asked = { ...pool, failureReserve: { failures: 1, topologyKey: 'rack' } };
  const askKeeping = <const Q extends readonly Question[]>(world: SmallWorld, ...questions: Q) =>
    whatIf(world.engine, asked, questions) as { [I in keyof Q]: AnswerOf<Q[I]['kind']> };
  const racks = () =>
    ['a', 'b'].reduce(
      (world, name) => world.host(name, { limits: { cpu: 8 }, labels: { rack: name } }),
      new SmallWorld(),
    );

  it('is not what keeps VMs out where there are no hosts', () => {
    const [answer] = askKeeping(new SmallWorld(), shape(vm('y')));
    expect(answer).toMatchObject({
      fits: 0,
      message: expect.stringMatching(/^HostPool default has no hosts/),
    });
  });

  it('leaves room for fewer', () => {
    const world = racks().placed('x', 'a', { cpu: 2 });
    const [answer] = askKeeping(world, shape(vm('y', { cpu: 2 })));
    expect(answer).toMatchObject({ fits: 3, isAtLeast: false, limits: [] });
    expect(answer.message).toBe(
      'HostPool default keeps 2 CPUs and 1Gi of memory free for 1 failure of rack, and one more would have no place of its own beside that. Add hosts, or lower spec.failureReserve of the pool.',
    );
    expect(world.engine.vmsOn('a')).toHaveLength(1);
  });

  it.each([
    ['apart', { vmAntiAffinity: [{ topologyKey: 'hostname', enforcement: required }] }],
    ['spread', { topologySpread: [{ topologyKey: 'hostname', maxSkew: 1, enforcement: required }] }],
    ['in few domains', { domainLimits: [{ topologyKey: 'rack', maxDomains: 1 }] }],
    ['alone on their hosts', { exclusive: true }],
  ])('lets as many in that are to be %s as the gate does one after the other', (_, rules) => {
    const world = new SmallWorld().policy({ app: 'db' }, rules);
    for (const name of ['a', 'b', 'c']) world.host(name, { limits: { cpu: 6 }, labels: { rack: name } });
    world.placed('old', 'a', { cpu: 2 });
    const question = shape(vm('x', { labels: { app: 'db' } }));
    const [answer] = askKeeping(world, question);
    expect(answer).toMatchObject({ fits: letInBy(world, question.request), isAtLeast: false });
    expect(answer.message).toContain('would not leave the reserve for 1 failure of rack');
    expect(world.engine.vmsOn('b')).toEqual([]);
  });

  it('refuses the third of three hosts to a VM that must have its own and another one to go to', () => {
    const world = new SmallWorld().host('a').host('b').host('c').policy({ app: 'db' }, apart);
    const own = { ...pool, failureReserve: { failures: 1, topologyKey: 'hostname' } };
    const [answer] = whatIf(world.engine, own, [shape(vm('x', { labels: { app: 'db' } }))]);
    expect(answer).toMatchObject({ fits: 2 });
  });

  it('is that of hosts as they would be', () => {
    const [, before, , after] = askKeeping(
      racks(),
      { kind: 'add', count: 1, like: 'a', labels: { rack: 'c' } },
      shape(vm('y', { cpu: 2 })),
      { kind: 'lose', hosts: { hosts: ['b'] } },
      shape(vm('y', { cpu: 2 })),
    );
    expect([before.fits, after.fits]).toEqual([8, 4]);
  });
});
