import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../error-codes.ts';
import { ConnectionClosed, ProtocolError } from '../errors.ts';
import { Fault, type ReceivedCall } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { maxStreamBytes } from './byte-stream.ts';
import { Connection } from './connection.ts';
import { PacketStatus } from './packet.ts';

const vol = { pool: 'default', name: 'disk.raw', key: '/disk.raw' };
const whole = { vol, offset: 0n, length: 0n, flags: 0 };

/** A volume that is opened for download by `after` its reply; what the client sends is confirmed as libvirtd does. */
function start(after: (call: ReceivedCall) => void = () => {}) {
  const clock = new VirtualClock();
  const server = new FakeServer();
  let opened: ReceivedCall | undefined;
  for (const name of ['storageVolDownload', 'storageVolUpload'] as const) {
    server.on(name, (_args, peer, call) => {
      opened = call;
      peer.onStream = ({ status }) => {
        if (status !== PacketStatus.Continue) peer.sendStream(call, PacketStatus.Ok);
      };
      queueMicrotask(() => queueMicrotask(() => after(call)));
      return {};
    });
  }
  const connection = new Connection(server.connect(), { clock });
  const send = (status: number, data?: string) => {
    if (!opened) throw new Error('no stream was opened');
    server.peer.sendStream(opened, status, Buffer.from(data ?? ''));
  };
  return { clock, server, connection, send };
}

const statuses = (server: FakeServer) => server.peer.streamed.map(({ status }) => status);

describe('a download', () => {
  it('gives all bytes, also those right behind the reply, and says that it has them', async () => {
    const { server, connection, send } = start(() => send(PacketStatus.Continue, 'first '));
    const stream = await connection.openStream('storageVolDownload', whole);
    send(PacketStatus.Continue, 'second');
    send(PacketStatus.Continue);
    expect(await text(stream)).toBe('first second');
    await turns();
    expect(statuses(server)).toEqual([PacketStatus.Ok]);
    expect(stream.destroyed).toBe(true);
    connection.close();
  });

  it('gives bytes that overtook the reply', async () => {
    const { server, connection } = start();
    server.on('storageVolDownload', (_args, peer, call) => {
      peer.pieceBytes = 3; // so that one packet's memory is used for the next
      for (const part of ['early ', 'and ']) peer.sendStream(call, PacketStatus.Continue, Buffer.from(part));
      return {};
    });
    const stream = await connection.openStream('storageVolDownload', whole);
    const [call] = server.callsOf('storageVolDownload');
    if (!call) throw new Error('it was called');
    for (const part of ['late', '']) server.peer.sendStream(call, PacketStatus.Continue, Buffer.from(part));
    expect(await text(stream)).toBe('early and late');
    server.peer.sendStream(call, PacketStatus.Ok);
    await turns();
    connection.close();
  });

  it('takes packets of any length, padded or not, in pieces of any size', async () => {
    const { server, connection, send } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    server.peer.pieceBytes = 3;
    for (const part of ['a', 'bc', 'def', 'ghij']) send(PacketStatus.Continue, part);
    send(PacketStatus.Continue);
    expect(await text(stream)).toBe('abcdefghij');
    connection.close();
  });

  it('ends with the error that the server sends in the stream', async () => {
    const { server, connection, send } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    send(PacketStatus.Continue, 'some');
    const [call] = server.callsOf('storageVolDownload');
    if (call) server.peer.fail(call, new Fault(ErrorCode.OPERATION_FAILED, 'disk error'));
    await expect(text(stream)).rejects.toMatchObject({ code: ErrorCode.OPERATION_FAILED });
    connection.close();
  });

  it('that is destroyed tells the server, and lets what was on its way go by', async () => {
    const { server, connection, send } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    send(PacketStatus.Continue, 'late');
    stream.destroy();
    await turns();
    expect(statuses(server)).toEqual([PacketStatus.Error]);
    server.on('connectGetHostname', () => ({ hostname: 'h1' }));
    expect(await connection.call('connectGetHostname', {})).toEqual({ hostname: 'h1' });
    connection.close();
  });

  it('that nobody reads stops the connection instead of filling the memory, and goes on when it is read', async () => {
    const { clock, server, connection } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    connection.startKeepalive();
    const [call] = server.callsOf('storageVolDownload');
    if (!call) throw new Error('it was called');
    const packet = Buffer.alloc(maxStreamBytes, 1);
    for (let sent = 0; sent < 40; sent++) server.peer.sendStream(call, PacketStatus.Continue, packet);
    server.peer.sendStream(call, PacketStatus.Continue);
    await turns();
    expect(stream.readableLength).toBeLessThanOrEqual(6 * maxStreamBytes);
    await clock.advance(60_000); // no silence that would prove anything
    let bytes = 0;
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(40 * maxStreamBytes);
    connection.close();
  });

  it('that was read to its end does not fail any more', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    server.peer.onStream = () => {}; // nothing is confirmed
    const [call] = server.callsOf('storageVolDownload');
    if (call) server.peer.sendStream(call, PacketStatus.Continue);
    expect(await text(stream)).toBe('');
    connection.close();
    await turns();
    expect(stream).toMatchObject({ destroyed: true, errored: null });
  });

  it('ends with its connection', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    server.peer.destroy();
    await expect(text(stream)).rejects.toBeInstanceOf(ConnectionClosed);
  });
});

