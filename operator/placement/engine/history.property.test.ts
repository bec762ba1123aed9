import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyWorld, happen, someEvent, someVm, tell } from '../testing/histories.ts';
import { mayTake } from '../testing/naive.ts';
import { PlacementEngine } from './engine.ts';

const histories = fc.array(someEvent, { minLength: 10, maxLength: 60, size: 'max' });
const request = (vm: Parameters<PlacementEngine['upsertVm']>[0] | object) =>
  ({ vm, pool: 'p', strategy: 'Spread' }) as Parameters<PlacementEngine['place']>[0];

describe('after any history', () => {
  it('a decision is for a host that keeps every rule, and is none only when there is no such host', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const engine = new PlacementEngine();
        const world = emptyWorld();
        for (const event of events) {
          if (event.kind === 'place') {
            const decision = engine.place(request(event.vm));
            const possible = mayTake(world, event.vm, 'p');
            if (decision.kind === 'placed') expect(possible).toContain(decision.host);
            else expect(possible).toEqual([]);
          }
          happen(engine, world, event);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('an engine decides, and tells, as one that was told of the world at once, in whatever order', () => {
    fc.assert(
      fc.property(histories, fc.array(someVm, { minLength: 1, maxLength: 4 }), (events, asked) => {
        // So few populations that they are dropped and made anew all the time.
        const engine = new PlacementEngine({ populationLimits: { count: 2, bytes: 2 ** 20 } });
        const world = emptyWorld();
        for (const event of events) happen(engine, world, event);
        const fresh = tell(new PlacementEngine(), world);
        const backwards = tell(new PlacementEngine(), world, true);
        for (const vm of asked) {
          const decision = engine.place(request(vm));
          expect(decision).toEqual(fresh.place(request(vm)));
          expect(decision).toEqual(backwards.place(request(vm)));
        }
        for (const name of world.hosts.keys()) expect(engine.usage(name)).toEqual(fresh.usage(name));
      }),
      { numRuns: 500 },
    );
  });

  it('a VM that was placed by a decision breaks no rule where it is', () => {
    fc.assert(
      fc.property(histories, someVm, (events, vm) => {
        const engine = new PlacementEngine();
        const world = emptyWorld();
        for (const event of events) happen(engine, world, event);
        const decision = engine.place(request(vm));
        if (decision.kind !== 'placed') return;
        engine.upsertVm({ ...vm, host: decision.host });
        expect(engine.check(request(vm), decision.host)).toBeUndefined();
        expect(engine.shortageOn(request(vm), decision.host)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
