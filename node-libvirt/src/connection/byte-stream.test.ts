import { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../error-codes.ts';
import { ConnectionClosed, EncodeError, ProtocolError } from '../errors.ts';
import { Fault, type ReceivedCall } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { type ByteStream, Hole, maxStreamBytes } from './byte-stream.ts';
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

describe('bytes that come before the reply', () => {
  it('gives bytes that overtook the reply', async () => {
    const { server, connection } = start();
    server.on('storageVolDownload', (_args, peer, call) => {
      peer.pieceBytes = 3; // so that one packet's memory is used for the next
      peer.onStream = () => peer.sendStream(call, PacketStatus.Ok);
      for (const part of ['early ', 'and ']) peer.sendStream(call, PacketStatus.Continue, Buffer.from(part));
      return {};
    });
    const stream = await connection.openStream('storageVolDownload', whole);
    const [call] = server.callsOf('storageVolDownload');
    if (!call) throw new Error('it was called');
    for (const part of ['late', '']) server.peer.sendStream(call, PacketStatus.Continue, Buffer.from(part));
    expect(await text(stream)).toBe('early and late');
    connection.close();
  });

  it('of a stream whose call then fails is an error of the call, and harms nothing else', async () => {
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

  it('of a server that sends without end and gives no reply cost its connection, not the memory', async () => {
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
});

describe('a stream whose end and failure cross on the way', () => {
  it('does not end the connection when its finish is confirmed after its error', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolUpload', whole);
    const call = server.callsOf('storageVolUpload')[0];
    if (!call) throw new Error('no call came');
    server.peer.onStream = () => {
      server.peer.failStream(call, new Fault(ErrorCode.SYSTEM_ERROR, 'no space'));
      server.peer.sendStream(call, PacketStatus.Ok);
    };
    await expect(pipeline(Readable.from([Buffer.from('x')]), stream)).rejects.toMatchObject({
      code: ErrorCode.SYSTEM_ERROR,
    });
    server.on('connectGetHostname', () => ({ hostname: 'h' }));
    expect(await connection.call('connectGetHostname', {})).toEqual({ hostname: 'h' });
    server.peer.sendStream({ ...call, serial: 4_711 }, PacketStatus.Ok);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('is complete when it was read to its end, although the connection ends before the last word', async () => {
    const { server, connection, send } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    server.peer.onStream = () => {};
    send(PacketStatus.Continue, 'all of it');
    send(PacketStatus.Continue);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    expect(await firstText(stream)).toBe('all of it');
    connection.close();
    await closed; // without an error, which nobody listens for
    expect(stream.errored).toBeNull();
  });
});

async function firstText(stream: ByteStream): Promise<string> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) return String(chunk);
  return '';
}

describe('a sparse stream', () => {
  it('gives holes and bytes as the sections that they came as', async () => {
    const { server, connection, send } = start();
    const stream = await connection.openStream('storageVolDownload', whole, { sparse: true });
    const call = server.callsOf('storageVolDownload')[0];
    if (!call) throw new Error('no call came');
    server.peer.sendHole(call, 2n ** 40n);
    send(PacketStatus.Continue, 'data');
    server.peer.sendHole(call, 1n);
    send(PacketStatus.Continue);
    expect(await stream.toArray()).toEqual([new Hole(2n ** 40n), Buffer.from('data'), new Hole(1n)]);
    connection.close();
  });

  it('sends holes as holes, and nothing for empty sections', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolUpload', whole, { sparse: true });
    const sections = [new Hole(5n), Buffer.from('x'), new Hole(0n), Buffer.alloc(0), new Hole(7n)];
    await pipeline(Readable.from(sections), stream);
    expect(server.peer.streamed.map(({ status, data, hole }) => [status, hole ?? data.toString()])).toEqual([
      [PacketStatus.Continue, 5n],
      [PacketStatus.Continue, 'x'],
      [PacketStatus.Continue, 7n],
      [PacketStatus.Ok, ''],
    ]);
    connection.close();
  });

  it.each([
    ['a negative hole', new Hole(-1n)],
    ['something else', 'text'],
  ])('refuses to send %s', async (_what, section) => {
    const { connection } = start();
    const stream = await connection.openStream('storageVolUpload', whole, { sparse: true });
    await expect(pipeline(Readable.from([section]), stream)).rejects.toBeInstanceOf(EncodeError);
    connection.close();
  });

  it.each([
    ['in a stream that is not sparse', false, 1n],
    ['of negative length', true, -1n],
  ])('ends the connection when a hole comes %s', async (_what, sparse, length) => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolDownload', whole, { sparse });
    stream.on('error', () => {});
    const call = server.callsOf('storageVolDownload')[0];
    if (call) server.peer.sendHole(call, length);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('stops the connection for a reader that is slow, and goes on with it', async () => {
    const { server, connection, send } = start();
    const stream = await connection.openStream('storageVolDownload', whole, { sparse: true });
    const call = server.callsOf('storageVolDownload')[0];
    for (let hole = 0; hole < 20; hole++) if (call) server.peer.sendHole(call, 1n);
    send(PacketStatus.Continue);
    await turns();
    expect(stream.readableLength).toBeLessThan(10);
    expect(await stream.toArray()).toHaveLength(20);
    connection.close();
  });
});

describe('a stream as web streams', () => {
  it('is read and written as those are', async () => {
    const { server, connection, send } = start();
    const down = Duplex.toWeb(await connection.openStream('storageVolDownload', whole));
    send(PacketStatus.Continue, 'over the web');
    send(PacketStatus.Continue);
    expect(await new Response(down.readable as ReadableStream<Uint8Array>).text()).toBe('over the web');
    const up = Duplex.toWeb(await connection.openStream('storageVolUpload', whole));
    const writer = up.writable.getWriter();
    await writer.write(Buffer.from('up'));
    await writer.close();
    expect(server.peer.streamed.at(-2)?.data.toString()).toBe('up');
    connection.close();
  });
});