describe('an upload', () => {
  it('is cut into packets, and finished once the server has confirmed all of it', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolUpload', whole);
    const data = Buffer.alloc(2 * maxStreamBytes + 5, 7);
    await new Promise<void>((resolve, reject) => {
      stream.once('error', reject);
      stream.end(data, resolve);
    });
    const { streamed } = server.peer;
    expect(streamed.map((packet) => packet.data.length)).toEqual([maxStreamBytes, maxStreamBytes, 5, 0]);
    expect(Buffer.concat(streamed.map((packet) => packet.data)).equals(data)).toBe(true);
    expect(streamed.at(-1)?.status).toBe(PacketStatus.Ok);
    connection.close();
  });

  it('fails when the server refuses it in the middle', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolUpload', whole);
    const failed = new Promise((resolve) => stream.once('error', resolve));
    stream.write('some');
    await turns();
    const [call] = server.callsOf('storageVolUpload');
    if (call) server.peer.fail(call, new Fault(ErrorCode.OPERATION_FAILED, 'No space left on device'));
    expect(await failed).toMatchObject({ message: expect.stringContaining('No space left') });
    connection.close();
  });
});

describe('a stream', () => {
  it('that the server refuses to open is an error of the call', async () => {
    const { server, connection } = start();
    server.on('storageVolDownload', () => new Fault(ErrorCode.NO_STORAGE_VOL));
    const opening = connection.openStream('storageVolDownload', whole);
    await expect(opening).rejects.toMatchObject({ code: ErrorCode.NO_STORAGE_VOL });
    connection.close();
  });

  it('whose call fails after its first bytes is an error of the call, and harms nothing else', async () => {
    const { server, connection } = start();
    server.on('storageVolDownload', (_args, peer, call) => {
      peer.sendStream(call, PacketStatus.Continue, Buffer.from('early'));
      return new Fault(ErrorCode.OPERATION_FAILED);
    });
    server.on('connectGetHostname', () => ({ hostname: 'h1' }));
    const opening = connection.openStream('storageVolDownload', whole);
    await expect(opening).rejects.toMatchObject({ code: ErrorCode.OPERATION_FAILED });
    expect(await connection.call('connectGetHostname', {})).toEqual({ hostname: 'h1' });
    connection.close();
  });

  it('that sends without end and gets no reply costs its connection, not the memory', async () => {
    const { server, connection } = start();
    server.on('storageVolDownload', (_args, peer, call) => {
      const packet = Buffer.alloc(maxStreamBytes);
      for (let sent = 0; sent <= 64 * 2 ** 20; sent += packet.length)
        peer.sendStream(call, PacketStatus.Continue, packet);
      return noAnswer;
    });
    await expect(connection.openStream('storageVolDownload', whole)).rejects.toBeInstanceOf(ConnectionClosed);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('of a call that opens none is a breach of the protocol', async () => {
    const { server, connection } = start();
    server.on('connectGetHostname', (_args, peer, call) => {
      peer.sendStream(call, PacketStatus.Continue, Buffer.from('what'));
      return { hostname: 'h1' };
    });
    await expect(connection.call('connectGetHostname', {})).rejects.toBeInstanceOf(ConnectionClosed);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('that opens after its caller has given up is aborted', async () => {
    const { server, connection } = start();
    let reply: () => void = () => {};
    server.on('storageVolDownload', (_args, peer, call) => {
      reply = () => peer.reply(call, {});
      return noAnswer;
    });
    const signal = AbortSignal.timeout(1);
    await expect(connection.openStream('storageVolDownload', whole, { signal })).rejects.toThrow();
    reply();
    await turns();
    expect(statuses(server)).toEqual([PacketStatus.Error]);
    connection.close();
  });

  it('that nobody has opened is a breach of the protocol', async () => {
    const { server, connection } = start();
    server.on('connectGetHostname', () => noAnswer);
    connection.call('connectGetHostname', {}).catch(() => {});
    await turns();
    server.peer.sendStream({ name: 'storageVolDownload', serial: 99, args: {} }, PacketStatus.Continue);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });
});
