import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Priority } from '../protocol/procedure.ts';
import { CallWindow } from './call-window.ts';

interface TestCall {
  id: number;
  priority: Priority;
  lane: string | undefined;
}

function normal(id: number, lane?: string): TestCall {
  return { id, priority: 'normal', lane };
}

function high(id: number): TestCall {
  return { id, priority: 'high', lane: undefined };
}

/** Adds the calls and takes as many as may be sent. */
function sent(window: CallWindow<TestCall>, ...calls: TestCall[]): number[] {
  for (const call of calls) window.add(call);
  return Array.from({ length: 10 }, () => window.next()?.id).filter((id) => id !== undefined);
}

describe('CallWindow', () => {
  it('sends in order, up to its size', () => {
    const window = new CallWindow<TestCall>({ size: 2, reservedForHigh: 0 });
    const [first, second, third] = [normal(1), normal(2), normal(3)];
    expect(sent(window, first, second, third)).toEqual([1, 2]);
    window.release(second);
    expect(sent(window)).toEqual([3]);
  });

  it('lets high-priority calls pass those that wait', () => {
    const window = new CallWindow<TestCall>({ size: 1, reservedForHigh: 0 });
    const first = normal(1);
    expect(sent(window, first)).toEqual([1]);
    expect(sent(window, normal(2), high(3))).toEqual([]);
    window.release(first);
    expect(sent(window)).toEqual([3]);
  });

  it('keeps a slot that normal calls cannot take', () => {
    const window = new CallWindow<TestCall>({ size: 4, reservedForHigh: 1 });
    expect(sent(window, normal(1), normal(2), normal(3), normal(4))).toEqual([1, 2, 3]);
    expect(sent(window, high(5), high(6))).toEqual([5]);
  });

  it('still sends normal calls when its size is one', () => {
    expect(sent(new CallWindow({ size: 1, reservedForHigh: 1 }), normal(1))).toEqual([1]);
  });

  it('sends one normal call per lane and lets others overtake', () => {
    const window = new CallWindow<TestCall>({ size: 4, reservedForHigh: 0 });
    const first = normal(1, 'a');
    expect(sent(window, first, normal(2, 'a'), normal(3, 'b'))).toEqual([1, 3]);
    window.release(first);
    expect(sent(window)).toEqual([2]);
  });

  it('does not hold a high-priority call back for its lane', () => {
    const window = new CallWindow<TestCall>({ size: 4, reservedForHigh: 0 });
    expect(sent(window, normal(1, 'a'), { ...high(2), lane: 'a' })).toEqual([2, 1]);
  });

  it('forgets a call that was withdrawn', () => {
    const window = new CallWindow<TestCall>({ size: 1, reservedForHigh: 0 });
    const [first, second] = [normal(1), normal(2)];
    expect(sent(window, first, second, normal(3))).toEqual([1]);
    window.withdraw(second);
    window.release(first);
    expect(sent(window)).toEqual([3]);
  });

  it('never exceeds a limit and loses no call, whatever the order', () => {
    const call = fc.record({
      priority: fc.constantFrom<Priority>('high', 'normal'),
      lane: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), fc.array(fc.nat()), (calls, picks) => {
        expect(
          runAll(
            calls.map((part, id) => ({ ...part, id })),
            picks,
          ),
        ).toEqual(calls.map((_, id) => id));
      }),
    );
  });
});

/** Runs all calls to their end, releasing in an arbitrary order, and returns the ids that were sent. */
function runAll(calls: TestCall[], picks: number[]): number[] {
  const window = new CallWindow<TestCall>({ size: 4, reservedForHigh: 1 });
  const inFlight: TestCall[] = [];
  const done: number[] = [];
  for (const call of calls) window.add(call);
  for (let turn = 0; done.length < calls.length; turn++) {
    for (let next = window.next(); next; next = window.next()) inFlight.push(next);
    expectWithinLimits(inFlight);
    const [released] = inFlight.splice((picks[turn] ?? 0) % Math.max(1, inFlight.length), 1);
    if (!released) break;
    window.release(released);
    done.push(released.id);
  }
  return done.sort((a, b) => a - b);
}

function expectWithinLimits(inFlight: TestCall[]): void {
  const normals = inFlight.filter(({ priority }) => priority === 'normal');
  const lanes = normals.map(({ lane }) => lane).filter((lane) => lane !== undefined);
  expect(inFlight.length).toBeLessThanOrEqual(4);
  expect(normals.length).toBeLessThanOrEqual(3);
  expect(new Set(lanes).size).toBe(lanes.length);
}
