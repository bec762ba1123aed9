import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout } from './layout.ts';
import { defaultMoveLimits, Links, type MoveLimits } from './links.ts';
import type { MoveProblem } from './problem.ts';
import { type MoveRules, noRules } from './rules.ts';
import { boundProblems, rulesOf, smallProblem } from './testing/problems.ts';
import { faultsOf } from './testing/verifier.ts';
import { type Move, wavesOf } from './waves.ts';

const move = (vm: number, from: number, to: number): Move => ({ vm, from, to });

function wavesIn(problem: MoveProblem, moves: Move[], more: { limits?: MoveLimits; rules?: MoveRules } = {}) {
  const { limits = defaultMoveLimits, rules = noRules } = more;
  return wavesOf(new Layout(problem, rules), moves, { links: new Links(problem, limits), limits });
}

describe('moves', () => {
  it('run side by side as far as the slots of their hosts go', () => {
    const problem = smallProblem(
      [[9], [9]],
      [1, 1, 1].map((asks) => ({ on: 0, asks: [asks] })),
    );
    const moves = [0, 1, 2].map((vm) => move(vm, 0, 1));
    expect(wavesIn(problem, moves).waves.map((wave) => wave.length)).toEqual([2, 1]);
  });

  it('wait for room that another move makes', () => {
    const problem = smallProblem(
      [[9], [9], [9]],
      [
        { on: 0, asks: [5] },
        { on: 1, asks: [8] },
      ],
    );
    const waves = [[move(1, 1, 2)], [move(0, 0, 1)]];
    expect(wavesIn(problem, [move(0, 0, 1), move(1, 1, 2)])).toEqual({ waves, stuck: [] });
  });

  it('that wait for each other are stuck', () => {
    const problem = smallProblem(
      [[9], [9]],
      [
        { on: 0, asks: [8] },
        { on: 1, asks: [7] },
      ],
    );
    const circle = [move(0, 0, 1), move(1, 1, 0)];
    expect(wavesIn(problem, circle)).toEqual({ waves: [], stuck: circle });
  });

  it('do not overtake where that would get them stuck', () => {
    // While VM 1 waits for a slot of host 0, VM 3 would take its room on host 1; VM 2 makes it, but waits for VM 1.
    const problem = smallProblem(
      [[11], [20], [10], [10]],
      [
        { on: 0, asks: [1] },
        { on: 0, asks: [10] },
        { on: 1, asks: [10] },
        { on: 2, asks: [10] },
      ],
    );
    const moves = [move(0, 0, 3), move(1, 0, 1), move(2, 1, 0), move(3, 2, 1)];
    const { waves, stuck } = wavesIn(problem, moves, { limits: { perHost: 1, perUplink: 1, total: 9 } });
    expect(stuck).toEqual([]);
    expect(waves.flat()).toHaveLength(4);
  });

  it('that share a serial number run one at a time', () => {
    const problem = smallProblem(
      [[9], [9], [9], [9]],
      [
        { on: 0, asks: [1] },
        { on: 1, asks: [1] },
        { on: 1, asks: [1] },
      ],
    );
    const rules = { ...noRules, serials: (vm: number) => (vm < 2 ? [7] : []) };
    const moves = [move(0, 0, 2), move(1, 1, 3), move(2, 1, 3)];
    expect(wavesIn(problem, moves, { rules }).waves).toEqual([[moves[0], moves[2]], [moves[1]]]);
  });

  const limits = fc.record({
    perHost: fc.integer({ min: 1, max: 3 }),
    perUplink: fc.integer({ min: 1, max: 2 }),
    total: fc.integer({ min: 1, max: 5 }),
  });
  const wishes = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 });

  it('that can be made one after another all find a wave, through safe states only', () => {
    fc.assert(
      fc.property(boundProblems, wishes, limits, (bound, wished, limits) => {
        const { problem } = bound;
        const layout = new Layout(problem, rulesOf(bound));
        const links = new Links(problem, limits);
        const moves: Move[] = [];
        for (const [wish, to] of problem.vms.count === 0 ? [] : wished) {
          const vm = wish % problem.vms.count;
          const next = move(vm, layout.hostOf(vm), to % problem.hosts.count);
          const again = moves.some((other) => other.vm === vm) || next.from === next.to || layout.isFixed(vm);
          if (again || !links.copyCost(vm, next.from, next.to) || !layout.mayCome(vm, next.to)) continue;
          layout.move(vm, next.to);
          moves.push(next);
        }
        const end = layout.at.slice();
        layout.undo(0);
        const { waves, stuck } = wavesOf(layout, moves, { links, limits });
        expect(stuck).toEqual([]);
        expect(faultsOf(bound, waves, limits)).toEqual([]);
        expect(layout.at).toEqual(end);
      }),
      { numRuns: 300 },
    );
  });
});
