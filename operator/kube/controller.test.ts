import { describe, expect, it, vi } from 'vitest';
import { configMapType, type Widget, widget, widgetType } from './contract-objects.ts';
import type { ControllerOptions, Reconcile } from './controller.ts';
import { done, type Result } from './result.ts';
import { conflict, keysOf, ref, script, setUp } from './testing/controller-world.ts';
import { settle } from './testing/virtual-clock.ts';

describe('Controller', () => {
  it('reconciles what is there at the start, and what changes', async () => {
    const reconcile = script();
    const { controller, put, cluster } = await setUp(reconcile);
    put('old');
    await settle();
    expect(reconcile).not.toHaveBeenCalled();
    controller.start();
    await settle();
    put('new');
    await settle();
    cluster.remove(widgetType, ref('old'));
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/old', 'ns/new', 'ns/old']);
  });

  it('keeps nothing of what is enqueued before the start, which looks at all that is there', async () => {
    const reconcile = script();
    const { controller, put, metrics } = await setUp(reconcile);
    put('a');
    await settle();
    controller.enqueue('ns/a', { afterMs: 1 });
    controller.enqueue('ns/gone');
    expect((await metrics.queueAdds.get()).values.map(({ value }) => value)).toEqual([0]);
    controller.start();
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/a']);
  });

  it('does what was there at the start after real changes', async () => {
    const reconcile = script();
    const { controller, put } = await setUp(reconcile, { workers: 1 });
    for (const name of ['a', 'b', 'c']) put(name);
    await settle();
    controller.start();
    controller.enqueue('ns/urgent');
    await settle();
    // The worker was free when the first of the old ones came.
    expect(keysOf(reconcile)).toEqual(['ns/a', 'ns/urgent', 'ns/b', 'ns/c']);
  });

  it('gives what has just been created its first turn before others, and only that one', async () => {
    const gate = Promise.withResolvers<void>();
    const reconcile = vi.fn<Reconcile>(async (key) => {
      if (key === 'ns/slow') await gate.promise;
      return done;
    });
    const { controller, put } = await setUp(reconcile, { workers: 1 });
    controller.start();
    put('old');
    await settle();
    controller.enqueue('ns/slow');
    put('old', 2);
    put('new');
    await settle();
    gate.resolve();
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/old', 'ns/slow', 'ns/new', 'ns/old']);
    controller.enqueue('ns/slow');
    put('old', 3);
    put('new', 2);
    await settle();
    expect(keysOf(reconcile).slice(4)).toEqual(['ns/slow', 'ns/old', 'ns/new']);
  });

  it('maps other kinds to keys; an update wakes what the object meant before, too', async () => {
    const reconcile = script();
    const { controller, cluster, maps } = await setUp(reconcile);
    controller.watch(configMapType, maps, ({ data }) => (data?.['of'] ? [`ns/${data['of']}`] : []));
    controller.start();
    const map = (of: string) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ns', name: 'm' }, data: { of } },
    });
    cluster.put(configMapType, map('a'));
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/a']);
    cluster.put(configMapType, map('b'));
    await settle();
    expect(keysOf(reconcile).slice(1).sort()).toEqual(['ns/a', 'ns/b']);
  });

  it('looks later at what has another status alone, and at once at all else of it', async () => {
    const reconcile = script();
    const { controller, put, cluster, clock, store } = await setUp(reconcile, { afterStatusMs: () => 1_000 });
    const seen = () => reconcile.mock.calls.length;
    put('a');
    await settle();
    controller.start();
    await settle();
    const before = seen();
    for (const note of ['one', 'two']) {
      const current = store.get('ns/a');
      if (current) await cluster.patchStatus(widgetType, current, { note });
      await settle();
    }
    await clock.advance(999);
    expect(seen()).toBe(before);
    await clock.advance(1);
    expect(seen()).toBe(before + 1);
    put('a', 2);
    await settle();
    expect(seen()).toBe(before + 2);
    cluster.edit(widgetType, ref('a'), ({ metadata }) => {
      metadata.annotations = { 'of-a-user': 'yes' };
    });
    await settle();
    expect(seen()).toBe(before + 3);
  });

  it('leaves out changes that it does not accept', async () => {
    const reconcile = script();
    const accepts: ControllerOptions<Widget>['accepts'] = ({ object }) => object.spec?.size !== 0;
    const { controller, put } = await setUp(reconcile, { accepts });
    controller.start();
    put('a', 0);
    put('b', 1);
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/b']);
  });

  it('lets namespaces have turns, unless told of other fairness keys', async () => {
    const order = async (more: Partial<ControllerOptions<Widget>>) => {
      const reconcile = script();
      const { controller, cluster } = await setUp(reconcile, { workers: 1, ...more });
      for (const name of ['1', '2', '3']) cluster.put(widgetType, widget('big', name));
      cluster.put(widgetType, widget('small', '1'));
      await settle();
      controller.start();
      await settle();
      return keysOf(reconcile);
    };
    expect(await order({})).toEqual(['big/1', 'small/1', 'big/2', 'big/3']);
    expect(await order({ fairnessKey: () => '' })).toEqual(['big/1', 'big/2', 'big/3', 'small/1']);
  });

  it('never runs two reconciles of one key, but those of several keys at once', async () => {
    const running = new Set<string>();
    let most = 0;
    const gates: (() => void)[] = [];
    const { controller, put } = await setUp(async (key) => {
      expect(running.has(key)).toBe(false);
      running.add(key);
      most = Math.max(most, running.size);
      await new Promise<void>((resolve) => gates.push(resolve));
      running.delete(key);
      return done;
    });
    controller.start();
    for (let size = 1; size <= 3; size++) {
      put('a', size);
      put('b', size);
      await settle();
    }
    expect([most, gates.length]).toEqual([2, 2]);
    for (const open of gates.splice(0)) open();
    await settle();
    for (const open of gates) open();
  });
});

