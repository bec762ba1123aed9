import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ApiError } from './errors.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FencedError } from './fence.ts';
import { type ElectorOptions, LeaderElector } from './lease.ts';
import { leaseType } from './lease-object.ts';
import { createKubeMetrics } from './metrics.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

const ref = { namespace: 'system', name: 'operator' };
const down = () => new ApiError({ verb: 'get', kind: 'Lease' }, { code: 503, message: 'down' });

function setUp() {
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  const log = pino({ level: 'silent' });
  const events: string[] = [];
  const elector = (
    identity: string,
    of: Partial<ElectorOptions> & { clock: VirtualClock; cluster: FakeCluster } = { clock, cluster },
  ) => {
    const metrics = createKubeMetrics();
    const made = new LeaderElector({
      ...{ log, metrics, lease: ref, identity, random: () => 0, ...of },
      onStartedLeading: () => events.push(`${identity} leads`),
      onStoppedLeading: (reason) => events.push(`${identity} lost: ${reason.message}`),
    });
    return Object.assign(made, { metrics });
  };
  const spec = () => cluster.peek(leaseType, ref)?.spec;
  return { clock, cluster, elector, events, spec };
}

describe('LeaderElector', () => {
  it('takes a Lease that nobody has, and renews it every 2 s', async () => {
    const { clock, elector, events, spec } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    expect([a.isLeader, events]).toEqual([true, ['a leads']]);
    expect(spec()).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(spec()?.renewTime).toBe('2026-01-01T00:00:00.000000Z');
    await clock.advance(60_000);
    expect(spec()).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:01:00.000000Z',
    });
    expect((await a.metrics.leader.get()).values).toEqual([{ labels: { name: 'operator' }, value: 1 }]);
    await a.stop();
  });

  it('of two, one leads and the other waits', async () => {
    const { clock, elector, events } = setUp();
    const [a, b] = [elector('a'), elector('b')];
    a.start();
    b.start();
    await clock.advance(120_000);
    expect([events, a.isLeader, b.isLeader]).toEqual([['a leads'], true, false]);
    await a.stop();
    await b.stop();
  });

  it('gives the Lease back when stopped, and the other has it at its next try', async () => {
    const { clock, elector, events, spec } = setUp();
    const [a, b] = [elector('a'), elector('b')];
    a.start();
    await settle();
    b.start();
    await settle();
    await a.stop();
    expect([a.isLeader, spec()?.holderIdentity]).toEqual([false, '']);
    await clock.advance(2_000);
    expect(events).toEqual(['a leads', 'b leads']);
    expect(spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    await b.stop();
  });

  it('a leader that died is followed 15 s after its last renewal was seen, not earlier', async () => {
    const { clock, cluster, elector, events } = setUp();
    const [a, b] = [elector('a'), elector('b')];
    a.start();
    await settle();
    b.start();
    await settle();
    cluster.intercept = ({ verb }) => {
      if (verb === 'apply' && !b.isLeader && clock.now() < 14_000) throw down();
    };
    await clock.advance(14_000);
    expect(events).toEqual(['a leads', expect.stringContaining('a lost')]);
    await clock.advance(2_000);
    expect(events.at(-1)).toBe('b leads');
    await b.stop();
  });

  it('loses the lead after 10 s without renewal, 5 s before others may take over', async () => {
    const { clock, cluster, elector, events } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    cluster.failNext({ verb: 'apply', kind: 'Lease', error: down(), times: 1_000 });
    await clock.advance(9_999);
    expect(a.isLeader).toBe(true);
    await clock.advance(1);
    expect(a.isLeader).toBe(false);
    expect(events).toEqual(['a leads', 'a lost: the Lease was not renewed for 10000 ms']);
  });

  it('loses it at its deadline, not at the next renewal after it', async () => {
    const { clock, cluster, elector, events } = setUp();
    elector('a', { clock, cluster, retryPeriodMs: 3_000 }).start();
    await settle();
    cluster.failNext({ verb: 'apply', kind: 'Lease', error: down(), times: 1_000 });
    await clock.advance(10_000);
    expect(events).toEqual(['a leads', 'a lost: the Lease was not renewed for 10000 ms']);
  });

  it('standbys look 2 to 4 s apart, at random, so that not all try at the same moment', async () => {
    const { clock, cluster, elector } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    const looks = async (random: number) => {
      const standby = elector('b', { clock, cluster, random: () => random });
      const gets = () => cluster.calls.filter(({ verb }) => verb === 'get').length;
      const before = gets();
      standby.start();
      await clock.advance(60_000);
      await standby.stop();
      return gets() - before;
    };
    expect(await looks(0)).toBe(31);
    expect(await looks(1)).toBe(16);
    await a.stop();
  });

  it('a leader renews by one write, and reads only when that was refused', async () => {
    const { clock, cluster, elector } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    cluster.calls.length = 0;
    await clock.advance(20_000);
    expect(cluster.calls.map(({ verb }) => verb)).toEqual(Array(10).fill('apply'));
    cluster.edit(leaseType, ref, (lease) => {
      lease.metadata.labels = { touched: 'by somebody' };
    });
    cluster.calls.length = 0;
    await clock.advance(2_000);
    expect(cluster.calls.map(({ verb }) => verb)).toEqual(['apply', 'get', 'apply']);
    expect((await a.metrics.leaderSlowPaths.get()).values[0]?.value).toBe(1);
    expect(a.isLeader).toBe(true);
    await a.stop();
  });

  it('survives outages shorter than that', async () => {
    const { clock, cluster, elector, events } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    for (let outage = 0; outage < 3; outage++) {
      cluster.failNext({ verb: 'apply', kind: 'Lease', error: down(), times: 3 });
      await clock.advance(20_000);
    }
    expect(events).toEqual(['a leads']);
    await a.stop();
  });

  it('one request that hangs does not cost the lead, and hanging ones end in time', async () => {
    const { clock, cluster, elector, events } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    let hanging = 1;
    const apply = cluster.apply.bind(cluster);
    cluster.apply = (type, object, options) => {
      if (hanging-- <= 0) return apply(type, object, options);
      return new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
      });
    };
    await clock.advance(20_000);
    expect(events).toEqual(['a leads']);
    hanging = 1_000;
    await clock.advance(12_000);
    expect(events).toHaveLength(2);
  });

  it('steps down at once when another holds the Lease', async () => {
    const { clock, cluster, elector, events } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    cluster.edit(leaseType, ref, (lease) => {
      lease.spec.holderIdentity = 'usurper';
    });
    await clock.advance(2_000);
    expect(events).toEqual(['a leads', 'a lost: "usurper" holds the Lease']);
  });

  it('a write of which the answer was lost is found to be its own', async () => {
    const { clock, cluster, elector, events } = setUp();
    const a = elector('a');
    cluster.failNext({ verb: 'create', kind: 'Lease', error: down(), when: 'after' });
    a.start();
    await clock.advance(2_000);
    cluster.failNext({ verb: 'apply', kind: 'Lease', error: down(), when: 'after' });
    await clock.advance(20_000);
    expect(events).toEqual(['a leads']);
    await a.stop();
  });

  it('a clock that is hours ahead or behind does not make it steal', async () => {
    const { clock, cluster, elector, events } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    for (const skewMs of [-36_000_000, 36_000_000]) {
      const skewed = new VirtualClock(Date.UTC(2026, 0, 1) + skewMs);
      const b = elector('b', { clock: skewed, cluster });
      b.start();
      for (let second = 0; second < 40; second++)
        await Promise.all([clock.advance(1_000), skewed.advance(1_000)]);
      await b.stop();
    }
    expect(events).toEqual(['a leads']);
    await a.stop();
  });

  it('of many that start at once, exactly one leads', async () => {
    const { clock, elector, events } = setUp();
    const all = ['a', 'b', 'c', 'd', 'e'].map((identity) => elector(identity));
    for (const one of all) one.start();
    await clock.advance(10_000);
    expect(events).toHaveLength(1);
    for (const one of all) await one.stop();
  });

  it('of many that find the Lease run out at the same moment, exactly one takes it', async () => {
    const { clock, cluster, elector, events, spec } = setUp();
    const dead = { holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 4 };
    cluster.put(leaseType, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: ref,
      spec: dead,
    });
    const all = ['a', 'b', 'c', 'd', 'e'].map((identity) => elector(identity));
    for (const one of all) one.start();
    await clock.advance(14_000);
    expect(events).toEqual([]);
    // All of them read before the first one writes.
    const { promise, resolve } = Promise.withResolvers<void>();
    let readers = 0;
    cluster.intercept = ({ verb }, when) => {
      if (verb !== 'get' || when === 'before') return;
      readers += 1;
      if (readers === all.length) resolve();
      return promise;
    };
    await clock.advance(20_000);
    expect(events).toEqual([`${spec()?.holderIdentity} leads`]);
    expect(spec()?.leaseTransitions).toBe(5);
    for (const one of all) await one.stop();
  });

  it('stopped while it waits, it asks for nothing any more', async () => {
    const { clock, elector, cluster } = setUp();
    const [a, b] = [elector('a'), elector('b')];
    a.start();
    await settle();
    b.start();
    await settle();
    await b.stop();
    await a.stop();
    const calls = cluster.calls.length;
    await clock.advance(60_000);
    expect([cluster.calls.length, clock.pendingTimers]).toEqual([calls, 0]);
  });

  it('is unhealthy when it believes to lead on a Lease that ran out', async () => {
    const { clock, elector } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    expect(a.isHealthy).toBe(true);
    // A process that was suspended: time went by, and no timer has fired yet.
    const now = clock.now.bind(clock);
    clock.now = () => now() + 15_001;
    expect(a.isHealthy).toBe(false);
    clock.now = now;
    await a.stop();
  });

  it('fences its leader: nothing may be done before it leads, nor after it was given back', async () => {
    const { elector } = setUp();
    const a = elector('a');
    expect(() => a.check()).toThrow('Lease system/operator of a is not held');
    a.start();
    await settle();
    expect(() => a.check()).not.toThrow();
    await a.stop();
    expect(() => a.check()).toThrow(FencedError);
  });

  it('fences a leader that was suspended as it wakes up, before any timer has told it', async () => {
    const { clock, elector } = setUp();
    const a = elector('a');
    a.start();
    await clock.advance(2_000);
    const now = clock.now.bind(clock);
    clock.now = () => now() + 9_999;
    expect(a.mayAct).toBe(true);
    clock.now = () => now() + 10_000;
    expect([a.isLeader, a.mayAct]).toEqual([true, false]);
    expect(() => a.check()).toThrow('was last renewed 10000 ms ago, and its limit is 10000 ms');
    clock.now = now;
    await a.stop();
  });

  it('may do nothing while it gives the Lease back: the answer comes after another one may lead', async () => {
    const { cluster, elector } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    const mayAct: boolean[] = [];
    cluster.intercept = ({ verb }) => {
      if (verb === 'apply') mayAct.push(a.mayAct);
    };
    await a.stop();
    expect(mayAct).toEqual([false, false]);
  });

  it('gives back also a Lease that it was renewing as it was stopped', async () => {
    const { clock, cluster, elector, spec } = setUp();
    const a = elector('a');
    a.start();
    await settle();
    cluster.intercept = async ({ verb }, when) => {
      if (verb !== 'apply' || when === 'before') return;
      cluster.intercept = () => {};
      void a.stop();
      throw down();
    };
    await clock.advance(2_000);
    await a.stop();
    expect(spec()?.holderIdentity).toBe('');
  });

  it.each(['deleted', 'emptied'])(
    'a Lease that was %s is taken again, or is a loss to who asks for that',
    async (how) => {
      for (const takesBack of [true, false]) {
        const { clock, cluster, elector, events } = setUp();
        const a = elector('a', { clock, cluster, takesBack });
        a.start();
        await settle();
        if (how === 'deleted') cluster.remove(leaseType, ref);
        else
          cluster.edit(leaseType, ref, (lease) => {
            lease.spec.holderIdentity = '';
          });
        await clock.advance(2_000);
        expect(events).toEqual(takesBack ? ['a leads'] : ['a leads', 'a lost: the Lease was taken away']);
        await a.stop();
      }
    },
  );

  it('refuses times that allow two leaders', () => {
    const { clock, cluster } = setUp();
    const options = {
      clock,
      cluster,
      log: pino({ level: 'silent' }),
      lease: ref,
      identity: 'a',
      random: () => 0,
    };
    const callbacks = { onStartedLeading: () => {}, onStoppedLeading: () => {} };
    expect(() => new LeaderElector({ ...options, ...callbacks, renewDeadlineMs: 15_000 })).toThrow(
      'leaseDurationMs',
    );
  });
});
