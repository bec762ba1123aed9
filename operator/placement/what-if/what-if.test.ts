import { describe, expect, it } from 'vitest';
import type { HostState } from '../model/host.ts';
import type { VmState } from '../model/vm.ts';
import { gib, required, SmallWorld, vm } from '../testing/small-world.ts';
import type { AnswerOf } from './answer.ts';
import type { Question } from './question.ts';
import { apart, ask, pool, shape } from './testing/ask.ts';
import { whatIf } from './what-if.ts';

describe('hosts that are lost', () => {
  const racks = () =>
    ['a', 'b', 'c'].reduce(
      (world, name) => world.host(name, { limits: { cpu: 4 }, labels: { rack: name === 'c' ? 'r2' : 'r1' } }),
      new SmallWorld(),
    );

  it('send their VMs to others, the most important first, and tell whom nobody takes', () => {
    const world = racks()
      .placed('small', 'a')
      .placed('large', 'b', { cpu: 3 })
      .placed('vip', 'a', { cpu: 2, priority: 9 });
    const [answer] = ask(world, { kind: 'lose', hosts: { topologyKey: 'rack', domain: 'r1' } });
    expect(answer.hosts).toEqual(['a', 'b']);
    expect(answer.placed).toEqual([
      { vm: 'shop/vip', host: 'c' },
      { vm: 'shop/small', host: 'c' },
    ]);
    expect(answer.homeless).toEqual([
      { vm: 'shop/large', message: '0 of 1 host fits: 1 lacks CPUs (nearest: c lacks 2).' },
    ]);
  });

  it('take no VM with them that another one would then want to be near', () => {
    const together = { vmAffinity: [{ topologyKey: 'rack', enforcement: required }] };
    const world = racks().policy({ app: 'pair' }, together);
    for (const name of ['x', 'y']) world.placed(name, 'a', { labels: { app: 'pair' } });
    const [answer] = ask(world, { kind: 'lose', hosts: { hosts: ['a'] } });
    expect(answer.placed).toHaveLength(2);
  });

  it('leave room that was added before', () => {
    const world = racks().placed('x', 'a', { cpu: 4 }).placed('y', 'c', { cpu: 4 });
    const lose = { kind: 'lose', hosts: { hosts: ['a', 'b'] } } as const;
    expect(ask(world, lose)[0].homeless).toHaveLength(1);
    const [added, lost] = ask(world, { kind: 'add', count: 2, like: 'c', labels: { rack: 'r3' } }, lose);
    expect(added.hosts).toEqual(['c-new-1', 'c-new-2']);
    expect(lost.homeless).toEqual([]);
    expect(lost.placed[0]?.host).toMatch(/^c-new-/);
  });

  it('and domains that are not there are named, with what there is', () => {
    const lose = (topologyKey: string, domain: string) => () =>
      ask(racks(), { kind: 'lose', hosts: { topologyKey, domain } });
    expect(lose('rack', 'r9')).toThrow(
      'no host of HostPool default has the label rack=r9; values of it are r1, r2',
    );
    expect(lose('room', '1')).toThrow('no host of HostPool default has the label room, of whatever value');
    expect(() => ask(racks(), { kind: 'lose', hosts: { hosts: ['a', 'z'] } })).toThrow(
      'HostPool default has no host z; it has a, b, c',
    );
  });
});

