import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FakePeer } from '../testing/fake-peer.ts';
import { noAnswer } from '../testing/fake-server.ts';
import { turns } from '../testing/virtual-clock.ts';
import type { Host } from './host.ts';
import {
  arrived,
  clock,
  dir,
  dom,
  errorOf,
  type Kind,
  next,
  path,
  sendReboot,
  serve,
  server,
  start,
} from './testing/hosts.ts';

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

  it('tells each event once while both connections are there', async () => {
    server.on('connectGetHostname', () => noAnswer);
    const { host } = start();
    const events = host.events();
    const before = await host.connected();
    const call = errorOf(before.host.hostname());
    await next(events);
    await host.renew();
    expect(await next(events)).toMatchObject({ because: 'renewed' });
    for (const peer of server.peers) sendTo(peer, 'both');
    sendReboot(server, 'after');
    expect(await next(events)).toMatchObject({ name: 'both' });
    expect(await next(events)).toMatchObject({ name: 'after' });
    await host.close();
    expect(await call).toMatchObject({ name: 'ConnectionClosed' });
    await turns();
    expect(clock.pendingTimers).toBe(0);
  });

  it('has the connection that was begun last, whichever is quicker', async () => {
    const ways = [path, join(dir, 'second'), join(dir, 'third')];
    for (const way of ways.slice(1)) await serve(way);
    const [second, third] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const gates = [Promise.resolve(), second.promise, third.promise];
    let begun = 0;
    const { host } = start({}, async () => {
      const number = begun++;
      await gates[number];
      return ways[number] as string;
    });
    await host.connected();
    const renewals = [host.renew(), host.renew()];
    second.resolve();
    await renewals[0];
    third.resolve();
    await renewals[1];
    expect(await hostname(host)).toBe(ways[2]);
  });

  it('has no connection that was begun before the present one', async () => {
    const late = join(dir, 'late');
    await serve(late);
    const gate = Promise.withResolvers<string>();
    const targets = [path, gate.promise, path];
    const { host, states } = start({}, () => targets.shift() ?? path);
    await host.connected();
    const [slow, quick] = [host.renew(), host.renew()];
    await quick;
    gate.resolve(late);
    await slow;
    expect(await hostname(host)).toBe(path);
    expect(states).toHaveLength(2);
  });

  it('begins an attempt anew that began with what is no longer true', async () => {
    const targets = [new Promise<string>(() => {}), path];
    const { host, states } = start({}, () => targets.shift() ?? path);
    await turns();
    await host.renew();
    expect(await hostname(host)).toBe(path);
    expect(states.map(({ state }) => state)).toEqual(['connected']);
  });
});

const hostname = async (host: Host<Kind>) => (await host.connected()).host.hostname();
const sendTo = (peer: FakePeer, name: string) =>
  peer.sendEvent('reboot', { callbackId: 1, msg: { dom: { ...dom, name } } });
