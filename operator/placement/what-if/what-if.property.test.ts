import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import type { VmState } from '../model/vm.ts';
import { emptyWorld, happen, someEvent, someHost, someVm } from '../testing/histories.ts';
import { mayTake, type PlainWorld } from '../testing/naive.ts';
import type { Answer } from './answer.ts';
import type { HostChoice, Question } from './question.ts';
import { whatIf } from './what-if.ts';

const pool = { name: 'p', strategy: 'Spread' } as const;
const request = (vm: VmState) => ({ vm, pool: 'p', strategy: 'Spread' as const });
const histories = fc.array(someEvent, { minLength: 20, maxLength: 60, size: 'max' });

function worldAfter(events: Parameters<typeof happen>[2][]): { engine: PlacementEngine; world: PlainWorld } {
  const [engine, world] = [new PlacementEngine(), emptyWorld()];
  for (const event of events) happen(engine, world, event);
  return { engine, world };
}

/** Hosts by chance among those that there are. */
const someChoice = (hosts: readonly string[]): fc.Arbitrary<HostChoice> =>
  fc
    .subarray([...hosts], { minLength: 1, maxLength: Math.min(2, hosts.length) })
    .map((names) => ({ hosts: names }));

function someQuestion(hosts: readonly string[]): fc.Arbitrary<Question> {
  return fc.oneof(
    someVm.map((vm) => ({ kind: 'fit' as const, request: request(vm), most: 20 })),
    someChoice(hosts).map((choice) => ({ kind: 'lose' as const, hosts: choice })),
    someChoice(hosts).map((choice) => ({ kind: 'drain' as const, hosts: choice })),
    fc.record({
      kind: fc.constant('add' as const),
      count: fc.integer({ min: 1, max: 3 }),
      like: fc.constantFrom(...hosts),
    }),
    someHost.map((host) => ({ kind: 'change' as const, hosts: [{ ...host, pool: 'p' }] })),
    fc.array(someVm, { maxLength: 3 }).map((vms) => ({ kind: 'place' as const, requests: vms.map(request) })),
    fc.constant({ kind: 'rebalance' as const }),
  );
}

function picture(engine: PlacementEngine, asked: readonly VmState[]) {
  const names = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'];
  const hosts = names.map((name) => [engine.host(name), engine.room(name), engine.vmsOn(name)]);
  return { hosts, pool: engine.hostsOf('p'), decisions: asked.map((vm) => engine.place(request(vm))) };
}

/** Asks some questions about the world after some history, if it has a host. */
function asking(
  check: (engine: PlacementEngine, world: PlainWorld, questions: Question[], asked: VmState[]) => void,
) {
  fc.assert(
    fc.property(
      histories,
      fc.array(someVm, { minLength: 3, maxLength: 3 }),
      fc.gen(),
      (events, asked, gen) => {
        const { engine, world } = worldAfter(events);
        const hosts = engine.hostsOf('p');
        fc.pre(hosts.length > 0);
        const one = someQuestion(hosts);
        const questions = gen(() => fc.array(one, { minLength: 1, maxLength: 4 })).filter(isAbout(hosts));
        check(engine, world, questions, asked);
      },
    ),
    { numRuns: 150 },
  );
}

/** Hosts can be lost once. */
function isAbout(hosts: readonly string[]): (question: Question) => boolean {
  const lost = new Set<string>();
  const isThere = (name: string) => hosts.includes(name) && !lost.has(name);
  return (question) => {
    if (question.kind === 'add') return isThere(question.like);
    if (question.kind !== 'lose' && question.kind !== 'drain') return true;
    const names = 'hosts' in question.hosts ? question.hosts.hosts : [];
    const isAsked = names.every(isThere);
    if (isAsked && question.kind === 'lose') for (const name of names) lost.add(name);
    return isAsked;
  };
}

describe('what-if', () => {
  it('leaves the engine as it was, whatever was asked', () => {
    asking((engine, _, questions, asked) => {
      const before = picture(engine, asked);
      whatIf(engine, pool, questions);
      expect(picture(engine, asked)).toEqual(before);
    });
  });

  it('answers the same each time', () => {
    asking((engine, _, questions) => {
      expect(whatIf(engine, pool, questions)).toEqual(whatIf(engine, pool, questions));
    });
  });

  it('places VMs of lost hosts only where they may be, and leaves only those out that may be nowhere', () => {
    asking((engine, world, questions) => {
      const first = questions.find((question) => question.kind === 'lose');
      if (!first) return;
      const [answer] = whatIf(engine, pool, [first]) as [Answer & { kind: 'lose' }];
      const vms = new Map(world.vms);
      for (const name of answer.hosts) world.hosts.delete(name);
      for (const { id } of [...answer.placed, ...answer.homeless].map(({ vm }) => ({ id: vm })))
        world.vms.delete(id);
      for (const { vm, host } of answer.placed) {
        const state = vms.get(vm) as VmState;
        expect(mayTake(world, state, 'p')).toContain(host);
        world.vms.set(vm, { ...state, host });
      }
      for (const { vm, message } of answer.homeless)
        expect([vm, mayTake(world, vms.get(vm) as VmState, 'p').length > 0]).toEqual([
          vm,
          message.startsWith('It would fit'),
        ]);
    });
  });

  it('counts as many as can be placed, and names each host among what keeps the next one away', () => {
    asking((engine, world, questions) => {
      const first = questions.find((question) => question.kind === 'fit');
      if (!first) return;
      const [answer] = whatIf(engine, pool, [first]) as [Answer & { kind: 'fit' }];
      let placed = 0;
      for (; placed < 20; placed++) {
        const vm = { ...first.request.vm, id: `${first.request.vm.id} ${placed}` };
        const decision = engine.place(request(vm));
        if (decision.kind === 'unplaced') break;
        happen(engine, world, { kind: 'put', vm, host: decision.host });
      }
      expect(answer.fits).toBe(placed);
      if (!answer.isAtLeast)
        expect(answer.limits.flatMap(({ hosts }) => hosts).sort()).toEqual(engine.hostsOf('p'));
    });
  });
});
