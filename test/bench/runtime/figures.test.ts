import { describe, expect, it } from 'vitest';
import type { Figure } from '../report.ts';
import { cacheFigures, keyOf as cacheKeyOf, type Filling } from './caches/figures.ts';
import { churnFigures } from './churn/figures.ts';
import { type Idling, idleFigures } from './idle/figures.ts';
import type { Restart } from './operator/process.ts';
import { reconcileFigures } from './reconciles/figures.ts';
import { settings, writeFigures, keyOf as writeKeyOf } from './writes/figures.ts';
import { sizes, youngFigures, keyOf as youngKeyOf } from './young/figures.ts';

const withGoal = (figures: readonly Figure[]) =>
  figures.filter(({ goal }) => goal).map(({ name, value, met }) => [name.trim(), value, met]);
const named = (figures: readonly Figure[], part: string) => figures.find(({ name }) => name.includes(part));

describe('the figures of caches', () => {
  const filling = (change: Partial<Filling>): Filling[] => [
    { seconds: 1, residentKiB: 0, heapKiB: 0, objects: 1_000, ...change },
  ];
  /** A thousand VMs of the operator take so many KiB, besides what it takes without any. */
  const fillings = (operatorKiB: number, objects = 1_000) =>
    new Map([
      [cacheKeyOf('runtime', true), filling({ seconds: 2, residentKiB: 7_000, heapKiB: 6_000, objects })],
      [cacheKeyOf('runtime', false), filling({ residentKiB: 2_000, heapKiB: 1_000, objects: 0 })],
      [cacheKeyOf('stock', true), filling({ seconds: 3, residentKiB: 90_000, heapKiB: 10_000 })],
      [cacheKeyOf('stock', false), filling({ residentKiB: 80_000 })],
      [cacheKeyOf('operator', true), filling({ residentKiB: 50_000 + operatorKiB, heapKiB: 1_000 })],
      [cacheKeyOf('operator', false), filling({ residentKiB: 50_000 })],
    ]);
  const fleet = { vms: 1_000, objectBytes: 2_000 };

  it.each([
    [19_500, true],
    [19_600, false],
  ])('take %d KiB of the operator for 1,000 VMs as within 20 kB each: %s', (kiB, met) => {
    const goals = withGoal(cacheFigures(fillings(kiB), fleet));
    expect(goals).toEqual([
      ['heap for each VM', 1.024, true],
      ['resident memory for each VM', expect.closeTo(kiB * 1.024e-3), met],
    ]);
  });

  it('stand beside those of the stock informer, each less what it takes without objects', () => {
    const figures = cacheFigures(fillings(1), fleet);
    expect(named(figures, 'one kind')).toMatchObject({ value: 2, peer: { value: 3 } });
    expect(named(figures, 'heap')).toMatchObject({ value: 5.12, peer: { value: 10.24 } });
    expect(named(figures, 'resident')).toMatchObject({ value: 5.12, peer: { value: 10.24 } });
  });

  it('are not made when somebody was not there, or not full', () => {
    const none = fillings(1);
    none.delete(cacheKeyOf('stock', false));
    expect(() => cacheFigures(none, fleet)).toThrow(RangeError);
    expect(() => cacheFigures(fillings(1, 999), fleet)).toThrow('runtime had 999 of 1000 VMs');
  });
});

const restart = (change: Partial<Restart> = {}): Restart => ({
  ...{ syncedSeconds: 1, seconds: 2, cpuSeconds: 1, reconciles: 4_000 },
  ...{ residentKiB: 204_800, peakKiB: 307_200, grownKiB: 10_000, ...change },
});

describe('the figures of reconciles', () => {
  it('are rates, CPU times and memory, the medians of the rounds', () => {
    const controller = [{ calls: 20_000, seconds: 2, cpuSeconds: 1 }];
    const starts = [restart({ seconds: 100 }), restart(), restart({ seconds: 0.1 })];
    const figures = reconcileFigures(controller, starts, 1_000);
    expect(figures.map(({ value }) => value)).toEqual([10_000, 50, 2, 4_000, 2_000, 250, 10.24]);
    expect(withGoal(figures)).toHaveLength(1);
  });
});

