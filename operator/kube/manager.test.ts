import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Manager, type ManagerOptions } from './manager.ts';
import { settle } from './testing/virtual-clock.ts';

/** Parts that write down what happens to them. */
function setUp(more: Partial<ManagerOptions> = {}, story: string[] = []) {
  const tell = (what: string) => void story.push(what);
  const reflector = (kind: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const proof = Promise.withResolvers<void>();
    const part = {
      ...{ kind, hasSynced: false, synced: promise, proof },
      proveFresh: () => proof.promise,
      start: () => tell(`${kind} starts`),
      stop: async () => tell(`${kind} stops`),
      finish: () => {
        part.hasSynced = true;
        resolve();
      },
    };
    return part;
  };
  const reflectors = [reflector('A'), reflector('B')];
  const controller = {
    name: 'c',
    start: () => tell('c works'),
    stop: async (graceMs: number) => {
      await settle();
      tell(`c drained ${graceMs}`);
      return ['ns/left'];
    },
  };
  const manager = new Manager({
    ...{ reflectors, controllers: [controller], log: pino({ level: 'silent' }) },
    closers: [async () => tell('closed')],
    ...more,
  });
  const sync = () => {
    for (const part of reflectors) part.finish();
  };
  const prove = async () => {
    for (const { proof } of reflectors) proof.resolve();
    await settle();
  };
  return { story, tell, manager, reflectors, sync, prove };
}

function election(story: string[] = []) {
  let callbacks: Parameters<NonNullable<ManagerOptions['elector']>>[0] | undefined;
  const elector: NonNullable<ManagerOptions['elector']> = (given) => {
    callbacks = given;
    return {
      isHealthy: true,
      start: () => void story.push('runs'),
      stop: async () => void story.push('lease released'),
    };
  };
  return {
    story,
    elector,
    win: () => callbacks?.onStartedLeading(),
    lose: (reason: Error) => callbacks?.onStoppedLeading(reason),
  };
}

describe('Manager', () => {
  it('starts no controller before all caches are synced', async () => {
    const { manager, story, reflectors, sync } = setUp();
    const started = manager.start();
    reflectors[0]?.finish();
    await settle();
    expect([story, manager.unsynced]).toEqual([['A starts', 'B starts'], ['B']]);
    sync();
    await started;
    expect([story.at(-1), manager.unsynced]).toEqual(['c works', []]);
  });

  it('is ready on standby, and works only when it leads', async () => {
    const { elector, win, story: lease } = election();
    const { manager, story, sync, prove } = setUp({ elector });
    sync();
    await manager.start();
    expect([story, lease, manager.unsynced]).toEqual([['A starts', 'B starts'], ['runs'], []]);
    win();
    await prove();
    expect(story.at(-1)).toBe('c works');
  });

  it('stops in order: drain, close, give the Lease back, stop caches', async () => {
    const { elector, win, story } = election();
    const { manager, sync, prove } = setUp({ elector, graceMs: 7 }, story);
    sync();
    await manager.start();
    win();
    await prove();
    story.splice(0);
    await manager.stop();
    expect(story).toEqual(['c drained 7', 'closed', 'lease released', 'A stops', 'B stops']);
  });

  it('gives the Lease back even when a closer fails', async () => {
    const { elector, win, story } = election();
    const broken = async () => {
      throw new Error('the connection is gone');
    };
    const { manager, sync, prove } = setUp({ elector, closers: [broken] }, story);
    sync();
    await manager.start();
    win();
    await prove();
    await manager.stop();
    expect(story.slice(-3)).toEqual(['lease released', 'A stops', 'B stops']);
  });

  it('on standby, stops without draining what never ran', async () => {
    const { elector } = election();
    const { manager, story, sync } = setUp({ elector });
    sync();
    await manager.start();
    await manager.stop();
    expect(story).not.toContain('c drained 30000');
  });

  it('stops once however often it is told to', async () => {
    const { manager, story, sync } = setUp();
    sync();
    await manager.start();
    await Promise.all([manager.stop(), manager.stop()]);
    expect(story.filter((line) => line === 'closed')).toHaveLength(1);
  });

  it('does not start work after stop, even when it was just elected', async () => {
    const { elector, win } = election();
    const { manager, story, sync, prove } = setUp({ elector });
    sync();
    await manager.start();
    const stopped = manager.stop();
    win();
    await prove();
    await stopped;
    expect(story).not.toContain('c works');
  });

  it('starts no work for a new leader before every cache is proven fresh', async () => {
    const { elector, win } = election();
    const { manager, story, sync, reflectors, prove } = setUp({ elector });
    sync();
    await manager.start();
    win();
    reflectors[0]?.proof.resolve();
    await settle();
    expect(story).not.toContain('c works');
    await prove();
    expect(story.at(-1)).toBe('c works');
  });

  it('does not lead by a cache that cannot be proven, and tells main', async () => {
    const reasons: Error[] = [];
    const { elector, win } = election();
    const { manager, story, sync, reflectors } = setUp({ elector, onLost: (reason) => reasons.push(reason) });
    sync();
    await manager.start();
    win();
    reflectors[1]?.proof.reject(new Error('not proven'));
    await settle();
    expect([reasons, story.includes('c works')]).toEqual([[new Error('not proven')], false]);
  });

  it('does not begin to work when leadership is lost while caches are being proven', async () => {
    const { elector, win, lose } = election();
    const { manager, story, sync, prove } = setUp({ elector });
    sync();
    await manager.start();
    win();
    lose(new Error('not renewed'));
    await prove();
    expect(story).not.toContain('c works');
  });

  it('stopped while caches are being proven, neither works nor says that it lost', async () => {
    const reasons: Error[] = [];
    const { elector, win } = election();
    const { manager, story, sync, reflectors } = setUp({ elector, onLost: (reason) => reasons.push(reason) });
    const [given] = reflectors.map((part) => {
      const signals: AbortSignal[] = [];
      part.proveFresh = ((signal: AbortSignal) => {
        signals.push(signal);
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      }) as typeof part.proveFresh;
      return signals;
    });
    sync();
    await manager.start();
    win();
    await manager.stop();
    await settle();
    expect([reasons, story.includes('c works'), given?.[0]?.aborted]).toEqual([[], false, true]);
  });

  it('stopped while caches fill, neither runs for leadership nor works', async () => {
    const { elector, story: lease } = election();
    const { manager, story, sync } = setUp({ elector });
    const started = manager.start();
    await manager.stop();
    sync();
    await started;
    expect([lease, story.includes('c works')]).toEqual([['lease released'], false]);
  });

  it('tells main when leadership is lost', async () => {
    const reasons: Error[] = [];
    const { elector, win, lose } = election();
    const { manager, sync } = setUp({ elector, onLost: (reason) => reasons.push(reason) });
    sync();
    await manager.start();
    win();
    await settle();
    lose(new Error('not renewed'));
    expect(reasons).toEqual([new Error('not renewed')]);
  });
});
