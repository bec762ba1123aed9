import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../kube/testing/virtual-clock.ts';
import { Attempts } from './attempts.ts';

const uid = 'one';
let clock: VirtualClock;
let attempts: Attempts;

beforeEach(() => {
  clock = new VirtualClock();
  attempts = new Attempts(clock);
});

describe('starts', () => {
  it('are not delayed the first time', () => {
    expect(attempts.startDelayMs(uid)).toBe(0);
  });

  it('are delayed twice as long each time that the guest stopped again, up to five minutes', () => {
    const delays = Array.from({ length: 8 }, () => {
      attempts.started(uid);
      return attempts.startDelayMs(uid);
    });
    expect(delays.map((delay) => delay / 1000)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('count the time that has passed since the last one', () => {
    attempts.started(uid);
    clock.advanceSync(4000);
    expect(attempts.startDelayMs(uid)).toBe(6000);
    clock.advanceSync(6000);
    expect(attempts.startDelayMs(uid)).toBe(0);
  });

  it('are forgiven once a guest has run for ten minutes', () => {
    for (let i = 0; i < 5; i++) attempts.started(uid);
    clock.advanceSync(600_000);
    expect(attempts.startDelayMs(uid)).toBe(0);
    attempts.started(uid);
    expect(attempts.startsInARow(uid)).toBe(1);
  });

  it('of one VM do not delay another', () => {
    attempts.started(uid);
    expect(attempts.startDelayMs('two')).toBe(0);
  });
});

describe('requests to shut down', () => {
  it('are due at first and then at the interval', () => {
    expect(attempts.shutdownRequestDue(uid, 5000)).toBe(true);
    attempts.shutdownRequested(uid);
    expect(attempts.shutdownRequestDue(uid, 5000)).toBe(false);
    clock.advanceSync(5000);
    expect(attempts.shutdownRequestDue(uid, 5000)).toBe(true);
  });

  it('have the age of the first one, so that asking again does not lengthen the grace period', () => {
    attempts.shutdownRequested(uid);
    clock.advanceSync(5000);
    attempts.shutdownRequested(uid);
    clock.advanceSync(1000);
    expect(attempts.shutdownAgeMs(uid)).toBe(6000);
  });

  it('are forgotten when the shutdown is over', () => {
    attempts.shutdownRequested(uid);
    attempts.shutdownOver(uid);
    expect(attempts.shutdownAgeMs(uid)).toBeUndefined();
    expect(attempts.shutdownRequestDue(uid, 5000)).toBe(true);
  });
});

describe('looks for addresses', () => {
  it('begin a second after the start, and in the long run after a fifth of the time that went by', () => {
    attempts.started(uid);
    const waits = Array.from({ length: 40 }, () => attempts.nextAddressCheckMs(uid));
    expect(waits[0]).toBe(1000);
    const before = waits.slice(0, -1).reduce((sum, wait) => sum + wait, 0);
    expect((waits.at(-1) ?? 0) / before).toBeCloseTo(1 / 5, 2);
  });

  it('are no hurry for a guest that has run since before this process', () => {
    expect(attempts.nextAddressCheckMs(uid)).toBe(30_000);
  });

  it('begin anew when the agent comes', () => {
    for (let i = 0; i < 20; i++) attempts.nextAddressCheckMs(uid);
    attempts.agentChanged(uid);
    expect(attempts.nextAddressCheckMs(uid)).toBe(1000);
  });

  it('begin anew with each start', () => {
    for (let i = 0; i < 20; i++) attempts.nextAddressCheckMs(uid);
    attempts.started(uid);
    expect(attempts.nextAddressCheckMs(uid)).toBe(1000);
  });
});

it('forgets a VM that is gone', () => {
  attempts.started(uid);
  attempts.shutdownRequested(uid);
  attempts.forget(uid);
  expect(attempts.startsInARow(uid)).toBe(0);
  expect(attempts.shutdownAgeMs(uid)).toBeUndefined();
});
