import { describe, expect, it } from 'vitest';
import { EnginePlacer } from './engine-adapter.ts';
import { replay } from './rate/replay.ts';
import { countFaults, verify } from './verifier/verify.ts';
import { makeMixed } from './workload/mixed.ts';

const still = { limitMs: 1, now: () => 0, cpuMs: () => 0 };
const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

describe.each(['Spread', 'Pack'] as const)('the engine, %s', (strategy) => {
  const outcomesOf = (seed: number) => {
    const workload = makeMixed({ hosts: 15, events: 200, seed });
    const placer = new EnginePlacer(workload.hosts, workload.rules, strategy);
    return { workload, outcomes: replay(placer, workload.events, still).outcomes };
  };

  it.each(seeds)('breaks no rule, and refuses only what fits nowhere, in mix %d', (seed) => {
    const { workload, outcomes } = outcomesOf(seed);
    expect(countFaults(verify(workload, outcomes))).toEqual({});
  });

  it('both places and refuses', () => {
    const all = seeds.flatMap((seed) => outcomesOf(seed).outcomes.map(({ kind }) => kind));
    const of = (kind: string) => all.filter((one) => one === kind).length;
    expect(of('placed')).toBeGreaterThan(1_000);
    expect(of('refused')).toBeGreaterThan(500);
  });
});
