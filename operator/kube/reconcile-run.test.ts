import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Reconcile } from './controller.ts';
import { FencedError } from './fence.ts';
import { done, type Result } from './result.ts';
import { keysOf, ref, setUp } from './testing/controller-world.ts';
import { settle } from './testing/virtual-clock.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('the reconcile context', () => {
  it('has a log that names controller, reconcile and object', async () => {
    const { controller, put, lines } = await setUp(async (_key, { log, reconcileId }) => {
      log.info({ reconcileId }, 'hello');
      return done;
    });
    controller.start();
    put('a');
    await settle();
    const line = lines.find(({ msg }) => msg === 'hello');
    expect(line).toMatchObject({ controller: 'widget', Widget: ref('a') });
    expect(line?.['reconcileID']).toBe(line?.['reconcileId']);
  });

  it('makes its log only when it is asked for, and then once', async () => {
    const log = pino({ level: 'silent' });
    const child = vi.spyOn(log, 'child');
    const logs: unknown[] = [];
    const reconcile: Reconcile = async (key, context) => {
      if (key === 'ns/loud') logs.push(context.log, context.log);
      return done;
    };
    const { controller, put } = await setUp(reconcile, { log });
    controller.start();
    put('silent');
    await settle();
    expect(child).not.toHaveBeenCalled();
    put('loud');
    await settle();
    expect(child).toHaveBeenCalledTimes(2); // one for the reconcile, and of that one for its object
    expect(logs[0]).toBe(logs[1]);
  });

  it('aborts the signal when the time is up, and counts that', async () => {
    const reconcile = vi.fn<Reconcile>(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const { controller, put, clock, sum, lines } = await setUp(reconcile, { reconcileTimeoutMs: 1_000 });
    controller.start();
    put('a');
    await clock.advance(1_004);
    expect([await sum('reconcileTimeouts'), await sum('reconcilePanics')]).toEqual([1, 0]);
    expect(JSON.stringify(lines)).toContain('was not done within 1000 ms');
    expect(reconcile).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it('a reconcile that ignores its signal keeps its key, but not its worker', async () => {
    const { promise, resolve } = Promise.withResolvers<Result>();
    const reconcile = vi.fn<Reconcile>((key) => (key === 'ns/stuck' ? promise : Promise.resolve(done)));
    const { controller, put, clock } = await setUp(reconcile, { workers: 1, reconcileTimeoutMs: 1_000 });
    controller.start();
    put('stuck');
    await settle();
    put('other');
    put('stuck', 2);
    await clock.advance(5_900);
    expect(keysOf(reconcile)).toEqual(['ns/stuck']);
    await clock.advance(200);
    expect(keysOf(reconcile)).toEqual(['ns/stuck', 'ns/other']);
    resolve(done);
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/stuck', 'ns/other', 'ns/stuck']);
  });

  it('a write that the fence refused is no bug of the reconciler', async () => {
    const { controller, put, sum } = await setUp(async () => {
      throw new FencedError('another one leads');
    });
    controller.start();
    put('a');
    await settle();
    expect([await sum('reconcilePanics'), await sum('reconcileErrors')]).toEqual([0, 1]);
  });

  it('nothing of it stays after its end, listeners that it left on its signal included', async () => {
    const signals: WeakRef<AbortSignal>[] = [];
    const { controller, put } = await setUp(async (_key, { signal }) => {
      signal.addEventListener('abort', () => put('never'), { once: true });
      signals.push(new WeakRef(signal));
      return done;
    });
    controller.start();
    for (const name of ['a', 'b', 'c']) put(name);
    await settle();
    expect(signals).toHaveLength(3);
    await vi.waitFor(() => {
      collect();
      expect(signals.filter((signal) => signal.deref())).toEqual([]);
    });
  });
});
