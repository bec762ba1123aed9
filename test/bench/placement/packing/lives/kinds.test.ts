import { describe, expect, it } from 'vitest';
import { type Kind, Lifetimes } from './kinds.ts';

const hour = 3600;

/** Lives of one kind, all as long. */
function learned(all: readonly [Kind, hours: number, times: number][], maxKinds = 10): Lifetimes {
  const lifetimes = new Lifetimes({ maxKinds, strength: 5 });
  for (const [kind, hours, times] of all) {
    for (let i = 0; i < times; i++) lifetimes.observe(kind, 0, hours * hour, true);
  }
  lifetimes.relearn();
  return lifetimes;
}

const outlives = (lifetimes: Lifetimes, kind: Kind, hours: number) =>
  lifetimes.curveOf(kind).survival(hours * hour);

describe('lifetimes by kind', () => {
  const lifetimes = learned([
    [['small', 'small/ci'], 0.5, 100],
    [['small', 'small/db'], 500, 100],
    [['large'], 50, 100],
  ]);

  it('tell kinds apart', () => {
    expect(outlives(lifetimes, ['small', 'small/ci'], 24)).toBeLessThan(0.1);
    expect(outlives(lifetimes, ['small', 'small/db'], 24)).toBeGreaterThan(0.9);
  });

  it('take the more general kind for one that was never seen', () => {
    const small = outlives(lifetimes, ['small'], 24);
    expect(small).toBeGreaterThan(0.4);
    expect(small).toBeLessThan(0.6);
    expect(outlives(lifetimes, ['small', 'small/new'], 24)).toBe(small);
  });

  it('lean on the more general kind, not on all VMs, where a kind was hardly seen', () => {
    const once = learned([
      [['large'], 500, 200],
      [['small'], 0.5, 100],
      [['small', 'small/once'], 0.5, 1],
    ]);
    expect(outlives(once, ['small', 'small/once'], 24)).toBeLessThan(0.2);
  });

  it('take all VMs for a kind of which nothing is known', () => {
    const any = outlives(lifetimes, ['other'], 24);
    expect(any).toBeGreaterThan(outlives(lifetimes, ['small'], 24));
    expect(any).toBeLessThan(outlives(lifetimes, ['large'], 24));
  });

  it('predict the same until they are told to learn again', () => {
    const more = learned([[['a'], 1, 10]]);
    const before = outlives(more, ['a'], 2);
    for (let i = 0; i < 100; i++) more.observe(['a'], 0, 100 * hour, true);
    expect(outlives(more, ['a'], 2)).toBe(before);
    more.relearn();
    expect(outlives(more, ['a'], 2)).toBeGreaterThan(before + 0.3);
  });

  it('say that VMs last before anything is known', () => {
    expect(outlives(learned([]), ['a'], 24 * 30)).toBeGreaterThan(0.5);
  });
});

describe('too many kinds', () => {
  const many = Array.from({ length: 50 }, (_, i): [Kind, number, number] => [[`k${i}`], 500, 1]);

  it('are not all remembered', () => {
    expect(learned(many, 8).size).toBe(8);
  });

  it('push out the one of which the fewest ends were seen', () => {
    const lifetimes = learned([[['often'], 0.5, 50], ...many], 8);
    expect(outlives(lifetimes, ['often'], 24)).toBeLessThan(0.1);
  });

  it('still count with all VMs', () => {
    const lifetimes = learned([[['rare'], 0.5, 1], ...many], 2);
    expect(outlives(lifetimes, ['rare'], 24)).toBe(outlives(lifetimes, ['never'], 24));
    expect(outlives(lifetimes, ['never'], 24)).toBeGreaterThan(0.9);
  });

  it('leave a particular kind whose general one was forgotten with what is known of it', () => {
    const lifetimes = learned([[['general', 'special'], 0.5, 30]], 1);
    expect(lifetimes.size).toBe(1);
    expect(outlives(lifetimes, ['general', 'special'], 24)).toBeLessThan(0.2);
  });
});
