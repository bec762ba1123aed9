import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnginePolicy } from './engine-policy.ts';
import { type Expectations, learnedFrom, oracle } from './expectations.ts';
import { LifetimePolicy } from './lifetime-policy.ts';
import { bestFit, firstFit, hybridFit } from './plain-policies.ts';
import { type Mover, type Order, type Policy, replay } from './replay.ts';
import type { Trace, TraceVm } from './traces.ts';

const forever = Number.POSITIVE_INFINITY;

/** cpu and memory as shares, from and to in seconds. */
const vm = (cpu: number, memory: number, start: number, end: number): TraceVm => ({
  ...{ kind: [`${cpu}x${memory}`], cpu, memory, start, end },
});
const traceOf = (vms: TraceVm[]): Trace => ({
  ...{ name: 't', begin: 0, end: 100, hostMemoryGiB: 1, vms },
});

describe('a replay', () => {
  it('takes the mean over time, and the most at once', () => {
    const vms = [vm(1, 0.5, 0, forever), vm(0.5, 0.1, 50, 75)];
    // 1 host for 100 s, another for 25 s; the bound has half a host for those.
    expect(replay(traceOf(vms), firstFit(), 'as they came')).toEqual({
      ...{ peak: 2 / 1.5, mean: 125 / 112.5, peakHosts: 2, peakBound: 1.5, moves: 0 },
    });
  });

  it('does not count what was before the beginning, but keeps what is left of it', () => {
    const vms = [vm(1, 1, -50, -10), vm(1, 1, -50, -10), vm(0.5, 0.5, -20, forever)];
    const { peakHosts, peak, mean } = replay(
      traceOf([...vms, vm(0.5, 0.5, 0, forever)]),
      bestFit(),
      'as they came',
    );
    expect([peakHosts, peak, mean]).toEqual([1, 1, 1]);
  });

  it('lets VMs end before others come at the same moment', () => {
    const { peakHosts } = replay(
      traceOf([vm(1, 1, 0, 50), vm(1, 1, 50, forever)]),
      firstFit(),
      'as they came',
    );
    expect(peakHosts).toBe(1);
  });

  it('places what comes at one moment in the order that is asked for', () => {
    const vms = [
      vm(0.4, 0.4, 0, forever),
      vm(0.4, 0.4, 0, forever),
      vm(0.6, 0.6, 0, forever),
      vm(0.6, 0.6, 0, forever),
    ];
    const hosts = (order: Order) => replay(traceOf(vms), firstFit(), order).peakHosts;
    expect([hosts('as they came'), hosts('largest first')]).toEqual([3, 2]);
  });

  it('moves VMs when the mover asks for it, before others come', () => {
    const vms = [vm(0.6, 0.6, 0, 50), vm(0.5, 0.5, 0, forever), vm(0.6, 0.6, 80, forever)];
    const mover: Mover = {
      next: 60,
      movesAt({ vmsOn }) {
        this.next = 200;
        return vmsOn[1]?.map((moved) => ({ vm: moved, from: 1, to: 0 })) ?? [];
      },
    };
    const first = { ...vm(0.1, 0.1, 0, forever) };
    const { mean, moves } = replay(traceOf([first, ...vms]), firstFit(), 'as they came', mover);
    // Two hosts for 60 s, one until 80, again two; the bound is 1.2 for 50 s, 0.6 until 80, 1.2 then.
    expect([mean, moves]).toEqual([expect.closeTo(180 / 102, 9), 1]);
  });

  it('refuses a policy that over-fills a host', () => {
    const wrong: Policy = { choose: ({ open }) => (open > 0 ? 0 : undefined) };
    expect(() => replay(traceOf([vm(1, 1, 0, 9), vm(1, 1, 1, 9)]), wrong, 'as they came')).toThrow(
      'over-full',
    );
  });
});

describe('each policy', () => {
  const share = fc.integer({ min: 1, max: 16 }).map((sixteenths) => sixteenths / 16);
  const time = fc.integer({ min: -20, max: 110 });
  const vms = fc.array(
    fc
      .tuple(share, share, time, fc.option(fc.integer({ min: 1, max: 60 }), { nil: forever }))
      .map(([cpu, memory, start, life]) => vm(cpu, memory, start, start + life)),
    { minLength: 1, maxLength: 40 },
  );

  it.each<[string, (trace: Trace) => Policy]>([
    ['first fit', firstFit],
    ['best fit', bestFit],
    ['hybrid', hybridFit],
    ["the engine's Pack", () => new EnginePolicy()],
    ['lifetimes', (trace) => new LifetimePolicy(learnedFrom(trace), trace)],
    ['oracle', (trace) => new LifetimePolicy(oracle, trace)],
  ])(
    '%s uses no fewer hosts than the bound, over-fills none, and decides the same again',
    (_name, policy) => {
      fc.assert(
        fc.property(vms, (all) => {
          const trace = traceOf([...all, vm(1 / 16, 1 / 16, 0, forever)]);
          const packing = replay(trace, policy(trace), 'largest first');
          expect(packing.peakHosts).toBeGreaterThanOrEqual(packing.peakBound - 1e-9);
          expect(packing.mean).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(replay(trace, policy(trace), 'largest first')).toEqual(packing);
        }),
        { numRuns: 50 },
      );
    },
  );
});

describe('lifetimes', () => {
  const hour = 3600;
  const day = (vms: TraceVm[]): Trace => ({
    ...{ name: 'd', begin: 0, end: 24 * hour, hostMemoryGiB: 1, vms },
  });
  /** Two hosts, of which one could drain; the last VM fits on either. */
  const vms = [
    { ...vm(0.6, 0.6, 0, hour), kind: ['goes'] },
    { ...vm(0.6, 0.6, 1, forever), kind: ['stays'] },
    { ...vm(0.4, 0.4, 2, forever), kind: ['stays'] },
  ];
  const history = day(Array.from({ length: 50 }, () => vms).flat());

  it('keep VMs that stay together, and let the other hosts drain', () => {
    const order = 'as they came';
    const { mean: blind } = replay(day(vms), hybridFit(), order);
    const { mean: learned } = replay(day(vms), new LifetimePolicy(learnedFrom(history), history), order);
    const { mean: known } = replay(day(vms), new LifetimePolicy(oracle, history), order);
    expect(learned).toBeLessThan(blind - 0.5);
    expect(learned).toBeCloseTo(known, 2);
  });

  it('see at once that a host can drain because a VM left that was thought to stay', () => {
    const left = [
      { ...vm(0.3, 0.3, 0, 100), kind: ['stays'] },
      { ...vm(0.5, 0.5, 1, hour), kind: ['goes'] },
      { ...vm(0.3, 0.3, 2, forever), kind: ['stays'] },
      { ...vm(0.4, 0.4, 200, forever), kind: ['stays'] },
    ];
    const mean = (expectations: Expectations) =>
      replay(day(left), new LifetimePolicy(expectations, history), 'as they came').mean;
    expect(mean(learnedFrom(history))).toBeCloseTo(mean(oracle), 9);
  });

  it('are learned without a look at the end of a VM that still runs', () => {
    const asked = (end: number, expectations: Expectations) => [
      ...expectations.stay({ ...vm(0.5, 0.5, 0, end), kind: ['goes'] }, 10),
    ];
    expect(asked(20, learnedFrom(history))).toEqual(asked(forever, learnedFrom(history)));
    expect(asked(20, oracle)).not.toEqual(asked(forever, oracle));
  });
});
