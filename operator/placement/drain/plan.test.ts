import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout } from '../moves/layout.ts';
import { Links } from '../moves/links.ts';
import { Fixed, type MoveProblem } from '../moves/problem.ts';
import { noRules } from '../moves/rules.ts';
import { AntiAffinityRules } from '../moves/testing/anti-affinity.ts';
import { boundProblems, rulesOf, smallProblem } from '../moves/testing/problems.ts';
import { faultsOf } from '../moves/testing/verifier.ts';
import { defaultDrainOptions, planDrain } from './plan.ts';

/** Hosts of 100 in a single dimension, each with VMs of these sizes. */
const hostsWith = (...sizes: number[][]) =>
  smallProblem(
    sizes.map(() => [100]),
    sizes.flatMap((of, on) => of.map((asks) => ({ on, asks: [asks] }))),
  );

const movesOf = (problem: MoveProblem, ...drained: number[]) =>
  planDrain(problem, drained)
    .waves.flat()
    .map(({ vm, from, to }) => [vm, from, to]);

describe('a drain', () => {
  it('sends each VM to the host that is emptiest then, the largest first', () => {
    expect(movesOf(hostsWith([10, 40], [20], [30]), 0)).toEqual([
      [1, 0, 1],
      [0, 0, 2],
    ]);
  });

  it('of several hosts never has them target each other, and begins with the quickest', () => {
    const { waves, hosts } = planDrain(hostsWith([20, 20], [30], [], [20]), [0, 1, 2]);
    for (const { to } of waves.flat()) expect(to).toBe(3);
    expect(waves.flat()[0]?.from).toBe(1);
    expect(hosts).toEqual([
      { host: 2, emptyAfter: 0 },
      { host: 1, emptyAfter: 1 },
      { host: 0, emptyAfter: 2 },
    ]);
  });

  it('runs in waves of as many as the hosts take at once', () => {
    const problem = hostsWith([1, 1, 1, 1, 1], [], []);
    expect(planDrain(problem, [0]).waves.map((wave) => wave.length)).toEqual([2, 2, 1]);
  });

  it('moves another VM on to make room for one that has none', () => {
    const problem = hostsWith([50], [30, 40], [60]);
    const { waves, blocked } = planDrain(problem, [0]);
    expect(blocked).toEqual([]);
    expect(waves.flat().map(({ vm, to, makesRoomFor }) => [vm, to, makesRoomFor])).toEqual([
      [1, 2, 0],
      [0, 1, undefined],
    ]);
  });

  it('uses room that was made for another VM before it makes more', () => {
    const problem = hostsWith([50, 35], [60, 10], [40]);
    const rules = { ...noRules, allows: (vm: number, host: number) => host !== 2 || vm > 1 };
    const { waves } = planDrain(problem, [0], rules);
    expect(waves.flat().map(({ vm, to }) => [vm, to])).toEqual([
      [2, 2],
      [0, 1],
      [1, 1],
    ]);
  });

  it('makes no room where a rule forbids what it would lead to', () => {
    let isGone = false;
    const rules = {
      ...noRules,
      allows: (vm: number, host: number) => vm !== 0 || host !== 1 || !isGone,
      arrive: (vm: number, host: number) => {
        if (vm === 1) isGone = host === 2;
      },
    };
    // Without VM 1, VM 0 must not be on host 1; VM 2 goes instead.
    const { waves } = planDrain(hostsWith([50], [30, 40], [60]), [0], rules);
    expect(waves.flat().map(({ vm }) => vm)).toEqual([2, 0]);
  });

  it('leaves other hosts alone where it is told so', () => {
    const { waves, blocked } = planDrain(hostsWith([50], [30, 40], [60]), [0], undefined, {
      ...defaultDrainOptions,
      mayMakeRoom: false,
    });
    expect(waves).toEqual([]);
    expect(blocked).toEqual([
      {
        vm: 0,
        because: 'NoDestination',
        refusals: {
          closed: 0,
          room: 2,
          rules: 0,
          link: 0,
          nearest: { host: 2, lacks: [expect.closeTo(10)] },
        },
      },
    ]);
  });

  it('says why a VM stays, and that its host does not get empty', () => {
    const base = hostsWith([10, 10, 10, 90, 10], [20], [90]);
    const problem = {
      ...base,
      vms: {
        ...base.vms,
        fixed: Uint8Array.of(Fixed.pinned, Fixed.pinned, 0, 0, 0, 0, 0),
        dirtyRate: Float64Array.of(0, 0, 5, 0, 0, 0, 0),
      },
    };
    // VM 4 is of a group with both VMs elsewhere.
    const bound = { group: Int32Array.of(-1, -1, -1, -1, 0, 0, 0), domain: Int32Array.of(0, 1, 2) };
    const rules = new AntiAffinityRules(bound, problem.vms.host);
    const { waves, blocked, hosts } = planDrain(problem, [0], rules);
    expect(waves).toEqual([]);
    expect(blocked).toEqual([
      { vm: 0, because: 'Pinned' },
      { vm: 1, because: 'Pinned' },
      { vm: 2, because: 'DirtiesTooFast' },
      {
        vm: 3,
        because: 'NoDestination',
        refusals: {
          closed: 0,
          room: 2,
          rules: 0,
          link: 0,
          nearest: { host: 1, lacks: [expect.closeTo(10)] },
        },
      },
      { vm: 4, because: 'NoDestination', refusals: { closed: 0, room: 0, rules: 2, link: 0 } },
    ]);
    expect(hosts).toEqual([{ host: 0 }]);
  });

  it('counts hosts that are closed, and ways that are too slow', () => {
    const base = smallProblem([[100], [100], [100], [100]], [{ on: 0, asks: [10], dirtyRate: 3 }]);
    const problem = {
      ...base,
      hosts: {
        ...base.hosts,
        receives: Uint8Array.of(1, 0, 1, 1),
        bandwidth: Float64Array.of(10, 10, 10, 4),
      },
    };
    expect(planDrain(problem, [0, 2]).blocked).toEqual([
      { vm: 0, because: 'NoDestination', refusals: { closed: 2, room: 0, rules: 0, link: 1 } },
    ]);
  });

  it('of a host that is not there is refused', () => {
    expect(() => planDrain(hostsWith([1]), [1])).toThrow(new RangeError('there is no host 1'));
  });

  const drains = boundProblems.chain((bound) =>
    fc
      .subarray([...bound.problem.vms.host.keys()].map((vm) => bound.problem.vms.host[vm] as number))
      .map((some) => ({
        bound,
        drained: [...new Set(some)],
      })),
  );

  it('goes through safe states only, and accounts for every VM of its hosts', () => {
    fc.assert(
      fc.property(drains, ({ bound, drained }) => {
        const { waves, blocked } = planDrain(bound.problem, drained, rulesOf(bound));
        expect(faultsOf(bound, waves, defaultDrainOptions.limits)).toEqual([]);
        for (const { to } of waves.flat()) expect(drained).not.toContain(to);
        const leaving = waves.flat().filter(({ from }) => drained.includes(from));
        const told = [...leaving, ...blocked].map(({ vm }) => vm).sort((a, b) => a - b);
        const there = [...bound.problem.vms.host.entries()].filter(([, host]) => drained.includes(host));
        expect(told).toEqual(there.map(([vm]) => vm));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves behind only what has no destination in the end either', () => {
    fc.assert(
      fc.property(drains, ({ bound, drained }) => {
        const { waves, blocked } = planDrain(bound.problem, drained, rulesOf(bound));
        const layout = new Layout(bound.problem, rulesOf(bound));
        for (const { vm, to } of waves.flat()) layout.move(vm, to);
        const links = new Links(bound.problem);
        for (const { vm, because } of blocked) {
          if (because !== 'NoDestination') continue;
          for (let host = 0; host < bound.problem.hosts.count; host++) {
            const mayGo = !drained.includes(host) && links.copyCost(vm, layout.hostOf(vm), host);
            if (mayGo) expect(layout.mayCome(vm, host)).toBe(false);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says truly when each host is empty', () => {
    fc.assert(
      fc.property(drains, ({ bound, drained }) => {
        const { waves, hosts } = planDrain(bound.problem, drained, rulesOf(bound));
        expect(hosts.map(({ host }) => host).sort()).toEqual(drained.toSorted());
        const at = bound.problem.vms.host.slice();
        const emptyAfter = (host: number) => (at.includes(host) ? undefined : 0);
        const when = new Map(drained.map((host) => [host, emptyAfter(host)]));
        for (const [index, wave] of waves.entries()) {
          for (const { vm, to } of wave) at[vm] = to;
          for (const host of drained) if (!at.includes(host)) when.set(host, when.get(host) ?? index + 1);
        }
        for (const { host, emptyAfter } of hosts) expect(emptyAfter).toBe(when.get(host));
      }),
    );
  });
});
