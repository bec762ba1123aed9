import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { KeepaliveTimeout } from '../errors.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { Connection } from './connection.ts';
import { KeepaliveProcedure, keepalivePacket } from './keepalive.ts';

function start() {
  const server = new FakeServer().on('connectGetHostname', () => noAnswer);
  const clock = new VirtualClock();
  const connection = new Connection(server.connect(), { clock, keepalive: { intervalMs: 5_000, count: 3 } });
  connection.startKeepalive();
  return { server, clock, connection, peer: server.peer };
}

describe('keepalive', () => {
  it('pings a quiet peer every interval, for ever if it answers', async () => {
    const { clock, connection, peer } = start();
    await clock.advance(60_000);
    expect(peer.keepalive.pings).toBeGreaterThanOrEqual(6);
    expect(peer.keepalive.pings).toBeLessThanOrEqual(12);
    connection.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives a silent peer up after count pings, and its calls with it', async () => {
    const { clock, connection, peer } = start();
    peer.answersPings = false;
    const call = connection.call('connectGetHostname', {}).catch((error: Error) => error);
    await clock.advance(19_999);
    expect(peer.keepalive.pings).toBe(3);
    expect(connection.load.unanswered).toBe(1);
    await clock.advance(1);
    expect(await connection.closed).toBeInstanceOf(KeepaliveTimeout);
    expect(await call).toMatchObject({ name: 'ConnectionClosed', outcomeUnknown: true });
  });

  it('takes any packet for a sign of life', async () => {
    const { clock, connection, peer } = start();
    peer.answersPings = false;
    const dom = { name: 'vm', uuid: 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', id: 1 };
    for (let turn = 0; turn < 10; turn++) {
      peer.sendEvent('reboot', { callbackId: 0, msg: { dom } });
      await clock.advance(4_000);
    }
    expect(peer.keepalive.pings).toBe(0);
    connection.close();
  });

  it('forgets unanswered pings once the peer is heard again', async () => {
    const { clock, connection, peer } = start();
    peer.answersPings = false;
    await clock.advance(15_000);
    peer.answersPings = true;
    peer.ping();
    await clock.advance(120_000);
    connection.close();
    expect(await connection.closed).toBeUndefined();
  });

  it('answers pings at once, even when a listener of events throws or all slots are taken', async () => {
    const { connection, peer } = start();
    for (let call = 0; call < 9; call++) connection.call('connectGetHostname', {}).catch(() => {});
    await turns();
    peer.ping();
    peer.ping();
    await turns();
    expect(peer.keepalive.pongs).toBe(2);
    connection.close();
  });

  it('gives up a peer that pings without end and reads no answer', async () => {
    const [client, server] = duplexPair();
    const connection = new Connection(client, { clock: new VirtualClock() });
    for (let ping = 0; ping < 1000; ping++) server.write(keepalivePacket(KeepaliveProcedure.Ping));
    expect(await connection.closed).toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining('does not read'),
    });
    server.destroy();
  });
});
