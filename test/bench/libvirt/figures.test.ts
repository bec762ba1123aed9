import { describe, expect, it } from 'vitest';
import type { Figure } from '../report.ts';
import type { CallSample } from '../samples.ts';
import { callFigures, keyOf } from './calls/figures.ts';
import { clients, describeSetting, settings } from './calls/settings.ts';
import { hungFigures } from './hung/figures.ts';
import { memoryFigures } from './memory/figures.ts';

const withGoal = (figures: readonly Figure[]) =>
  figures.filter(({ goal }) => goal).map(({ name, value, goal, met }) => ({ name, value, goal, met }));

describe('the figures of calls', () => {
  /** All call 100 times a second but node-libvirt, which is `times` as fast. */
  function samplesOf(times: number): Map<string, CallSample[]> {
    const sample = (calls: number): CallSample[] => [{ calls, seconds: 1, cpuSeconds: 0.001 }];
    const called = settings.flatMap((setting) =>
      clients.map((client): [string, CallSample[]] => {
        const calls = client === 'node-libvirt' ? 100 * times : 100;
        return [keyOf(client, describeSetting(setting)), sample(calls)];
      }),
    );
    return new Map([
      ...called,
      [keyOf('virsh, one shell', 'unix'), sample(30)],
      [keyOf('virsh, one process a call', 'unix'), sample(1)],
    ]);
  }

  it('have goals beside C with an event loop: as fast in turn, twice as fast with several in flight', () => {
    expect(withGoal(callFigures(samplesOf(1.5)))).toEqual([
      { name: '  as a ratio to C with event loop', value: 1.5, goal: { min: 1 }, met: true },
      ...Array.from({ length: 3 }, () => ({
        ...{ name: '  as a ratio to C with event loop', value: 1.5, goal: { min: 2 }, met: false },
      })),
    ]);
  });

  it('name each setting once, beside both kinds of C, and virsh', () => {
    const figures = callFigures(samplesOf(3));
    expect(new Set(settings.map(describeSetting)).size).toBe(settings.length);
    for (const setting of settings) {
      const row = figures.find(({ name }) => name === describeSetting(setting));
      expect(row).toMatchObject({ value: 300, peer: { name: 'C, event loop', value: 100 } });
    }
    expect(figures.filter(({ peer }) => peer?.name === 'C, no event loop')).toHaveLength(settings.length);
    expect(figures.flatMap(({ peer }) => (peer?.name.startsWith('virsh') ? [peer.value] : []))).toEqual([
      30, 1,
    ]);
  });

  it('are not made when somebody did not take part', () => {
    const samples = samplesOf(1);
    samples.delete(keyOf('virsh, one shell', 'unix'));
    expect(() => callFigures(samples)).toThrow(RangeError);
  });
});

describe('the figures of memory', () => {
  const opening = (kiB: number) => [
    { beforeKiB: 1_000, afterKiB: 1_000 + kiB, youngKiB: 30, seconds: 2, idleMsPerSecond: 3 },
  ];
  const openings = (ours: number) =>
    new Map([
      ['node-libvirt, tls', opening(ours)],
      ['node-libvirt, tls, defaults', opening(900)],
      ['node-libvirt, unix', opening(100)],
      ['bare node:tls', opening(500)],
      ['C, tls', opening(400)],
      ['C, unix', opening(50)],
    ]);

  it.each([
    [700, 70, true],
    [710, 71, false],
  ])('divide %d KiB among ten connections over TLS: %d, within the goal: %s', (kiB, each, met) => {
    const figures = memoryFigures(openings(kiB), 10);
    const name = '10 connections, tls: memory for each';
    expect(withGoal(figures)).toEqual([{ name, value: each, goal: { max: 70 }, met }]);
    const rows = figures.filter(({ name }) => name.includes('memory for each'));
    expect(rows.map(({ peer }) => peer)).toEqual([
      { name: 'C', value: 40 },
      { name: 'bare node:tls', value: 50 },
      null,
      { name: 'C', value: 5 },
    ]);
  });

  it('tell what is taken by the defaults of V8, and how much of it V8 takes once', () => {
    const rows = memoryFigures(openings(700), 10).filter(({ name }) => /V8/.test(name));
    expect(rows.map(({ value }) => value)).toEqual([90, 3]);
  });
});

describe('the figures of hung hosts', () => {
  const turn = (ms: number) => ({ p50Ms: ms, p99Ms: ms * 2, maxMs: ms * 3, readFileMs: ms, openMs: ms });
  const samples = new Map([
    ['hung', [turn(4), turn(5), turn(100)]],
    ['none', [turn(1), turn(1), turn(1)]],
  ]);

  it('have the goal on the 99th percentile, the median of the rounds, beside a process without them', () => {
    const figures = hungFigures(samples, 400);
    expect(withGoal(figures)).toEqual([
      { name: '  its 99th percentile, 400 hung hosts', value: 10, goal: { max: 10 }, met: true },
    ]);
    expect(figures.every(({ peer }) => peer?.name === 'no hung hosts')).toBe(true);
  });

  it('tell the longest call of all rounds', () => {
    const longest = hungFigures(samples, 400).find(({ name }) => name.includes('longest'));
    expect(longest).toMatchObject({ value: 300, peer: { value: 3 } });
  });
});
