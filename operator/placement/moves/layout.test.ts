import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout } from './layout.ts';
import { checkProblem, type MoveProblem } from './problem.ts';
import { boundProblems, rulesOf, smallProblem } from './testing/problems.ts';

/** Everything that a layout tells, in an order that does not depend on its past. */
function factsOf(layout: Layout) {
  const members = layout.members.map((vms) => vms.toSorted((a, b) => a - b));
  const { vms, hosts } = layout.problem;
  const every = (count: number) => Array.from({ length: count }, (_, index) => index);
  const may = every(vms.count).map((vm) => every(hosts.count).map((host) => layout.mayCome(vm, host)));
  // Sums in another order differ by their rounding; adding 0 makes -0 the same as 0.
  const load = [...layout.load].map((sum) => Math.round(sum * 1e6) + 0);
  return { members, at: [...layout.at], used: [...layout.used], load, may };
}

const steps = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 });

function moveAll(layout: Layout, moves: readonly [number, number][]): void {
  const { vms, hosts } = layout.problem;
  if (vms.count > 0) for (const [vm, to] of moves) layout.move(vm % vms.count, to % hosts.count);
}

describe('a layout', () => {
  it('that was changed move by move equals one that is built anew', () => {
    fc.assert(
      fc.property(boundProblems, steps, (bound, moves) => {
        const layout = new Layout(bound.problem, rulesOf(bound));
        moveAll(layout, moves);
        const vms = { ...bound.problem.vms, host: layout.at.slice() };
        const moved = { ...bound, problem: { ...bound.problem, vms } };
        expect(factsOf(layout)).toEqual(factsOf(new Layout(moved.problem, rulesOf(moved))));
      }),
    );
  });

  it('is as it was after undo, the rules with it', () => {
    fc.assert(
      fc.property(boundProblems, steps, steps, (bound, moves, undone) => {
        const layout = new Layout(bound.problem, rulesOf(bound));
        moveAll(layout, moves);
        const before = factsOf(layout);
        const mark = layout.mark();
        moveAll(layout, undone);
        layout.undo(mark);
        expect(factsOf(layout)).toEqual(before);
      }),
    );
  });

  it('keeps the reserve free, and asks nothing of a dimension that is not requested', () => {
    const base = smallProblem(
      [
        [4, 10],
        [4, 10],
      ],
      [
        { on: 0, asks: [0, 6] },
        { on: 0, asks: [1, 7] },
        { on: 1, asks: [5, 0] },
      ],
    );
    const problem = { ...base, hosts: { ...base.hosts, reserve: Float64Array.of(0, 4, 0, 4) } };
    const layout = new Layout(problem);
    expect(layout.fits(0, 1)).toBe(true);
    expect(layout.fits(1, 1)).toBe(false);
    layout.arrive(0, 1);
    expect(layout.free(1, 1)).toBeCloseTo(0);
  });
});

describe('a problem', () => {
  const base = smallProblem([[4], [4]], [{ on: 0, asks: [1] }]);
  const wrong: [string, Partial<MoveProblem>, string][] = [
    ['a host that is not there', { vms: { ...base.vms, host: Int32Array.of(2) } }, 'host[0] is 2'],
    ['a negative request', { vms: { ...base.vms, requests: Float64Array.of(-1) } }, 'requests[0] is -1'],
    [
      'a limit that is no number',
      { hosts: { ...base.hosts, limits: Float64Array.of(1, Number.NaN) } },
      'limits[1] is NaN',
    ],
    [
      'an array that is too short',
      { hosts: { ...base.hosts, bandwidth: Float64Array.of(1) } },
      'bandwidth has 1 values, not 2',
    ],
    [
      'an uplink that is not there',
      { hosts: { ...base.hosts, uplink: Int32Array.of(-1, 0) } },
      'uplink[1] is 0',
    ],
  ];
  it.each(wrong)('with %s is refused', (_what, change, message) => {
    expect(() => checkProblem({ ...base, ...change })).toThrow(new RangeError(message));
  });

  it('that is well formed is not', () => {
    expect(() => checkProblem(base)).not.toThrow();
  });
});
