import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { AuthenticationFailed, ConnectionClosed, HypervisorGone } from '../errors.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { openUri } from './open-uri.ts';

function start() {
  const server = new FakeServer();
  const clock = new VirtualClock();
  return { server, clock, connection: new Connection(server.connect(), { clock }) };
}

describe('openUri', () => {
  it('asks in the order of the protocol', async () => {
    const { server, connection } = start();
    await openUri(connection, 'test:///default', true, () => ({}));
    expect(server.calls.map(({ name, args }) => [name, args])).toEqual([
      ['authList', {}],
      ['connectSupportsFeature', { feature: 10 }],
      ['connectOpen', { name: 'test:///default', flags: 1 }],
      ['connectSupportsFeature', { feature: 15 }],
      ['connectRegisterCloseCallback', {}],
    ]);
  });

  it('pings only a server that knows keepalive', async () => {
    const { server, clock, connection } = start();
    server.on('connectSupportsFeature', () => ({ supported: 0 }));
    await openUri(connection, null, false, () => ({}));
    await clock.advance(60_000);
    expect(server.peer.keepalive.pings).toBe(0);
  });

  it('asks to be told of daemons behind the server only where the server can', async () => {
    const { server, connection } = start();
    server.on('connectSupportsFeature', ({ feature }) => ({ supported: feature === 15 ? 0 : 1 }));
    await openUri(connection, null, false, () => ({}));
    expect(server.callsOf('connectRegisterCloseCallback')).toEqual([]);
  });

  it('ends the connection when the server says that the daemon behind it is gone', async () => {
    const { server, connection } = start();
    server.on('connectGetHostname', () => noAnswer);
    await openUri(connection, null, false, () => ({}));
    const call = connection.call('connectGetHostname', {}).catch((error: unknown) => error);
    server.peer.sendClosed(1);
    expect(await connection.closed).toBeInstanceOf(HypervisorGone);
    expect(await call).toBeInstanceOf(ConnectionClosed);
  });

  it('opens nothing where it is not let in', async () => {
    const { server, connection } = start();
    server.on('authList', () => ({ types: [] }));
    await expect(openUri(connection, null, false, () => ({}))).rejects.toBeInstanceOf(AuthenticationFailed);
    expect(server.callsOf('connectOpen')).toEqual([]);
  });
});
