import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { VmState } from '../model/vm.ts';
import { emptyWorld, happen, someEvent, someVm } from '../testing/histories.ts';
import { mayTake, type PlainWorld } from '../testing/naive.ts';
import { gib, required, SmallWorld, vm } from '../testing/small-world.ts';
import { applied, wouldFit, wouldFitSentence } from './would-fit.ts';

const request = (of: VmState, pool = 'default') => ({ vm: of, pool, strategy: 'Spread' as const });

function sentenceFor({ engine }: SmallWorld, of: VmState): string {
  const decision = engine.place(request(of));
  if (decision.kind === 'placed') throw new Error(`${of.id} fits on ${decision.host}`);
  return wouldFitSentence(wouldFit(engine, new Gate(engine, []), request(of), decision.rejections).offers);
}

describe('what would make a VM fit', () => {
  it('is a host that takes VMs again, or more room where least is missing', () => {
    const world = new SmallWorld()
      .host('a', { available: { yes: false, reason: 'is cordoned' } })
      .host('b', { limits: { memory: 8 * gib } })
      .host('c', { limits: { memory: 32 * gib } })
      .placed('x', 'c', { cpu: 15, memory: 20.5 * gib });
    expect(sentenceFor(world, vm('new', { cpu: 2, memory: 13 * gib }))).toBe(
      'It would fit if a took VMs (it is cordoned), or with 1 CPU and 1.5Gi of memory more free on c.',
    );
  });

  it('is asking less of its host', () => {
    const world = new SmallWorld().host('a', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] });
    expect(sentenceFor(world, vm('new'))).toBe('It would fit if it tolerated the taints of a.');
    world.host('b');
    expect(sentenceFor(world, vm('new', { hostSelector: { matchLabels: { disk: 'tape' } } }))).toBe(
      'It would fit without its hostSelector.',
    );
    expect(sentenceFor(world, vm('new', { needs: ['network/blue'] }))).toBe(
      'It would fit without network blue.',
    );
    expect(sentenceFor(world, vm('new', { oneCell: true }))).toBe(
      'It would fit without asking for one NUMA cell.',
    );
  });

  it('is a host for VMs of others, too, where a policy wants one for its own', () => {
    const labels = { tenant: 'bank' };
    const world = new SmallWorld()
      .host('a')
      .placed('x', 'a')
      .policy(labels, { name: 'alone', exclusive: true });
    expect(sentenceFor(world, vm('new', { labels }))).toBe(
      'It would fit without the hostSharing Exclusive of policy alone.',
    );
  });

  it('is a rule less, of whichever policy stands in the way', () => {
    const labels = { app: 'db' };
    const world = new SmallWorld().host('a').placed('x', 'a', { labels });
    world.policy(labels, {
      name: 'apart',
      vmAntiAffinity: [{ topologyKey: 'hostname', enforcement: required }],
    });
    world.policy(labels, {
      name: 'even',
      topologySpread: [{ topologyKey: 'hostname', maxSkew: 9, enforcement: required }],
    });
    expect(sentenceFor(world, vm('new', { labels }))).toBe(
      'It would fit without the vmAntiAffinity over hostname of policy apart.',
    );
  });

  it('is asking for no more than a host has, and not room that it never had', () => {
    const world = new SmallWorld().host('a').host('b', { limits: { cpu: 32, memory: 2.5 * gib } });
    expect(sentenceFor(world, vm('new', { cpu: 17, memory: 4 * gib }))).toBe(
      'It would fit with at most 16 CPUs, on a.',
    );
    expect(sentenceFor(world, vm('new', { cpu: 17, memory: 99 * gib }))).toBe(
      'It would fit with at most 16 CPUs and 64Gi of memory, on a.',
    );
    world.placed('x', 'a', { cpu: 16 });
    expect(sentenceFor(world, vm('new', { cpu: 33, memory: 3 * gib }))).toBe(
      'It would fit with at most 32 CPUs and 2Gi of memory, on b.',
    );
  });

  it('is no smaller size where nothing is left of it', () => {
    const world = new SmallWorld().host('a').placed('x', 'a', { cpu: 16 });
    expect(sentenceFor(world, vm('new', { cpu: 17 }))).toBe('');
  });

  it('is two changes at once where no single one would do', () => {
    const world = new SmallWorld()
      .host('a', { available: { yes: false, reason: 'is cordoned' } })
      .host('b', { available: { yes: false, reason: 'is cordoned' } });
    expect(sentenceFor(world, vm('new', { hostSelector: { matchLabels: { disk: 'tape' } } }))).toBe(
      'It would fit without its hostSelector and if a took VMs (it is cordoned).',
    );
  });

  it('is nothing when no two changes would do', () => {
    const world = new SmallWorld()
      .host('a', { available: { yes: false, reason: 'is cordoned' }, limits: { cpu: 1 } })
      .host('b', { labels: { disk: 'ssd' } });
    expect(sentenceFor(world, vm('new', { cpu: 99, hostSelector: { matchLabels: { disk: 'tape' } } }))).toBe(
      '',
    );
  });

  it('is true when it is tried, by rules that are told without the engine', () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(someEvent, { minLength: 10, maxLength: 50, size: 'max' }),
        someVm,
        (events, asked) => {
          const engine = new PlacementEngine();
          const world = emptyWorld();
          for (const event of events) happen(engine, world, event);
          const decision = engine.place(request(asked, 'p'));
          if (decision.kind === 'placed') return;
          const gate = new Gate(engine, []);
          const { offers } = wouldFit(engine, gate, request(asked, 'p'), decision.rejections);
          for (const { change, host } of offers) {
            found += 1;
            engine.trial(() => {
              const changed = applied(engine, asked, change);
              expect(mayTake(as(engine, world), changed, 'p')).toContain(host);
            });
            expect(engine.place(request(asked, 'p'))).toEqual(decision);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(5);
  });
});

/** The plain world with what the engine now says of hosts and policies. */
function as(engine: PlacementEngine, { hosts, vms, policies }: PlainWorld): PlainWorld {
  const current = ['n', 'm'].flatMap((namespace) => {
    const known = [...policies.values()].filter((policy) => policy.namespace === namespace);
    return known.map((policy) => engine.policy(namespace, policy.name) ?? policy);
  });
  return {
    hosts: new Map(
      [...hosts.keys()].flatMap((name) => {
        const host = engine.host(name);
        return host ? [[name, host]] : [];
      }),
    ),
    vms,
    policies: new Map(current.map((policy) => [`${policy.namespace}/${policy.name}`, policy])),
  };
}