describe('hosts that are added', () => {
  it('are like the one named, but for its own name, and take VMs', () => {
    const world = new SmallWorld().host('a', {
      available: { yes: false, reason: 'is cordoned' },
      taints: [{ key: 'gpu', effect: 'NoSchedule' }],
    });
    const [, plain, tolerant] = ask(
      world,
      { kind: 'add', count: 1, like: 'a' },
      shape(vm('x')),
      shape(
        vm('y', {
          cpu: 16,
          tolerations: [{ key: 'gpu' }],
          hostSelector: { matchLabels: { hostname: 'a-new-1' } },
        }),
      ),
    );
    expect([plain.fits, tolerant.fits]).toEqual([0, 1]);
  });

  it('have names that nobody has', () => {
    const [answer] = ask(new SmallWorld().host('a').host('a-new-1'), { kind: 'add', count: 1, like: 'a' });
    expect(answer.hosts).toEqual(['a-new-2']);
  });

  it.each([0, 1.5, Number.NaN])('are not %s', (count) => {
    expect(() => ask(new SmallWorld().host('a'), { kind: 'add', count, like: 'a' })).toThrow('whole number');
  });

  it('let VMs in that wait', () => {
    const requests = [{ vm: vm('x', { cpu: 16 }), pool: 'default', strategy: 'Spread' as const }];
    const [before, , after] = ask(
      new SmallWorld().host('a').placed('y', 'a'),
      { kind: 'place', requests },
      { kind: 'add', count: 1, like: 'a' },
      { kind: 'place', requests },
    );
    expect(before.homeless.map(({ vm }) => vm)).toEqual(['shop/x']);
    expect(after.placed).toEqual([{ vm: 'shop/x', host: 'a-new-1' }]);
  });
});

describe('hosts that are drained', () => {
  const answerOf = (world: SmallWorld, ...hosts: string[]) =>
    ask(world, { kind: 'drain', hosts: { hosts } })[0];

  it('are empty after waves, by moves that the rules allow', () => {
    const world = new SmallWorld().host('a').host('b').host('c').policy({ app: 'db' }, apart);
    world
      .placed('db-1', 'a', { labels: { app: 'db' } })
      .placed('db-2', 'b', { labels: { app: 'db' } })
      .placed('web', 'a');
    const { waves, stay, hosts } = answerOf(world, 'a');
    expect(waves.flat()).toContainEqual(expect.objectContaining({ vm: 'shop/db-1', from: 'a', to: 'c' }));
    expect(waves.flat()).toHaveLength(2);
    // Two at once share a link of 1.25e9 bytes per second, and what is dirtied meanwhile is sent again.
    const copied = gib / (0.625e9 - 0.125e9);
    for (const move of waves.flat()) {
      expect(move).toMatchObject({ memoryBytes: gib, seconds: expect.closeTo(2 + copied, 1) });
      expect(move.downtimeSeconds).toBeGreaterThan(0);
      expect(move.downtimeSeconds).toBeLessThanOrEqual(0.3);
    }
    expect({ stay, hosts }).toEqual({ stay: [], hosts: [{ host: 'a', emptyAfter: waves.length }] });
  });

  it('take as long as the memory of their VMs is large, in huge pages or not, and whatever it counts for', () => {
    const huge = { limits: { 'hugepages-1Gi': 32 * gib } };
    const world = new SmallWorld().host('a', huge).host('b', huge);
    world.placed('huge', 'a', { memory: 0, requests: { 'hugepages-1Gi': 32 * gib } });
    world.placed('plain', 'a', { memory: 48 * gib, guestMemoryBytes: 32 * gib });
    const seconds = answerOf(world, 'a')
      .waves.flat()
      .map((move) => move.seconds);
    expect(seconds).toEqual([seconds[0], seconds[0]]);
    expect(seconds[0]).toBeGreaterThan(25);
  });

  it('send VMs with named resources where these are free: they are counted, and nothing of the host is in the VM', () => {
    const licences = (count: number) => ({ limits: { 'named/licence': count } });
    const world = new SmallWorld().host('a', licences(2)).host('b', licences(1)).host('c');
    for (const name of ['x', 'y']) world.placed(name, 'a', { requests: { 'named/licence': 1 } });
    const { waves, stay } = answerOf(world, 'a');
    expect(waves.flat()).toEqual([expect.objectContaining({ from: 'a', to: 'b' })]);
    expect(stay).toMatchObject([{ because: 'NoDestination' }]);
    expect(stay[0]?.message).toContain('1 lacks licence (nearest: b lacks 1)');
  });

  it('keep VMs that find no room, and say why', () => {
    const world = new SmallWorld().host('a').host('b', { limits: { cpu: 2 } });
    world.placed('large', 'a', { cpu: 8 });
    const { stay, hosts } = answerOf(world, 'a');
    expect(hosts).toEqual([{ host: 'a' }]);
    expect(stay.map(({ vm, because }) => [vm, because])).toEqual([['shop/large', 'NoDestination']]);
    expect(stay[0]?.message).toBe('0 of 2 hosts fit: 1 lacks CPUs (nearest: b lacks 6), 1 is drained.');
  });

  it('keep VMs that do not run, and all if they do not answer, however empty the others are', () => {
    const world = new SmallWorld()
      .host('a', { available: { yes: false, reason: 'is not connected', isLost: true } })
      .host('b', { available: { yes: false, reason: 'is cordoned' } })
      .host('c');
    for (const host of ['a', 'b']) {
      world.placed(`runs-${host}`, host);
      world.engine.upsertVm({ ...vm(`halted-${host}`), host, isStopped: true });
    }
    const { waves, stay, hosts } = answerOf(world, 'a', 'b');
    expect(waves.flat()).toMatchObject([{ vm: 'shop/runs-b', from: 'b', to: 'c' }]);
    expect(stay.map(({ vm: id, because }) => [id, because])).toEqual([
      ['shop/halted-a', 'HostLost'],
      ['shop/runs-a', 'HostLost'],
      ['shop/halted-b', 'NotRunning'],
    ]);
    expect(stay[0]?.message).toContain('Its host does not answer');
    expect(hosts).toEqual([{ host: 'a' }, { host: 'b' }]);
  });

  it('take no VMs afterwards', () => {
    const world = new SmallWorld().host('a').host('b');
    const [, answer] = ask(world, { kind: 'drain', hosts: { hosts: ['a'] } }, shape(vm('x', { cpu: 16 })));
    expect(answer.fits).toBe(1);
  });
});

