import { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../error-codes.ts';
import { ConnectionClosed, ProtocolError } from '../errors.ts';
import { procedures } from '../protocol/procedures.ts';
import { errorPacket, Fault, type ReceivedCall, replyPacket } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { maxStreamBytes } from './byte-stream.ts';
import { Connection } from './connection.ts';
import { encodePacket, encodeStreamPacket, PacketStatus, PacketType } from './packet.ts';

const vol = { pool: 'default', name: 'disk.raw', key: '/disk.raw' };
const whole = { vol, offset: 0n, length: 0n, flags: 0 };
const { program, number: procedure } = procedures.storageVolDownload;

type Download = ReceivedCall & { name: 'storageVolDownload' };

/** A connection whose server answers a download with what `answer` makes, in one piece. */
function start(answer: (call: Download) => Buffer[] = (call) => [replyPacket(call, {})]) {
  const server = new FakeServer();
  server.on('storageVolDownload', (_args, peer, call) => {
    peer.sendRaw(Buffer.concat(answer(call)));
    return noAnswer;
  });
  const clock = new VirtualClock();
  return { server, clock, connection: new Connection(server.connect(), { clock }) };
}

const header = (serial: number, status: number) => ({ program, procedure, serial, status });
const data = ({ serial }: { serial: number }, text: string, status: number = PacketStatus.Continue) =>
  encodeStreamPacket(header(serial, status), Buffer.from(text));

describe('a stream whose end stands right behind the reply', () => {
  it('fails to open with the error of the server, which nobody else has to handle', async () => {
    const fault = new Fault(ErrorCode.OPERATION_FAILED, 'disk error');
    const { connection } = start((call) => [
      replyPacket(call, {}),
      errorPacket({ ...header(call.serial, PacketStatus.Error), type: PacketType.Stream }, fault),
    ]);
    const opening = connection.openStream('storageVolDownload', whole);
    await expect(opening).rejects.toMatchObject({ code: ErrorCode.OPERATION_FAILED });
    await turns();
    connection.close();
  });

  it('fails to open with the breach that ended its connection', async () => {
    const { connection } = start((call) => [replyPacket(call, {}), Buffer.alloc(4)]);
    await expect(connection.openStream('storageVolDownload', whole)).rejects.toBeInstanceOf(ConnectionClosed);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
    await turns();
  });
});

it('many streams may write to a server that reads slowly', async () => {
  const server = new FakeServer().on('storageVolUpload', () => ({}));
  const held: (() => void)[] = [];
  let isSlow = false;
  const wire = server.connect();
  const stream = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => void (isSlow ? held.push(done) : wire.write(chunk, done)),
  });
  wire.on('data', (chunk) => stream.push(chunk));
  const connection = new Connection(stream);
  const streams = [];
  for (let count = 0; count < 100; count++)
    streams.push(await connection.openStream('storageVolUpload', whole));
  isSlow = true;
  for (const upload of streams) upload.on('error', () => {}).write('data');
  await turns();
  expect(held).toHaveLength(1);
  expect(connection.ended).toBe(false);
  connection.close();
});

it('a reader that throws ends its connection, as what came behind is lost to all', async () => {
  const server = new FakeServer().on('storageVolDownload', () => ({}));
  const wire = server.connect();
  const connection = new Connection(wire);
  const stream = await connection.openStream('storageVolDownload', whole);
  const closed = new Promise((resolve) => stream.on('error', resolve));
  stream.on('data', () => {
    throw new TypeError('mine');
  });
  await turns();
  expect(() => wire.emit('data', data({ serial: 1 }, 'abc'))).toThrow('mine');
  expect(await connection.closed).toMatchObject({ name: 'ConnectionClosed', cause: { message: 'mine' } });
  expect(await closed).toBeInstanceOf(ConnectionClosed);
});

