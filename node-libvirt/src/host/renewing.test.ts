import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns } from '../testing/virtual-clock.ts';
import { arrived, eachTest, errorOf, type HostKit, next, sendReboot } from './testing/host-kit.ts';

let kit: HostKit;
let server: FakeServer;
eachTest(async (made) => {
  kit = made;
  server = await kit.serve();
});

describe('renewing a host', () => {
  it('does not keep what an attempt that had begun before makes', async () => {
    const answer = Promise.withResolvers<void>();
    server.on('authList', async () => {
      await answer.promise;
      return { types: [0] };
    });
    const elsewhere = join(kit.dir, 'elsewhere');
    await kit.serve(elsewhere);
    let at = kit.path;
    const { host, states } = kit.start({}, () => at);
    await arrived(server, 'authList');
    at = elsewhere;
    await host.renew();
    answer.resolve();
    expect(await (await host.connected()).host.hostname()).toBe(elsewhere);
    expect(states.map(({ state }) => state)).toEqual(['connected']);
  });

  it('tries at once when an attempt that had begun before fails', async () => {
    server.on('authList', () => noAnswer);
    const { host, states } = kit.start();
    await arrived(server, 'authList');
    await host.renew();
    server.off('authList').on('authList', () => ({ types: [0] }));
    server.peer.destroy();
    await host.connected();
    expect(states.map(({ state }) => state)).toEqual(['connected']);
  });

  it('opens the new connection first, without a loss of events', async () => {
    const { host, states } = kit.start();
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
    const { host } = kit.start();
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
    const { host } = kit.start();
    const before = await host.connected();
    const call = errorOf(before.host.hostname({ timeoutMs: Number.POSITIVE_INFINITY }));
    await host.renew();
    await kit.clock.advance(62_000);
    expect(await call).toMatchObject({ name: 'ConnectionClosed', outcomeUnknown: true });
  });

  it('ends them with the host', async () => {
    server.on('connectGetHostname', () => noAnswer);
    const { host } = kit.start();
    const before = await host.connected();
    const call = errorOf(before.host.hostname({ timeoutMs: Number.POSITIVE_INFINITY }));
    await host.renew();
    await host.close();
    expect(await call).toMatchObject({ name: 'ConnectionClosed', outcomeUnknown: true });
    await turns();
    expect(kit.clock.pendingTimers).toBe(0);
  });

  it('keeps what it has when the new connection fails', async () => {
    const { host } = kit.start();
    const before = await host.connected();
    server.on('authList', (_args, peer) => {
      peer.destroy();
      return noAnswer;
    });
    await expect(host.renew()).rejects.toMatchObject({ name: 'ConnectionClosed' });
    expect(await host.connected()).toBe(before);
    expect(await before.host.hostname()).toBe(kit.path);
  });

  it('survives the loss of a connection that took the place of another', async () => {
    const { host, until } = kit.start();
    await host.connected();
    await host.renew();
    await turns();
    server.peers.at(-1)?.destroy();
    await until('waiting');
    await kit.clock.advance(500);
    expect(await (await host.connected()).host.hostname()).toBe(kit.path);
  });

  it('tries at once where it waits for the next attempt', async () => {
    const { host, until } = kit.start({ backOff: { firstMs: 10_000, longestMs: 10_000 } });
    await host.connected();
    server.peer.destroy();
    await until('waiting');
    await host.renew();
    await host.connected();
  });
});
