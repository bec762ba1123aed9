import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectFailed } from '../errors.ts';
import { Fault } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { Host } from './host.ts';
import type { HostEvent } from './host-event.ts';
import type { HostOptions } from './options.ts';
import type { HostState } from './state.ts';

const dom = { name: 'vm', uuid: 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', id: 3 };
type Kind = 'lifecycle' | 'reboot';

let dir: string;
let path: string;
let clock: VirtualClock;
let server: FakeServer;
const hosts: Host<Kind>[] = [];
const servers: FakeServer[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'node-libvirt-host-'));
  path = join(dir, 'sock');
  clock = new VirtualClock();
  server = await serve();
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
  rmSync(dir, { recursive: true, force: true });
});

async function serve(at = path): Promise<FakeServer> {
  const fake = new FakeServer();
  fake.on('connectGetHostname', () => ({ hostname: at }));
  servers.push(fake);
  await fake.listen(at);
  return fake;
}

/** A host, and a way to wait until it is in a state. */
function start(options: HostOptions<Kind> = {}, target: () => string = () => path) {
  const states: HostState[] = [];
  let look = () => {};
  const host = new Host<Kind>(() => ({ transport: 'unix', path: target() }), {
    ...{ clock, random: () => 1, kinds: ['lifecycle', 'reboot'], ...options },
    onStateChange: (state) => {
      states.push(state);
      look();
    },
  });
  hosts.push(host);
  const until = (wanted: HostState['state']) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (host.state.state === wanted) resolve();
      };
      look();
    });
  return { host, states, until };
}

const sendReboot = (to: FakeServer, name: string) =>
  to.peers.at(-1)?.sendEvent('reboot', { callbackId: 1, msg: { dom: { ...dom, name } } });

async function next(events: AsyncIterator<HostEvent<Kind>>): Promise<HostEvent<Kind>> {
  const { value } = await events.next();
  if (!value) throw new Error('the events have ended');
  return value;
}