describe('hosts that are changed', () => {
  const changed = (world: SmallWorld, ...names: string[]) => ({
    kind: 'change' as const,
    hosts: names.map((name) => ({
      ...(world.engine.host(name) as HostState),
      limits: { cpu: 8, memory: gib },
    })),
  });

  it('are named when they carry more than they may then', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'a', { cpu: 10 });
    const [answer, fits] = ask(world, changed(world, 'a', 'b'), shape(vm('y', { cpu: 8 })));
    expect(answer.overfull).toEqual([{ host: 'a', excess: { cpu: 2 } }]);
    expect(fits.fits).toBe(1);
  });

  it('stay lost, closed, and as their likenesses are', () => {
    const world = new SmallWorld().host('a').host('b').host('c');
    const questions = [
      { kind: 'lose', hosts: { hosts: ['a'] } },
      { kind: 'drain', hosts: { hosts: ['b'] } },
      { kind: 'add', count: 1, like: 'c' },
      changed(world, 'a', 'b', 'c'),
      shape(vm('x', { cpu: 8 })),
    ] as const;
    const fits = ask(world, ...questions)[4];
    expect(fits.limits.flatMap(({ hosts }) => hosts).sort()).toEqual(['b', 'c', 'c-new-1']);
    expect(fits.fits).toBe(2);
  });

  it('leave VMs where they have come to', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'a', { cpu: 4 });
    const counted = { ...vm('x', { cpu: 12 }), host: 'a' };
    const [, answer] = ask(
      world,
      { kind: 'lose', hosts: { hosts: ['a'] } },
      { ...changed(world, 'b'), vms: [counted, { ...counted, id: 'shop/ghost' }] },
    );
    expect(answer.overfull).toEqual([{ host: 'b', excess: { cpu: 4 } }]);
  });
});

