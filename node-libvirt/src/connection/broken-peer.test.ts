import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionClosed, NodeLibvirtError, ProtocolError } from '../errors.ts';
import { replyPacket } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { Connection } from './connection.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };

function start() {
  const server = new FakeServer();
  const clock = new VirtualClock();
  const connection = new Connection(server.connect(), { clock });
  return { server, clock, connection, peer: server.peer };
}

/** How a promise ended, without failing the test while it has not. */
function outcome<T>(promise: Promise<T>): Promise<T | Error> {
  return promise.catch((error: Error) => error);
}

describe('a peer that breaks the protocol', () => {
  const good = { hostname: 'host' };

  it.each<[string, (packet: Buffer) => void]>([
    ['a length below the header', (packet) => packet.writeUInt32BE(27, 0)],
    ['a length above the maximum', (packet) => packet.writeUInt32BE(0x7fffffff, 0)],
    ['another version', (packet) => packet.writeUInt32BE(2, 8)],
    ['another procedure', (packet) => packet.writeUInt32BE(60, 12)],
    ['a type it may not send', (packet) => packet.writeUInt32BE(3, 16)],
    ['a serial that is no open call', (packet) => packet.writeUInt32BE(4711, 20)],
    ['an unknown status', (packet) => packet.writeUInt32BE(2, 24)],
    ['a string longer than the packet', (packet) => packet.writeUInt32BE(400, 28)],
    ['bytes after the result', (packet) => packet.writeUInt32BE(0, 28)],
  ])('%s ends the connection', async (_what, spoil) => {
    const { server, connection } = start();
    server.on('connectGetHostname', (_args, peer, call) => {
      const packet = replyPacket(call, good);
      spoil(packet);
      peer.sendRaw(packet);
      return noAnswer;
    });
    const error = await outcome(connection.call('connectGetHostname', {}));
    expect(error).toBeInstanceOf(ConnectionClosed);
    expect(error).toHaveProperty('cause', await connection.closed);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('never causes more than the errors that are declared, whatever bytes are changed', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (mutations, asEvent) => {
        const { server, connection, peer, clock } = start();
        server.on('connectListAllDomains', (_args, _peer, call) => {
          const packet = replyPacket(call, { domains: [dom, { ...dom, name: 'b' }], count: 2 });
          for (const [at, byte] of mutations) packet[at % packet.length] = byte;
          if (asEvent) packet.writeUInt32BE(2, 16);
          peer.sendRaw(packet);
          return noAnswer;
        });
        const call = outcome(connection.call('connectListAllDomains', { needResults: 1, flags: 0 }));
        await turns(2);
        await clock.advance(45_000);
        const result = await call;
        if (result instanceof Error) expect(result).toBeInstanceOf(NodeLibvirtError);
        connection.close();
      }),
      { numRuns: 150 },
    );
  });

  it('cannot disturb by cutting packets into single bytes', async () => {
    const { server, connection, peer } = start();
    peer.pieceBytes = 1;
    server.on('connectListAllDomains', () => ({ domains: [dom, dom, dom], count: 3 }));
    const calls = [1, 2, 3, 4, 5].map(() =>
      connection.call('connectListAllDomains', { needResults: 1, flags: 0 }),
    );
    for (const { domains } of await Promise.all(calls)) expect(domains).toEqual([dom, dom, dom]);
  });
});
