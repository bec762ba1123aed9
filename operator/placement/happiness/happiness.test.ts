import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contention, VmSample } from './contention.ts';
import { Happiness } from './happiness.ts';

const second = 1e9;
const minute = 60_000;
const born: VmSample = { atMs: 0, ranNs: 0, waitedNs: 0 };

/** One VM on one host, sampled every 10 s. */
class Life {
  readonly happiness = new Happiness();
  readonly changes: Contention[] = [];
  last = born;
  readonly #told: Contention | undefined;

  constructor(told?: Contention) {
    this.#told = told;
    this.see(born);
  }

  /** Lacks this part of its CPU time for so many minutes. */
  live(lack: number, minutes: number): this {
    for (let step = 0; step < minutes * 6; step++) {
      const { atMs, ranNs, waitedNs = 0 } = this.last;
      const more = { ranNs: ranNs + 10 * second * (1 - lack), waitedNs: waitedNs + 10 * second * lack };
      this.see({ atMs: atMs + 10_000, ...more });
    }
    return this;
  }

  see(sample: VmSample): void {
    this.last = sample;
    const changed = this.happiness.see('h', new Map([['vm', sample]]), () => this.#told);
    if (changed.length > 0) this.changes.push(this.lacks as Contention);
  }

  get lacks(): Contention | undefined {
    return this.happiness.lacks('h', 'vm');
  }
}

const cpu = (share: number): Contention => ({ cpu: share, memory: 0 });

describe('a VM', () => {
  it('gets what it asks for as far as is known, and lacks nothing when it does', () => {
    const life = new Life();
    expect([life.lacks, life.happiness.lacks('h', 'nobody')]).toEqual([undefined, undefined]);
    life.live(0.01, 30);
    expect([life.lacks, life.changes]).toEqual([cpu(0), []]);
  });

  it('is not judged while it boots, whatever it waits for', () => {
    const life = new Life().live(0.8, 2);
    expect([life.lacks, life.happiness.contentionOn('h')]).toEqual([undefined, undefined]);
    life.live(0, 10);
    expect(life.changes).toEqual([]);
  });

  it('lacks by minutes of waiting, and not by a moment of it', () => {
    const life = new Life().live(0, 5);
    life.live(0.4, 1 / 6);
    expect(life.changes).toEqual([]);
    life.live(0.4, 2);
    expect(life.changes).toEqual([cpu(0.1), cpu(0.25)]);
  });

  it.each([0.12, 0.3, 0.6])('lacks %d until it lacks much less, so that nothing flutters', (lack) => {
    const life = new Life().live(lack, 30);
    const there = life.lacks;
    life.live(lack / 1.3, 30);
    expect(life.lacks).toEqual(there);
    life.live(0.02, 30);
    expect(life.lacks).toEqual(cpu(0));
  });

  it('lacks what was said of it until it is judged, and by how that turns out', () => {
    const life = new Life(cpu(0.5));
    life.live(0.3, 2);
    expect([life.lacks, life.changes]).toEqual([undefined, []]);
    life.live(0.3, 30);
    expect([life.lacks, life.changes]).toEqual([cpu(0.5), []]);
    life.live(0.01, 30);
    expect(life.changes.at(-1)).toEqual(cpu(0));
  });

  it('keeps what is known of it through a restart, and is judged anew when it has booted', () => {
    const life = new Life().live(0.6, 30);
    life.see({ ...born, atMs: life.last.atMs + 10_000 });
    life.live(0, 2);
    expect(life.lacks).toEqual(cpu(0.5));
    life.live(0, 10);
    expect(life.lacks).toEqual(cpu(0));
  });

  it('begins anew on another host, and is forgotten with what is not sampled any more', () => {
    const { happiness, last } = new Life().live(0.6, 30);
    happiness.see('h2', new Map([['vm', { ...last, atMs: last.atMs + minute }]]));
    expect([happiness.lacks('h', 'vm'), happiness.lacks('h2', 'vm')]).toEqual([cpu(0.5), undefined]);
    happiness.see('h', new Map());
    expect([happiness.lacks('h', 'vm'), happiness.contentionOn('h')]).toEqual([undefined, 0]);
  });

  it('is forgotten with its host', () => {
    const { happiness } = new Life().live(0.6, 30);
    happiness.forgetHost('h');
    expect([happiness.lacks('h', 'vm'), happiness.contentionOn('h')]).toEqual([undefined, 0]);
  });
});

it('a host is as bad as those of its VMs feel that want most', () => {
  const happiness = new Happiness();
  for (let round = 0; round <= 60; round++) {
    const ns = round * minute * 1e6;
    const at = { atMs: round * minute };
    happiness.see(
      'h',
      new Map([
        ['busy', { ...at, ranNs: 2 * ns, waitedNs: 2 * ns }],
        ['content', { ...at, ranNs: ns, waitedNs: 0 }],
        ['idle', { ...at, ranNs: 0.001 * ns, waitedNs: 0.001 * ns }],
      ]),
    );
  }
  expect(happiness.contentionOn('h')).toBeCloseTo((4 * 0.5 + 0.25 * 0.004) / 5.25);
  expect(happiness.contentionOn('unknown')).toBe(0);
});

it('whatever a host tells, contention stays between nothing and all', () => {
  const amount = fc.oneof(fc.double(), fc.integer({ min: -5, max: 2 ** 40 }));
  const time = fc.integer({ min: 0, max: 60 * minute });
  const counters = { ranNs: amount, waitedNs: amount, memoryBytes: amount };
  const more = { balloonBytes: amount, swappedInBytes: amount };
  const sample = fc.record({ atMs: time, ...counters, ...more }, { requiredKeys: ['atMs', 'ranNs'] });
  let judged = 0;
  fc.assert(
    fc.property(fc.array(sample, { minLength: 3, maxLength: 20 }), (samples) => {
      const happiness = new Happiness({ memoryMs: 120_000, settleMs: 0, steps: [0.1, 0.5] });
      for (const next of samples) {
        happiness.see('h', new Map([['vm', next]]));
        const { cpu: ofCpu, memory } = happiness.lacks('h', 'vm') ?? cpu(0);
        if (happiness.lacks('h', 'vm')) judged += 1;
        for (const lack of [ofCpu, memory, happiness.contentionOn('h') ?? 0]) {
          expect(lack).toBeGreaterThanOrEqual(0);
          expect(lack).toBeLessThanOrEqual(1);
        }
      }
    }),
  );
  expect(judged).toBeGreaterThan(0);
});
