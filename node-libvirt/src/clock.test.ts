import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the clock of the system', () => {
  it('calls back after the delay, unless it is told otherwise', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    systemClock.setTimeout(first, 50);
    systemClock.clearTimeout(systemClock.setTimeout(second, 50));
    vi.advanceTimersByTime(49);
    expect(first).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(first).toHaveBeenCalledOnce();
    expect(second).not.toHaveBeenCalled();
  });

  it.each([Number.POSITIVE_INFINITY, 2 ** 31])('never calls back after %s ms, in place of at once', (ms) => {
    const callback = vi.fn();
    systemClock.clearTimeout(systemClock.setTimeout(callback, ms));
    systemClock.setTimeout(callback, ms);
    vi.advanceTimersByTime(1_000);
    expect(callback).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
