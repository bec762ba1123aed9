import fc from 'fast-check';

/** What happens to a group of replicas, step by step, and on what network. */
export interface Storm {
  /** One replica each; how fast its clock runs. */
  rates: number[];
  /** Longest way of a request or of an answer. */
  latencyMs: number;
  /** Of requests, and of answers. */
  lossRate: number;
  /** For latencies, losses and the replicas' own randomness. */
  seed: number;
  steps: { what: StormStep; who: number; afterMs: number }[];
}

const stepKinds = ['suspend', 'resume', 'resumeReversed', 'crash', 'leave', 'down', 'cut', 'deaf'] as const;
export type StormStep = (typeof stepKinds)[number];

/** Clocks within 10 % of the world's: renew deadlines and durations of 10 s and 15 s bear up to 20 %. */
export const storms: fc.Arbitrary<Storm> = fc.record({
  rates: fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 2, maxLength: 4 }),
  latencyMs: fc.constantFrom(1, 50, 1_500, 6_000),
  lossRate: fc.constantFrom(0, 0, 0.1),
  seed: fc.nat(),
  steps: fc.array(
    fc.record({
      what: fc.constantFrom(...stepKinds),
      who: fc.nat(3),
      afterMs: fc.constantFrom(10, 900, 3_000, 5_500, 11_000, 16_000, 20_000),
    }),
    { minLength: 3, maxLength: 14 },
  ),
});
