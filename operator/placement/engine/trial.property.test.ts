import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacementRequest } from '../model/decision.ts';
import type { VmState } from '../model/vm.ts';
import { emptyWorld, happen, someEvent, someVm, tell } from '../testing/histories.ts';
import { mayTake, type PlainWorld } from '../testing/naive.ts';
import { PlacementEngine } from './engine.ts';

const histories = fc.array(someEvent, { minLength: 5, maxLength: 40, size: 'max' });
const request = (vm: VmState): PlacementRequest => ({ vm, pool: 'p', strategy: 'Spread' });

/** All that the engine tells of the world, and what it would decide. */
function picture(engine: PlacementEngine, asked: readonly VmState[]) {
  const hosts = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'].map((name) => ({
    ...{ state: engine.host(name), room: engine.room(name), vms: engine.vmsOn(name) },
    usage: engine.usage(name),
  }));
  return { hosts, decisions: asked.map((vm) => [engine.place(request(vm)), engine.policiesFor(vm)]) };
}

function engineAfter(
  events: Parameters<typeof happen>[2][],
  world: PlainWorld = emptyWorld(),
): PlacementEngine {
  const engine = new PlacementEngine();
  for (const event of events) happen(engine, world, event);
  return engine;
}

describe('a trial', () => {
  it('leaves no trace, whatever happened in it, even in a trial within it', () => {
    fc.assert(
      fc.property(
        histories,
        histories,
        histories,
        fc.array(someVm, { minLength: 3 }),
        (before, outer, inner, asked) => {
          const engine = engineAfter(before);
          const seen = picture(engine, asked);
          engine.trial(() => {
            for (const event of outer) happen(engine, emptyWorld(), event);
            const between = picture(engine, asked);
            engine.trial(() => {
              for (const event of inner) happen(engine, emptyWorld(), event);
            });
            expect(picture(engine, asked)).toEqual(between);
            // What comes after the inner trial belongs to the outer one.
            for (const event of inner) happen(engine, emptyWorld(), event);
          });
          expect(picture(engine, asked)).toEqual(seen);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('shows the world as it would be', () => {
    fc.assert(
      fc.property(histories, histories, someVm, (before, during, asked) => {
        const world = emptyWorld();
        const engine = engineAfter(before, world);
        engine.trial(() => {
          for (const event of during) happen(engine, world, event);
          expect(engine.place(request(asked))).toEqual(
            tell(new PlacementEngine(), world).place(request(asked)),
          );
        });
      }),
      { numRuns: 100 },
    );
  });

  it('that throws is undone as well', () => {
    const engine = new PlacementEngine();
    const host = { name: 'a', pool: 'p', labels: {}, limits: { cpu: 1 }, available: { yes: true } as const };
    const trial = () =>
      engine.trial(() => {
        engine.upsertHost(host);
        throw new Error('no more');
      });
    expect(trial).toThrow('no more');
    expect(engine.hostsOf('p')).toEqual([]);
    engine.upsertHost(host);
    expect(engine.hostsOf('p')).toEqual(['a']);
  });

  it('gives back what is known of a host that it removed', () => {
    const engine = new PlacementEngine();
    const host = (name: string) => ({
      name,
      pool: 'p',
      labels: {},
      limits: { cpu: 8 },
      available: { yes: true } as const,
    });
    for (const name of ['a', 'b']) engine.upsertHost(host(name));
    engine.hint('a', { contention: 1 });
    engine.trial(() => engine.removeHost('a'));
    const vm = { id: 'n/x', namespace: 'n', labels: {}, requests: { cpu: 1 } };
    engine.upsertVm({ ...vm, id: 'n/y', host: 'b' });
    expect(engine.place(request(vm))).toEqual({ kind: 'placed', host: 'b' });
  });
});

describe('how many more fit', () => {
  it('is how many can be placed one after the other', () => {
    fc.assert(
      fc.property(histories, someVm, fc.integer({ min: 0, max: 12 }), (events, vm, most) => {
        const world = emptyWorld();
        const engine = engineAfter(events, world);
        const fits = engine.fits(request(vm), most);
        let placed = 0;
        for (; placed < most; placed++) {
          const one = { ...vm, id: `${vm.id} ${placed}` };
          const decision = engine.place(request(one));
          if (decision.kind === 'unplaced') break;
          expect(mayTake(world, one, 'p')).toContain(decision.host);
          happen(engine, world, { kind: 'put', vm: one, host: decision.host });
        }
        expect(fits).toBe(placed);
      }),
      { numRuns: 150 },
    );
  });
});