describe('a stream of a server that breaks the protocol', () => {
  it.each<[string, (call: Download) => Buffer[]]>([
    ['data after its end', (call) => [data(call, 'a'), data(call, ''), data(call, 'b')]],
    ['a confirmation that was not asked for', (call) => [data(call, 'a'), data(call, '', PacketStatus.Ok)]],
    ['an unknown status', (call) => [data(call, 'a'), data(call, 'b', 7)]],
    ['an error that is none', (call) => [data(call, 'a'), data(call, 'b', PacketStatus.Error)]],
    ['a packet of another stream', ({ serial }) => [data({ serial: serial + 1 }, 'a')]],
    [
      'a hole that was not asked for',
      ({ serial }) => [
        encodePacket({ ...header(serial, PacketStatus.Continue), type: PacketType.StreamHole }),
      ],
    ],
  ])('by %s never looks whole, and takes the connection with it', async (_what, packets) => {
    const { server, connection, clock } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    const reading = buffer(stream).catch((error: Error) => error);
    const [call] = server.callsOf('storageVolDownload') as Download[];
    if (call) server.peer.sendRaw(Buffer.concat(packets(call)));
    expect(await reading).toBeInstanceOf(ConnectionClosed);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
    expect(stream.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});

const limit = 4_000;

describe('a download whose last byte was sent', () => {
  const ending = (call: Download) => Buffer.concat([data(call, 'some'), data(call, '')]);

  it('has no end yet when the server says at its confirmation that it was not all', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    const [call] = server.callsOf('storageVolDownload') as Download[];
    if (!call) throw new Error('it was called');
    server.peer.onStream = () => server.peer.fail(call, new Fault(ErrorCode.OPERATION_FAILED, 'read error'));
    server.peer.sendRaw(ending(call));
    await expect(buffer(stream)).rejects.toMatchObject({ code: ErrorCode.OPERATION_FAILED });
    connection.close();
  });

  it('has no end when the connection is lost before its confirmation', async () => {
    const { server, connection } = start();
    const stream = await connection.openStream('storageVolDownload', whole);
    const [call] = server.callsOf('storageVolDownload') as Download[];
    if (!call) throw new Error('it was called');
    server.peer.onStream = () => server.peer.destroy();
    server.peer.sendRaw(ending(call));
    await expect(buffer(stream)).rejects.toBeInstanceOf(ConnectionClosed);
    await turns(); // nothing of it is left for nobody to handle
  });
});

/** A server's socket that gives as many packets as are taken, and counts them. */
class Fountain extends Duplex {
  packets = 0;
  serial = 0;
  readonly #packet: (serial: number) => Buffer;

  constructor(packet: (serial: number) => Buffer) {
    super();
    this.#packet = packet;
  }

  override _read(): void {
    if (this.serial === 0 || this.packets >= limit) return;
    this.packets++;
    this.push(this.#packet(this.serial));
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
    if (this.serial !== 0) return;
    this.serial = bytes.readUInt32BE(20);
    this.push(encodePacket({ ...header(this.serial, PacketStatus.Ok), type: PacketType.Reply }));
  }
}

describe('a stream without end', () => {
  it('that nobody reads is taken up to a few MiB, of a server that would send a GiB', async () => {
    const piece = Buffer.alloc(maxStreamBytes, 1);
    const server = new Fountain((serial) => encodeStreamPacket(header(serial, PacketStatus.Continue), piece));
    const connection = new Connection(server, { clock: new VirtualClock() });
    const stream = await connection.openStream('storageVolDownload', whole);
    stream.on('error', () => {});
    await turns(50);
    const stalledAt = server.packets;
    await turns(50);
    expect(server.packets).toBe(stalledAt);
    expect(stalledAt * maxStreamBytes).toBeLessThan(8 * 2 ** 20);
    expect(stalledAt).toBeGreaterThan(1);
    connection.close();
    expect(server.destroyed).toBe(true);
  });

  it('that was destroyed is passed over, and nothing of it is kept', async () => {
    const server = new Fountain((serial) => data({ serial }, 'x'.repeat(1024)));
    const connection = new Connection(server, { clock: new VirtualClock() });
    const stream = await connection.openStream('storageVolDownload', whole);
    await turns(50);
    const kept = stream.readableLength;
    expect(server.packets).toBeLessThan(limit);
    stream.destroy();
    while (server.packets < limit) await turns(1);
    expect(stream.readableLength).toBe(kept);
    connection.close();
  });
});