describe('the figures of rest', () => {
  const idle = (cpuSeconds: number) => ({ seconds: 60, cpuSeconds, requests: 2, connections: 1 });
  const idling = (change: Partial<Idling> = {}): Idling => ({
    ...{ runtime: idle(0.06), stock: idle(0.12), writes: 0 },
    operator: { ...idle(0.6), reconciles: 10 },
    ...change,
  });

  it('have goals on CPU and on writes', () => {
    expect(withGoal(idleFigures(idling())).map(([, value, met]) => [value, met])).toEqual([
      [0.1, true],
      [1, true],
      [0, true],
    ]);
    const busy = idling({ runtime: idle(0.61), operator: { ...idle(0.61), reconciles: 1 }, writes: 1 });
    expect(withGoal(idleFigures(busy)).map(([, , met]) => met)).toEqual([false, false, false]);
  });

  it('stand beside the stock informer', () => {
    const [cpu, requests, handshakes, ...ofOperator] = idleFigures(
      idling({ stock: { ...idle(0.3), requests: 9 } }),
    );
    expect(cpu).toMatchObject({ peer: { value: 0.5 } });
    expect(requests).toMatchObject({ value: 2, peer: { value: 9 } });
    expect(handshakes).toMatchObject({ value: 1, peer: { value: 1 } });
    expect(named(ofOperator, 'TLS handshakes')).toMatchObject({ value: 1, peer: null });
  });
});

describe('the figures of writes', () => {
  const samples = new Map(
    settings.map(({ client, inFlight }) => {
      const calls = { runtime: 400, memoised: 200, stock: 100 }[client] * inFlight;
      const connections = client === 'stock' ? calls : 1;
      return [writeKeyOf(client, inFlight), [{ calls, seconds: 2, cpuSeconds: 0.1, connections }]];
    }),
  );

  it('have six rows for each number in flight, ours beside both kinds of client-node', () => {
    const figures = writeFigures(samples);
    expect(figures).toHaveLength(18);
    expect(named(figures, 'patches, 16 in flight')).toMatchObject({ value: 3_200, peer: { value: 800 } });
    expect(named(figures, 'ratio to client-node')).toMatchObject({ value: 4 });
    expect(named(figures, 'with one dispatcher')).toMatchObject({ value: 2 });
    expect(named(figures, 'CPU of the client')).toMatchObject({ value: 250, peer: { value: 1_000 } });
    expect(named(figures, 'handshakes')).toMatchObject({ value: 2.5, peer: { value: 1_000 } });
  });

  it('are not made when somebody did not take part', () => {
    const some = new Map(samples);
    some.delete(writeKeyOf('memoised', 64));
    expect(() => writeFigures(some)).toThrow(RangeError);
  });
});

describe('the figures of lives', () => {
  const looks = (last: number) =>
    [900, 1_000, 1_000, 1_010, last].map((heapKiB, index) => ({ lives: (index + 1) * 100, heapKiB }));

  it.each([
    [1_050, true, 256],
    [1_051, false, 261.12],
    [990, true, -51.2],
  ])('that end with %d KiB after 1,000 in the middle are flat: %s', (last, met, bytes) => {
    const figures = churnFigures('all', looks(last));
    expect(withGoal(figures)).toEqual([['growth from the middle to the end', (last - 1_000) / 10, met]]);
    expect(named(figures, 'growth for each')?.value).toBeCloseTo(bytes);
    expect(figures.filter(({ unit }) => unit === 'MiB')).toHaveLength(5);
  });

  it('are not made of one look', () => {
    expect(() => churnFigures('one', looks(1).slice(0, 1))).toThrow(RangeError);
  });
});

describe('the figures of the young generation', () => {
  const restarts = new Map(
    sizes.map((size) => [youngKeyOf(size), [restart({ residentKiB: (size ?? 8) * 1024 })]]),
  );

  it('stand beside the default', () => {
    const figures = youngFigures(restarts);
    expect(named(figures, '=2: resident')).toMatchObject({ value: 2, peer: { name: 'default', value: 8 } });
    expect(named(figures, 'no --max')).toMatchObject({ value: 8, peer: null });
    expect(named(figures, 'a second')).toMatchObject({ value: 2_000 });
    expect(figures).toHaveLength(16);
  });

  it('are not made without one of the sizes', () => {
    const some = new Map(restarts);
    some.delete('default');
    expect(() => youngFigures(some)).toThrow(RangeError);
  });
});