describe('results', () => {
  it('again: looks again after that time, or earlier on a change', async () => {
    const reconcile = script({ kind: 'again', afterMs: 1_000 }, { kind: 'again', afterMs: 1_000 });
    const { controller, put, clock, total } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(999);
    expect(reconcile).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(reconcile).toHaveBeenCalledTimes(2);
    put('a', 2);
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(3);
    expect([await total('requeue_after'), await total('success')]).toEqual([2, 1]);
  });

  it('retry: backs off, doubling, and forgets the back-off after a success', async () => {
    const failure: Result = { kind: 'retry', error: new Error('host away') };
    const reconcile = script(failure, failure, failure, done, failure);
    const { controller, put, clock, sum, total } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(5 + 10 + 20);
    expect(reconcile).toHaveBeenCalledTimes(4);
    put('a', 2);
    await settle();
    await clock.advance(5);
    expect(reconcile).toHaveBeenCalledTimes(6);
    expect([await sum('reconcileErrors'), await sum('reconcilePanics'), await total('error')]).toEqual([
      4, 0, 4,
    ]);
  });

  it.each<Result>([
    done,
    { kind: 'again', afterMs: 60_000 },
    { kind: 'failed', error: new Error('for good') },
  ])('the back-off is forgotten after $kind', async (result) => {
    const failure: Result = { kind: 'retry', error: new Error('host away') };
    const reconcile = script(failure, failure, failure, result, failure);
    const { controller, put, clock } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(5 + 10 + 20);
    put('a', 2);
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(5);
    await clock.advance(5);
    expect(reconcile).toHaveBeenCalledTimes(6);
  });

  it('failed: rests until the object changes', async () => {
    const reconcile = script({ kind: 'failed', error: new Error('no such image') });
    const { controller, put, clock, sum, lines } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(3_600_000);
    expect(reconcile).toHaveBeenCalledTimes(1);
    expect([await sum('terminalErrors'), await sum('reconcileErrors')]).toEqual([1, 1]);
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
    put('a', 2);
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it('an exception is caught, counted, told and retried; other keys are not touched', async () => {
    const reconcile = vi.fn<Reconcile>(async (key) => {
      if (key === 'ns/bad' && reconcile.mock.calls.length < 4)
        throw new TypeError('undefined is no function');
      return done;
    });
    const { controller, put, clock, sum, lines } = await setUp(reconcile);
    controller.start();
    put('bad');
    put('good');
    await clock.advance(1_000);
    expect(keysOf(reconcile)).toEqual(['ns/bad', 'ns/good', 'ns/bad', 'ns/bad']);
    expect(await sum('reconcilePanics')).toBe(2);
    expect(lines.filter(({ level, err }) => level === 40 && err).length).toBe(2);
  });

  it('a conflict is retried without noise', async () => {
    const reconcile = script(conflict(), { kind: 'retry', error: conflict() });
    const { controller, put, clock, sum, total, lines } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(1_000);
    expect(reconcile).toHaveBeenCalledTimes(3);
    expect([await sum('reconcileErrors'), await sum('reconcilePanics'), await total('requeue')]).toEqual([
      0, 0, 2,
    ]);
    expect(lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });
});
