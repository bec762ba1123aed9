import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundProblems, rulesOf, smallProblem } from '../moves/testing/problems.ts';
import { faultsOf } from '../moves/testing/verifier.ts';
import { type EmptyingOptions, planEmptying } from './empty-hosts.ts';
import { defaultRebalanceOptions } from './options.ts';

const options: EmptyingOptions = { ...defaultRebalanceOptions, fillUpTo: 0.8, maxHosts: 10 };

/** Hosts of 100 in a single dimension, each with VMs of these sizes. */
const hostsWith = (...sizes: number[][]) =>
  smallProblem(
    sizes.map(() => [100]),
    sizes.flatMap((of, on) => of.map((asks) => ({ on, asks: [asks] }))),
  );

const planOf = (sizes: number[][], more: Partial<EmptyingOptions> = {}) => {
  const { waves, emptied, fewestHosts } = planEmptying(hostsWith(...sizes), undefined, {
    ...options,
    ...more,
  });
  return { moves: waves.flat().map(({ vm, from, to }) => [vm, from, to]), emptied, fewestHosts };
};

describe('emptying hosts', () => {
  it('empties those that are cheapest, onto the fullest that have room', () => {
    expect(planOf([[50], [10, 10], [30]])).toEqual({
      moves: [
        [1, 1, 0],
        [2, 1, 0],
      ],
      emptied: [1],
      fewestHosts: 2,
    });
  });

  it('leaves a host alone whose VMs do not all find room', () => {
    expect(planOf([[75], [10, 20], [60]]).moves).toEqual([]);
  });

  it('gives back the room of a host that it does not empty', () => {
    // Host 2 is tried first: 3 would find room on host 0, but then 2 has none. Host 3 needs all of that room.
    const base = hostsWith([76], [80], [3, 2], [2, 1, 1]);
    const problem = { ...base, hosts: { ...base.hosts, receives: Uint8Array.of(1, 1, 0, 0) } };
    expect(planEmptying(problem, undefined, options).emptied).toEqual([3]);
  });

  it('fills up to where it may, and no further', () => {
    expect(planOf([[60], [25]], { fillUpTo: 0.85 }).emptied).toEqual([1]);
    expect(planOf([[60], [25]], { fillUpTo: 0.84 }).emptied).toEqual([]);
  });

  it('puts nothing on empty hosts', () => {
    expect(planOf([[], [30], [70]]).emptied).toEqual([]);
  });

  it('keeps to the number of hosts and of moves', () => {
    const sizes = [[50], [5, 5], [6, 6], [7]];
    expect(planOf(sizes).emptied).toEqual([3, 1, 2]);
    expect(planOf(sizes, { maxHosts: 1 }).emptied).toEqual([3]);
    expect(planOf(sizes, { maxMoves: 3 }).emptied).toEqual([3, 1]);
  });

  it('counts hosts that are fuller than they may be filled as they are', () => {
    expect(planOf([[95], [5]], { fillUpTo: 0.5 }).fewestHosts).toBe(2);
    expect(planOf([[95], [5]], { fillUpTo: 1 }).fewestHosts).toBe(1);
  });

  it('goes through safe states only, leaves hosts empty or alone, and no fewer than are needed', () => {
    const fill = fc.constantFrom(0.5, 0.8, 1);
    fc.assert(
      fc.property(boundProblems, fill, (bound, fillUpTo) => {
        const { problem } = bound;
        const { waves, emptied, fewestHosts } = planEmptying(problem, rulesOf(bound), {
          ...options,
          fillUpTo,
        });
        expect(faultsOf(bound, waves, options.limits)).toEqual([]);
        const host = problem.vms.host.slice();
        for (const { vm, from, to } of waves.flat()) {
          expect(emptied).toContain(from);
          host[vm] = to;
        }
        for (const one of emptied) expect(host).not.toContain(one);
        const inUse = new Set(host).size;
        expect(inUse).toBe(new Set(problem.vms.host).size - emptied.length);
        expect(inUse).toBeGreaterThanOrEqual(fewestHosts);
      }),
      { numRuns: 300 },
    );
  });
});
