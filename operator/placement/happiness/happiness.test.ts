import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VmSample } from './contention.ts';
import { Happiness } from './happiness.ts';

const second = 1e9;

/** Samples every 10 s of a VM that lacks this part of its CPU time, for so many minutes, from the given one on. */
function live(
  happiness: Happiness,
  vm: string,
  host: string,
  lack: number,
  minutes: number,
  from: VmSample,
): VmSample {
  let last = from;
  for (let step = 0; step < minutes * 6; step++) {
    last = {
      atMs: last.atMs + 10_000,
      ranNs: last.ranNs + 10 * second * (1 - lack),
      waitedNs: (last.waitedNs ?? 0) + 10 * second * lack,
    };
    happiness.see(vm, host, last);
  }
  return last;
}

const born: VmSample = { atMs: 0, ranNs: 0, waitedNs: 0 };

function begin(host = 'h1') {
  const happiness = new Happiness();
  happiness.see('vm', host, born);
  return happiness;
}

describe('a VM', () => {
  it('is happy while nothing is known, and when it gets what it asks for', () => {
    const happiness = begin();
    expect([happiness.isUnhappy('vm'), happiness.isUnhappy('nobody')]).toEqual([false, false]);
    live(happiness, 'vm', 'h1', 0.01, 30, born);
    expect(happiness.unhappy()).toEqual([]);
    expect(happiness.contention('vm')?.cpu).toBeCloseTo(0.01);
  });

  it('becomes unhappy by minutes of waiting, and not by a moment of it', () => {
    const happiness = begin();
    const moment = live(happiness, 'vm', 'h1', 0.4, 1 / 6, born);
    expect(happiness.unhappy()).toEqual([]);
    live(happiness, 'vm', 'h1', 0.4, 2, moment);
    expect(happiness.unhappy()).toEqual(['vm']);
  });

  it('that was unhappy is so until it lacks much less, so that it does not flutter', () => {
    const happiness = begin();
    const bad = live(happiness, 'vm', 'h1', 0.12, 30, born);
    expect(happiness.isUnhappy('vm')).toBe(true);
    const better = live(happiness, 'vm', 'h1', 0.08, 30, bad);
    expect(happiness.isUnhappy('vm')).toBe(true);
    live(happiness, 'vm', 'h1', 0.02, 30, better);
    expect(happiness.isUnhappy('vm')).toBe(false);
  });

  it('begins anew on another host', () => {
    const happiness = begin();
    const last = live(happiness, 'vm', 'h1', 0.5, 30, born);
    happiness.see('vm', 'h2', { ...last, atMs: last.atMs + 10_000 });
    expect(happiness.isUnhappy('vm')).toBe(false);
    expect([happiness.penalty('h1'), happiness.penalty('h2')]).toEqual([0, 0]);
  });

  it('keeps what is known of it through a restart, whose counters begin anew', () => {
    const happiness = begin();
    const last = live(happiness, 'vm', 'h1', 0.5, 30, born);
    happiness.see('vm', 'h1', { ...born, atMs: last.atMs + 10_000 });
    expect(happiness.isUnhappy('vm')).toBe(true);
  });

  it('that is gone is forgotten', () => {
    const happiness = begin();
    live(happiness, 'vm', 'h1', 0.5, 30, born);
    happiness.forget('vm');
    happiness.forget('vm');
    expect([happiness.unhappy(), happiness.penalty('h1'), happiness.contention('vm')]).toEqual([
      [],
      0,
      undefined,
    ]);
  });
});

it('a host is as bad as its VMs feel in the mean, by what each lacks most', () => {
  const happiness = begin();
  live(happiness, 'vm', 'h1', 0.4, 60, born);
  happiness.see('other', 'h1', born);
  live(happiness, 'other', 'h1', 0, 60, born);
  expect(happiness.penalty('h1')).toBeCloseTo(0.2);
  expect(happiness.penalty('unknown')).toBe(0);
});

it('whatever a host tells, contention stays between nothing and all', () => {
  const amount = fc.oneof(fc.double(), fc.integer({ min: -5, max: 2 ** 40 }));
  const sample = fc.record(
    {
      atMs: fc.integer(),
      ranNs: amount,
      waitedNs: amount,
      memoryBytes: amount,
      balloonBytes: amount,
      swappedInBytes: amount,
      remoteShare: amount,
    },
    { requiredKeys: ['atMs', 'ranNs'] },
  );
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 20 }), (samples) => {
      const happiness = new Happiness();
      for (const next of samples) {
        happiness.see('vm', 'h1', next);
        const { cpu = 0, memory = 0, numa = 0 } = happiness.contention('vm') ?? {};
        for (const lack of [cpu, memory, numa, happiness.penalty('h1')]) {
          expect(lack).toBeGreaterThanOrEqual(0);
          expect(lack).toBeLessThanOrEqual(1);
        }
      }
    }),
  );
});