describe('a host', () => {
  it('is connected from its making, with its events registered, and says so', async () => {
    const { host } = start();
    const events = host.events();
    const hypervisor = await host.connected();
    expect(await hypervisor.host.hostname()).toBe(path);
    expect(server.callsOf('connectDomainEventCallbackRegisterAny')).toHaveLength(2);
    expect(await next(events)).toEqual({ kind: 'relist', because: 'connected' });
    sendReboot(server, 'vm');
    expect(await next(events)).toMatchObject({ kind: 'reboot', name: 'vm' });
  });

  it('comes back by itself, registers again, and announces a relist', async () => {
    const { host, until } = start();
    const events = host.events();
    await host.connected();
    await next(events);
    server.peer.destroy();
    await until('waiting');
    expect(await next(events)).toMatchObject({ kind: 'disconnected', error: { name: 'ConnectionClosed' } });
    await clock.advance(500);
    await host.connected();
    expect(await next(events)).toEqual({ kind: 'relist', because: 'connected' });
    expect(server.callsOf('connectDomainEventCallbackRegisterAny')).toHaveLength(4);
    sendReboot(server, 'again');
    expect(await next(events)).toMatchObject({ name: 'again' });
  });

  it('waits longer after each failure up to a limit, and says of one loss once', async () => {
    const { host, states, until } = start({ backOff: { firstMs: 100, longestMs: 400 } });
    const events = host.events();
    await host.connected();
    await server.close();
    await until('waiting');
    for (const delayMs of [100, 200, 400, 400]) {
      expect(host.state).toMatchObject({ state: 'waiting', delayMs });
      const attempt = until('connecting');
      await clock.advance(delayMs);
      await attempt;
      await until('waiting');
    }
    await host.close();
    const seen: string[] = [];
    for await (const { kind } of events) seen.push(kind);
    expect(seen).toEqual(['relist', 'disconnected']);
    expect(states.at(-1)).toEqual({ state: 'closed' });
  });

  it('begins with the short delay again only after it was connected for long', async () => {
    const { host, until } = start({ backOff: { firstMs: 100, longestMs: 1_000 } });
    const lose = async () => {
      await host.connected();
      server.peers.at(-1)?.destroy();
      await until('waiting');
    };
    await lose();
    await clock.advance(100);
    await lose();
    expect(host.state).toMatchObject({ delayMs: 200 });
    await clock.advance(200);
    await host.connected();
    await clock.advance(1_000);
    await lose();
    expect(host.state).toMatchObject({ delayMs: 100 });
  });

  it('asks where it is before each attempt', async () => {
    const elsewhere = join(dir, 'other');
    const other = await serve(elsewhere);
    let at = path;
    const { host, until } = start({}, () => at);
    await host.connected();
    at = elsewhere;
    server.peer.destroy();
    await until('waiting');
    await clock.advance(500);
    expect(await (await host.connected()).host.hostname()).toBe(elsewhere);
    expect(other.peers).toHaveLength(1);
  });

  it('tells who waits for it why it is not there', async () => {
    const { host } = start({}, () => join(dir, 'nothing'));
    const waiting = errorOf(host.connected({ timeoutMs: 300 }));
    await clock.advance(300);
    expect(await waiting).toMatchObject({
      name: 'ConnectFailed',
      message: expect.stringMatching(/^not connected within 300 ms: .*ENOENT/),
    });
    const impatient = new AbortController();
    const given = errorOf(host.connected({ signal: impatient.signal }));
    impatient.abort(new Error('enough'));
    expect(await given).toEqual(new Error('enough'));
    expect(clock.pendingTimers).toBeLessThanOrEqual(1); // the one of the next attempt
  });

  it('lets nobody wait where trying again is no use, and tries seldom', async () => {
    server.on('authList', () => ({ types: [77] }));
    const { host, until } = start();
    await until('waiting');
    expect(host.state).toMatchObject({ delayMs: 30_000, error: { name: 'AuthenticationFailed' } });
    await expect(host.connected()).rejects.toMatchObject({ name: 'AuthenticationFailed' });
  });

  it('gives a reader that is too slow a relist in place of what it missed', async () => {
    const { host } = start({ queueLimit: 2 });
    await host.connected();
    const [slow, quick] = [host.events(), host.events()];
    expect(await next(slow)).toMatchObject({ because: 'connected' });
    expect(await next(quick)).toMatchObject({ because: 'connected' });
    for (const name of ['a', 'b', 'c']) {
      const read = next(quick);
      sendReboot(server, name);
      expect(await read).toMatchObject({ name });
    }
    expect(await next(slow)).toEqual({ kind: 'relist', because: 'overflow' });
    expect(await next(slow)).toMatchObject({ name: 'c' });
  });

  it('does without kinds of events that the server does not know', async () => {
    server.on('connectDomainEventCallbackRegisterAny', ({ eventId }) =>
      eventId === 0 ? { callbackId: 0 } : new Fault(8),
    );
    const { host } = start();
    const hypervisor = await host.connected();
    expect([...hypervisor.events.unsupported]).toEqual(['reboot']);
  });
});

describe('closing a host', () => {
  it('ends loops, waits and connections, and leaves no timer', async () => {
    const { host } = start({}, () => join(dir, 'nothing'));
    const waiting = errorOf(host.connected());
    const events = host.events();
    const end = events.next();
    await host.close();
    expect(await waiting).toMatchObject({ name: 'ConnectionClosed' });
    expect(await end).toEqual({ done: true, value: undefined });
    expect(await host.events().next()).toEqual({ done: true, value: undefined });
    await expect(host.apart(async () => 1)).rejects.toMatchObject({ name: 'ConnectionClosed' });
    await turns();
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends an attempt that is under way', async () => {
    server.on('authList', () => noAnswer);
    const { host } = start();
    await arrived(server, 'authList');
    await host.close();
    await turns();
    expect(clock.pendingTimers).toBe(0);
    expect(server.callsOf('connectOpen')).toHaveLength(0);
  });
});

