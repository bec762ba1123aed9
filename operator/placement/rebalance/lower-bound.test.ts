import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout } from '../moves/layout.ts';
import { smallProblem } from '../moves/testing/problems.ts';
import { fewestMoves, lowestLevel } from './lower-bound.ts';
import { Targets } from './targets.ts';

const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 9 })), {
  minLength: 1,
  maxLength: 6,
});

const layoutOf = (vms: readonly (readonly [number, number])[]) =>
  new Layout(
    smallProblem(
      [[20], [20], [40]],
      vms.map(([on, asks]) => ({ on, asks: [asks] })),
    ),
  );

/** For every way to place the VMs: how many moved, and the level of the worst host. */
function everyEnd(layout: Layout, targets: Targets): { moves: number; level: number }[] {
  const { host, count } = layout.problem.vms;
  return Array.from({ length: 3 ** count }, (_, code) => {
    const mark = layout.mark();
    let moves = 0;
    for (let vm = 0; vm < count; vm++) {
      const to = Math.floor(code / 3 ** vm) % 3;
      if (to === host[vm]) continue;
      layout.move(vm, to);
      moves++;
    }
    const level = targets.worst();
    layout.undo(mark);
    return { moves, level };
  });
}

describe('the lower bounds', () => {
  it('are not beaten by any of all the ways to place the VMs', () => {
    fc.assert(
      fc.property(sizes, (vms) => {
        const layout = layoutOf(vms);
        const targets = new Targets(layout);
        const bounds = [0, 1, 2, 3].map((moves) => lowestLevel(layout, targets, moves));
        for (const { moves, level } of everyEnd(layout, targets)) {
          expect(fewestMoves(layout, targets, level + 1e-9)).toBeLessThanOrEqual(moves);
          expect(bounds[moves] ?? 0).toBeLessThanOrEqual(level + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are tight where there is room for all that leaves', () => {
    const layout = layoutOf([
      [0, 9],
      [0, 6],
      [0, 3],
    ]);
    const targets = new Targets(layout);
    // The mean is 18 of 80; a host of 20 with 9 is at 0.225 above.
    expect(fewestMoves(layout, targets, 0.225)).toBe(1);
    expect(fewestMoves(layout, targets, 0.2)).toBe(2);
    expect(lowestLevel(layout, targets, 1)).toBeCloseTo(0.225, 2);
  });

  it('know of VMs that must not move', () => {
    const layout = layoutOf([
      [0, 9],
      [0, 6],
    ]);
    expect(fewestMoves(layout, new Targets(layout), 0.2, (vm) => vm === 1)).toBe(Number.POSITIVE_INFINITY);
  });
});
