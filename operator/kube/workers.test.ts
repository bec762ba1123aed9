import { describe, expect, it, vi } from 'vitest';
import type { Reconcile } from './controller.ts';
import { done, type Result } from './result.ts';
import { keysOf, setUp } from './testing/controller-world.ts';
import { settle } from './testing/virtual-clock.ts';

describe('stop', () => {
  it('waits for reconciles under way, and takes no more', async () => {
    const { promise, resolve } = Promise.withResolvers<Result>();
    const reconcile = vi.fn<Reconcile>(() => promise);
    const { controller, put, clock } = await setUp(reconcile, { workers: 1 });
    controller.start();
    put('a');
    put('b');
    await settle();
    let left: string[] | undefined;
    const stopped = controller.stop(30_000).then((keys) => (left = keys));
    await clock.advance(10_000);
    expect(left).toBeUndefined();
    resolve(done);
    await stopped;
    put('c');
    await settle();
    expect([left, keysOf(reconcile)]).toEqual([[], ['ns/a']]);
  });

  it('aborts what outlasts the grace period, and names what ignores even that', async () => {
    const aborted: string[] = [];
    const { controller, put, clock } = await setUp((key, { signal }) => {
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.push(key);
          if (key === 'ns/heeds') resolve(done);
        });
      });
    });
    controller.start();
    put('heeds');
    put('ignores');
    await settle();
    const stopped = controller.stop(10_000);
    await clock.advance(9_999);
    expect(aborted).toEqual([]);
    await clock.advance(5_000);
    expect(aborted.sort()).toEqual(['ns/heeds', 'ns/ignores']);
    expect(await stopped).toEqual(['ns/ignores']);
  });
});

it('a reconcile that has ended leaves no timer behind', async () => {
  const { controller, put, clock } = await setUp(async () => done);
  const before = clock.pendingTimers;
  controller.start();
  put('a');
  await settle();
  expect(clock.pendingTimers).toBe(before);
});

it('what does not end even by its signal frees its worker and its lane, and keeps its key', async () => {
  const reconcile = vi.fn<Reconcile>((key) =>
    key === 'ns/stuck' ? new Promise(() => {}) : Promise.resolve(done),
  );
  const lanes = { of: () => 'host', cap: 1 };
  const { controller, put, clock } = await setUp(reconcile, {
    lanes,
    workers: 2,
    reconcileTimeoutMs: 10_000,
  });
  controller.start();
  put('stuck');
  await settle();
  put('next');
  await clock.advance(14_000);
  expect(keysOf(reconcile)).toEqual(['ns/stuck']);
  await clock.advance(1_000);
  put('stuck', 2);
  await settle();
  expect(keysOf(reconcile)).toEqual(['ns/stuck', 'ns/next']);
});

it('lanes that hang, whatever their number, take no worker from the others for longer than a second', async () => {
  const reconcile = vi.fn<Reconcile>((key) =>
    key.startsWith('ns/stuck') ? new Promise(() => {}) : Promise.resolve(done),
  );
  const lanes = { of: (key: string) => key, cap: 1 };
  const { controller, put, clock } = await setUp(reconcile, { lanes, workers: 2 });
  controller.start();
  for (const name of ['stuck-1', 'stuck-2', 'stuck-3', 'stuck-4', 'well']) put(name);
  await clock.advance(999);
  expect(keysOf(reconcile)).toEqual(['ns/stuck-1', 'ns/stuck-2']);
  await clock.advance(1_001);
  expect(keysOf(reconcile)).toContain('ns/well');
  put('stuck-1', 2);
  await settle();
  expect(keysOf(reconcile).filter((key) => key === 'ns/stuck-1')).toHaveLength(1);
});

it('without lanes there are never more keys in process than workers', async () => {
  const reconcile = vi.fn<Reconcile>(() => new Promise(() => {}));
  const { controller, put, clock } = await setUp(reconcile, { workers: 2 });
  controller.start();
  for (const name of ['a', 'b', 'c']) put(name);
  await clock.advance(10_000);
  expect(keysOf(reconcile)).toEqual(['ns/a', 'ns/b']);
});
