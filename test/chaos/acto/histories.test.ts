import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { virtualMachineSpec } from '../../../operator/api/virtualmachine.ts';
import { mayBecome } from './cel-rules.ts';
import { type History, histories, type Wish } from './histories.ts';
import { historyOptions } from './surroundings.ts';

const drawn = fc.sample(histories(historyOptions), { numRuns: 300, seed: 1 });

/** What each pair of wishes that follow each other has to say. */
function steps<T>(say: (before: Wish, after: Wish, history: History, index: number) => T[]): T[] {
  return drawn.flatMap((history) =>
    history.slice(1).flatMap((after, index) => say(history[index] as Wish, after, history, index + 1)),
  );
}

describe('histories', () => {
  it('are of 2 to 5 changes, each valid in itself and as a change, as the API server would take it', () => {
    expect(new Set(drawn.map(({ length }) => length))).toEqual(new Set([3, 4, 5, 6]));
    const refused = steps((before, after) => {
      const [old, value] = [before, after].map(({ spec }) => virtualMachineSpec.parse(spec));
      return mayBecome(virtualMachineSpec, old, value) ? [] : [after];
    });
    expect(refused).toEqual([]);
    expect(steps((before, after) => (poolOf(before) === poolOf(after) ? [] : [after]))).toEqual([]);
  });

  it('change, set and take away every member of a spec, and the labels', () => {
    const changes = steps((before, after) =>
      Object.keys(virtualMachineSpec.shape).flatMap((name) => {
        const [old, now] = [before, after].map(({ spec }) => JSON.stringify(spec[name as keyof typeof spec]));
        if (old === now) return [];
        return [`${name} ${old === undefined ? 'comes' : now === undefined ? 'goes' : 'changes'}`];
      }),
    );
    const members = Object.keys(virtualMachineSpec.shape);
    const required = ['kernel'];
    const expected = members.flatMap((name) =>
      (required.includes(name) ? ['changes'] : ['changes', 'comes', 'goes']).map((how) => `${name} ${how}`),
    );
    expect([...new Set(changes)].sort()).toEqual(expected.sort());
    const relabelled = steps(({ labels: old }, { labels: now }) =>
      JSON.stringify(old) === JSON.stringify(now) ? [] : [now],
    );
    expect(relabelled.length).toBeGreaterThan(50);
  });

  it('go back to what was before now and then', () => {
    const returns = steps((before, after, history, index) => {
      const earlier = history.slice(0, index - 1).map(({ spec }) => JSON.stringify(spec));
      const now = JSON.stringify(after.spec);
      return now !== JSON.stringify(before.spec) && earlier.includes(now) ? [after] : [];
    });
    expect(returns.length).toBeGreaterThan(20);
  });

  it('wait for quiet sometimes, and mostly not', () => {
    const waits = drawn.flatMap((history) => history.map(({ until }) => until));
    const quiet = waits.filter((until) => until === 'quiet').length;
    expect(quiet / waits.length).toBeGreaterThan(0.2);
    expect(quiet / waits.length).toBeLessThan(0.5);
  });

  it('ask mostly for what there is, and sometimes for what is missing', () => {
    const specs = drawn.flatMap((history) => history.map(({ spec }) => spec));
    const { kernels, networks } = historyOptions.surroundings;
    const networksAsked = specs.flatMap(({ interfaces = [] }) => interfaces.map(({ network }) => network));
    for (const [asked, known] of [
      [specs.map(({ kernel }) => kernel?.name ?? ''), kernels],
      [networksAsked, networks],
    ] as const) {
      const missing = asked.filter((name) => !known.includes(name)).length / asked.length;
      expect(missing).toBeGreaterThan(0.01);
      expect(missing).toBeLessThan(0.2);
    }
  });
});

function poolOf({ spec }: Wish): string {
  return virtualMachineSpec.parse(spec).placement.hostPoolRef.name;
}

it('a VM that would move to another HostPool is no valid change', () => {
  const inPool = (name: string) =>
    virtualMachineSpec.parse({
      memory: { size: '1Gi' },
      kernel: { name: 'small' },
      placement: { hostPoolRef: { name } },
    });
  expect(mayBecome(virtualMachineSpec, inPool('a'), inPool('b'))).toBe(false);
  expect(mayBecome(virtualMachineSpec, inPool('a'), inPool('a'))).toBe(true);
  expect(mayBecome(virtualMachineSpec, undefined, inPool('b'))).toBe(true);
});
