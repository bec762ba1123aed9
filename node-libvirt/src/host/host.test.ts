import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Fault } from '../testing/fake-peer.ts';
import { noAnswer } from '../testing/fake-server.ts';
import { turns } from '../testing/virtual-clock.ts';
import { Host } from './host.ts';
import {
  arrived,
  clock,
  dir,
  errorOf,
  next,
  path,
  sendReboot,
  serve,
  server,
  start,
} from './testing/hosts.ts';

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

describe('a listener of states that throws', () => {
  it('is told of, and does not keep the host from coming back', async () => {
    const errors: unknown[] = [];
    const host = new Host<'lifecycle'>(
      { transport: 'unix', path },
      {
        ...{ clock, random: () => 1, kinds: ['lifecycle'] },
        onStateChange: () => {
          throw new Error('broken listener');
        },
        onListenerError: (error) => errors.push(error),
      },
    );
    const first = await host.connected();
    server.peers.at(-1)?.destroy();
    await first.closed;
    while (host.state.state !== 'waiting') await turns(1);
    await clock.advance(500);
    expect(await host.connected()).not.toBe(first);
    expect(errors.length).toBeGreaterThan(1);
    await host.close();
  });
});