describe('a rebalance', () => {
  const skewed = () => {
    const world = new SmallWorld().host('a').host('b');
    for (let number = 0; number < 8; number++) world.placed(`x-${number}`, 'a', { cpu: 2, memory: 6 * gib });
    return world;
  };

  it('moves from full hosts to others, with what each move costs and gains', () => {
    const [{ waves, balance }] = ask(skewed(), { kind: 'rebalance' });
    expect(waves.flat()).toHaveLength(4);
    expect(
      waves
        .flat()
        .every(({ from, to, seconds, gain = 0 }) => from === 'a' && to === 'b' && seconds > 0 && gain > 0),
    ).toBe(true);
    expect(balance.find(({ resource }) => resource === 'cpu')?.fullest).toEqual({ before: 1, after: 0.5 });
  });

  it('touches nothing on a host that takes no VMs: it may not even answer', () => {
    const world = skewed().host('a', { available: { yes: false, reason: 'is not connected' } });
    expect(ask(world, { kind: 'rebalance' })[0].waves).toEqual([]);
  });

  it('leaves VMs together that a policy keeps together', () => {
    const world = skewed().policy({}, { vmAffinity: [{ topologyKey: 'hostname', enforcement: required }] });
    expect(ask(world, { kind: 'rebalance' })[0].waves).toEqual([]);
  });
});

describe('shares of the pool', () => {
  const ofTeam = { name: 'team', namespaces: ['shop'], reservation: {}, limit: { cpu: 6 } };
  const gold = { name: 'gold', namespaces: ['bank'], reservation: { cpu: 10 }, limit: {} };
  const asked = { ...pool, shares: [ofTeam, gold] };
  const askShared = <const Q extends readonly Question[]>(world: SmallWorld, ...questions: Q) =>
    whatIf(world.engine, asked, questions) as { [I in keyof Q]: AnswerOf<Q[I]['kind']> };
  const request = (of: VmState) => ({ vm: of, pool: 'default', strategy: 'Spread' }) as const;

  it('limit how many more fit', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'a', { cpu: 1 });
    const [mine, others] = askShared(
      world,
      shape(vm('y', { cpu: 2 })),
      shape(vm('z', { namespace: 'other' })),
    );
    expect(mine).toMatchObject({ fits: 2, isAtLeast: false, limits: [] });
    expect(mine.message).toContain('Share team has 1 CPU less than the VM asks for: limit 6, used 5');
    expect(others).toMatchObject({ fits: 21, limits: [] });
    expect(others.message).toContain('beside what it keeps for shares: share gold 10');
    expect(world.engine.vmsOn('a')).toHaveLength(1);
  });

  it('count with hosts that are added, and with what was placed before', () => {
    const world = new SmallWorld().host('a');
    const three = vm('y', { cpu: 3, namespace: 'other' });
    const answers = askShared(
      world,
      shape(three),
      { kind: 'add', count: 1, like: 'a' },
      { kind: 'place', requests: ['1', '2', '3'].map((name) => request(vm(name, { cpu: 3 }))) },
      shape(three),
    );
    expect([answers[0].fits, answers[3].fits]).toEqual([2, 5]);
    expect(answers[2].placed.map(({ vm: id }) => id)).toEqual(['shop/1', 'shop/2']);
    expect(answers[2].homeless).toEqual([
      { vm: 'shop/3', message: expect.stringMatching(/^Share team has 3 CPUs less/) },
    ]);
  });

  it('keep from others what they reserve when hosts are lost', () => {
    const world = new SmallWorld().host('a').host('b').placed('x', 'a', { cpu: 4, namespace: 'other' });
    world.placed('y', 'a', { cpu: 4, namespace: 'other' });
    const [answer] = askShared(world, { kind: 'lose', hosts: { hosts: ['a'] } });
    expect(answer.placed).toEqual([{ vm: 'other/x', host: 'b' }]);
    expect(answer.homeless[0]?.message).toContain('keeps for shares: share gold 10');
  });
});