describe('renewing a host', () => {
  it('opens the new connection first, without a loss of events', async () => {
    const { host, states } = start();
    const events = host.events();
    const before = await host.connected();
    await next(events);
    await host.renew();
    const after = await host.connected();
    expect(after).not.toBe(before);
    expect(await next(events)).toEqual({ kind: 'relist', because: 'renewed' });
    expect(await before.closed).toBeUndefined();
    sendReboot(server, 'vm');
    expect(await next(events)).toMatchObject({ kind: 'reboot' });
    expect(states.map(({ state }) => state)).toEqual(['connected', 'connected']);
  });

  it('lets calls under way on the old connection end', async () => {
    let answer = () => {};
    server.on('connectGetHostname', async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { hostname: 'late' };
    });
    const { host } = start();
    const before = await host.connected();
    const call = before.host.hostname();
    await arrived(server, 'connectGetHostname');
    await host.renew();
    expect(before.connection.ended).toBe(false);
    answer();
    expect(await call).toBe('late');
    expect(await before.closed).toBeUndefined();
  });

  it('ends calls on the old connection that take longer than a minute', async () => {
    server.on('connectGetHostname', () => noAnswer);
    const { host } = start();
    const before = await host.connected();
    const call = errorOf(before.host.hostname({ timeoutMs: Number.POSITIVE_INFINITY }));
    await host.renew();
    await clock.advance(62_000);
    expect(await call).toMatchObject({ name: 'ConnectionClosed', outcomeUnknown: true });
  });

  it('keeps what it has when the new connection fails', async () => {
    const { host } = start();
    const before = await host.connected();
    server.on('authList', (_args, peer) => {
      peer.destroy();
      return noAnswer;
    });
    await expect(host.renew()).rejects.toMatchObject({ name: 'ConnectionClosed' });
    expect(await host.connected()).toBe(before);
    expect(await before.host.hostname()).toBe(path);
  });

  it('survives the loss of a connection that took the place of another', async () => {
    const { host, until } = start();
    await host.connected();
    await host.renew();
    await turns();
    server.peers.at(-1)?.destroy();
    await until('waiting');
    await clock.advance(500);
    expect(await (await host.connected()).host.hostname()).toBe(path);
  });

  it('tries at once where it waits for the next attempt', async () => {
    const { host, until } = start({ backOff: { firstMs: 10_000, longestMs: 10_000 } });
    await host.connected();
    server.peer.destroy();
    await until('waiting');
    await host.renew();
    await host.connected();
  });
});

describe('connections apart', () => {
  it('are lent to one at a time, used again, and closed when nobody needs them', async () => {
    const { host } = start({ idleMs: 5_000 });
    const first = await host.connected();
    const used = await host.apart(async (hypervisor) => hypervisor);
    expect(used).not.toBe(first);
    const [a, b] = await Promise.all([host.apart(async (h) => h), host.apart(async (h) => h)]);
    expect([a, b]).toContain(used);
    expect(a).not.toBe(b);
    await clock.advance(5_000);
    expect(await used.closed).toBeUndefined();
    expect(await first.host.hostname()).toBe(path);
  });

  it('are no more than allowed: others wait for their turn', async () => {
    const { host } = start({ maxLent: 1 });
    const order: string[] = [];
    const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = host.apart(async () => {
      order.push('first');
      begun.resolve();
      await finish.promise;
    });
    const second = host.apart(async () => order.push('second'));
    await begun.promise;
    await turns();
    expect(order).toEqual(['first']);
    finish.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('are not used again while a call that was given up is under way there', async () => {
    server.on('connectGetHostname', () => noAnswer);
    const { host } = start();
    const given = await host.apart(async (hypervisor) => {
      const impatient = new AbortController();
      const call = errorOf(hypervisor.host.hostname({ signal: impatient.signal }));
      await arrived(server, 'connectGetHostname');
      impatient.abort();
      await call;
      return hypervisor;
    });
    await clock.advance(2_000);
    expect(await given.closed).toBeUndefined();
  });

  it('give a stream back when it has closed', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = start({ maxLent: 1 });
    const stream = await host.openStream((hypervisor) => hypervisor.domain(dom.uuid).openConsole());
    const waiting = host.apart(async () => 'mine');
    stream.destroy();
    expect(await waiting).toBe('mine');
  });

  it('give their place back when opening fails', async () => {
    const { host } = start({ maxLent: 1 });
    await host.connected();
    const broken = () => host.openStream(async () => Promise.reject(new ConnectFailed('no')));
    await expect(broken()).rejects.toThrow('no');
    await expect(broken()).rejects.toThrow('no');
  });
});

async function arrived(fake: FakeServer, name: Parameters<FakeServer['callsOf']>[0]): Promise<void> {
  while (fake.callsOf(name).length === 0) await turns(1);
}

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
