import { describe, expect, it } from 'vitest';
import { heldBytes } from '../../fuzz/memory.ts';
import {
  CallTimeout,
  ConnectionClosed,
  KeepaliveTimeout,
  ProtocolError,
  TooManyTimedOutCalls,
} from '../errors.ts';
import type { DomainEvent } from '../events/kinds.ts';
import { HypervisorConnection } from '../facade/hypervisor.ts';
import { eventMessages } from '../protocol/events.ts';
import { procedures } from '../protocol/procedures.ts';
import { Program } from '../protocol/programs.ts';
import { domain } from '../protocol/structs.ts';
import { type ReceivedCall, replyPacket } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { XdrWriter } from '../xdr/writer.ts';
import { Connection } from './connection.ts';
import { encodePacket, headerBytes, maxPacketBytes, PacketStatus, PacketType } from './packet.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };
const mebibyte = 2 ** 20;

/** A connection with one call that the server has got and not answered. */
async function start() {
  const server = new FakeServer();
  const clock = new VirtualClock();
  const connection = new Connection(server.connect(), { clock });
  server.on('connectGetHostname', () => noAnswer);
  const call = connection.call('connectGetHostname', {}).catch((error: Error) => error);
  await turns();
  const [received] = server.callsOf('connectGetHostname') as (ReceivedCall & {
    name: 'connectGetHostname';
  })[];
  if (!received) throw new Error('the call has arrived');
  return { server, clock, connection, peer: server.peer, call, received };
}

type Started = Awaited<ReturnType<typeof start>>;

/** The connection has ended with a ProtocolError of this message, its call with it, and nothing is left. */
async function expectBreach({ connection, call, clock }: Started, message: RegExp): Promise<void> {
  const reason = await connection.closed;
  expect(reason).toBeInstanceOf(ProtocolError);
  expect(reason?.message).toMatch(message);
  expect(await call).toBeInstanceOf(ConnectionClosed);
  expect(clock.pendingTimers).toBe(0);
}

/** A packet whose payload is this, with every word of the header to be chosen. */
function packet(
  payload: Buffer,
  words: Partial<Record<'program' | 'procedure' | 'type' | 'serial' | 'status', number>>,
) {
  const header = {
    program: Program.Remote,
    procedure: 0,
    type: PacketType.Message,
    serial: 0,
    status: PacketStatus.Ok,
  };
  const bytes = Buffer.concat([encodePacket({ ...header, ...words }), payload]);
  bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

/** The answer to the call, in a good header. */
const reply = ({ received }: Started, payload: Buffer) =>
  packet(payload, {
    procedure: procedures.connectGetHostname.number,
    type: PacketType.Reply,
    serial: received.serial,
  });

describe('a length', () => {
  it.each([0, 3, 27, maxPacketBytes + 1, 2 ** 31, 2 ** 32 - 1])(
    'of %i ends the connection at once',
    async (length) => {
      const started = await start();
      started.peer.sendRaw(words(length));
      await expectBreach(started, new RegExp(`packet length ${length} is outside`));
    },
  );

  it('shorter than its packet makes the rest a packet that cannot be', async () => {
    const started = await start();
    const bytes = replyPacket(started.received, { hostname: 'host1' });
    bytes.writeUInt32BE(headerBytes, 0);
    started.peer.sendRaw(bytes);
    await expectBreach(started, /ends 4 bytes too early/);
  });

  it('longer than its packet swallows the next one, and both are refused', async () => {
    const started = await start();
    const bytes = replyPacket(started.received, { hostname: 'host1' });
    bytes.writeUInt32BE(bytes.length + headerBytes, 0);
    started.peer.sendRaw(bytes);
    await turns();
    expect(started.connection.load.unanswered).toBe(1);
    started.peer.ping();
    await expectBreach(started, /28 bytes more than its type has/);
  });

  it('of the largest packet is taken with its last 64 KiB byte by byte, for memory of twice its size', async () => {
    const started = await start();
    const { peer, connection } = started;
    const before = heldBytes();
    const head = reply(started, words(4 * mebibyte));
    head.writeUInt32BE(maxPacketBytes, 0);
    peer.sendRaw(head);
    const piece = Buffer.alloc(64 * 1024);
    const whole = maxPacketBytes - head.length - piece.length;
    for (let sent = 0; sent < whole; sent += piece.length)
      peer.sendRaw(piece.subarray(0, Math.min(piece.length, whole - sent)));
    for (let sent = 0; sent < piece.length - 1; sent++) {
      peer.sendRaw(piece.subarray(sent, sent + 1));
      if (sent % 4096 === 0) await turns(1);
    }
    await turns();
    expect(heldBytes() - before).toBeLessThan(2 * maxPacketBytes + 4 * mebibyte);
    expect(connection.load.unanswered).toBe(1);
    peer.sendRaw(Buffer.alloc(1));
    await expectBreach(started, /more than its type has/);
    expect(heldBytes() - before).toBeLessThan(4 * mebibyte);
  });
});

describe('a count', () => {
  it.each([
    ['string above its limit', words(0xffffffff)],
    ['string within its limit, but not there', words(4 * mebibyte)],
  ])('of a %s is refused before memory is taken', async (_what, payload) => {
    const started = await start();
    started.peer.sendRaw(reply(started, payload));
    await expectBreach(started, /count \d+ (is above|does not fit)/);
  });

  it.each([16_384, 16_385, 0xffffffff])('of %i domains that are not there is refused', async (count) => {
    const started = await start();
    const { number: procedure } = procedures.connectListAllDomains;
    started.server.on('connectListAllDomains', () => noAnswer);
    const listing = started.connection
      .call('connectListAllDomains', { needResults: 1, flags: 0 })
      .catch((error: Error) => error);
    await turns();
    const serial = started.received.serial + 1;
    started.peer.sendRaw(packet(words(count, 0), { procedure, serial, type: PacketType.Reply }));
    await expectBreach(started, /count \d+ (is above|does not fit)/);
    expect(await listing).toBeInstanceOf(ConnectionClosed);
  });

  it('that is as high as the bytes allow costs less than ten times the bytes of its packet', async () => {
    const server = new FakeServer();
    const connection = new Connection(server.connect(), { clock: new VirtualClock() });
    // The smallest typed parameter: no name, of type int.
    const each = 200_000;
    const parameters = Buffer.alloc(each * 12, words(0, 1, 7));
    const writer = new XdrWriter();
    domain.encode(writer, dom);
    const record = Buffer.concat([writer.finish(), words(each), parameters]);
    const records = Array.from({ length: 4 }, () => record);
    server.on('connectGetAllDomainStats', (_args, peer, { serial }) => {
      const { number: procedure } = procedures.connectGetAllDomainStats;
      peer.sendRaw(
        packet(Buffer.concat([words(4), ...records]), { procedure, serial, type: PacketType.Reply }),
      );
      return noAnswer;
    });
    const before = heldBytes();
    const answer = await connection.call('connectGetAllDomainStats', { doms: [], stats: 0, flags: 0 });
    expect(heldBytes() - before).toBeLessThan(10 * 4 * record.length);
    expect(answer.records.map(({ params }) => params.length)).toEqual([each, each, each, each]);
    connection.close();
  });
});

describe('replies', () => {
  it('to a serial that no call has end the connection', async () => {
    const started = await start();
    started.peer.sendRaw(replyPacket({ ...started.received, serial: 4711 }, { hostname: 'host1' }));
    await expectBreach(started, /reply to serial 4711, which is no open call/);
  });

  it('that come twice give the call its value, and end the connection', async () => {
    const { peer, call, connection, received } = await start();
    const bytes = replyPacket(received, { hostname: 'host1' });
    peer.sendRaw(Buffer.concat([bytes, bytes]));
    expect(await call).toEqual({ hostname: 'host1' });
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('that never come end the call at its time, and the connection when no slots are left', async () => {
    const { server, connection, clock, call } = await start();
    server.on('domainDefineXmlFlags', () => noAnswer).on('domainGetXmlDesc', () => noAnswer);
    await clock.advance(44_999);
    const others = ['a', 'b'].map((name) =>
      connection.call('domainDefineXmlFlags', { xml: name, flags: 0 }).catch((error: Error) => error),
    );
    await clock.advance(1);
    expect(await call).toBeInstanceOf(CallTimeout);
    const third = connection.call('domainGetXmlDesc', { dom, flags: 0 }).catch((error: Error) => error);
    await clock.advance(45_000);
    expect(await connection.closed).toBeInstanceOf(TooManyTimedOutCalls);
    for (const error of await Promise.all([...others, third]))
      expect([CallTimeout, ConnectionClosed].some((type) => error instanceof type)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that never come, nor anything else, end the connection by keepalive', async () => {
    const { peer, connection, clock, call } = await start();
    peer.answersPings = false;
    connection.startKeepalive();
    await clock.advance(20_000);
    expect(await connection.closed).toBeInstanceOf(KeepaliveTimeout);
    expect(await call).toBeInstanceOf(ConnectionClosed);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('messages', () => {
  it('of numbers and programs that nobody knows are passed over', async () => {
    const { peer, call, received, connection } = await start();
    peer.sendRaw(packet(words(1, 2, 3), { procedure: 9999 }));
    peer.sendRaw(packet(words(1, 2, 3), { program: 4711 }));
    peer.sendRaw(packet(Buffer.alloc(0), { program: Program.Keepalive, procedure: 77 }));
    peer.reply(received, { hostname: 'host1' });
    expect(await call).toEqual({ hostname: 'host1' });
    connection.close();
  });

  it('of a known number and another content end the connection', async () => {
    const started = await start();
    started.peer.sendRaw(packet(words(1), { procedure: eventMessages.reboot.number }));
    await expectBreach(started, /too early/);
  });

  // 64 MiB, of which a queue would keep all.
  const flood = 1_000;
  const alias = 'x'.repeat(64 * 1024);

  it.each<[string, ((seen: number) => unknown) | undefined]>([
    ['nobody listens to', undefined],
    ['somebody listens to slowly', (seen) => new Promise<void>((resolve) => seen < 0 && resolve())],
  ])('without end that %s pass by without being kept', async (_who, listener) => {
    const { peer, call, received, connection } = await start();
    let seen = 0;
    if (listener) connection.onEvent(() => void listener(++seen));
    const before = heldBytes();
    for (let sent = 0; sent < flood; sent++) {
      peer.sendEvent('deviceAdded', { callbackId: 0, dom, alias });
      if (sent % 10 === 0) await turns(1);
    }
    await turns();
    expect(heldBytes() - before).toBeLessThan(4 * mebibyte);
    expect(seen).toBe(listener ? flood : 0);
    peer.reply(received, { hostname: 'host1' });
    expect(await call).toEqual({ hostname: 'host1' });
    connection.close();
  });
});

describe('numbers that are newer than this table', () => {
  it('are values like others, said to be unrecognized', async () => {
    const server = new FakeServer();
    const hypervisor = new HypervisorConnection(new Connection(server.connect()), () => {});
    server.on('domainGetState', () => ({ state: 99, reason: -1 }));
    server.on('storagePoolLookupByName', () => ({ pool: { name: 'p', uuid } }));
    server.on('storagePoolGetInfo', () => ({ state: 77, capacity: 1n, allocation: 1n, available: 0n }));
    expect(await hypervisor.domain(uuid).state()).toMatchObject({
      state: 'Unrecognized',
      stateCode: 99,
      reasonCode: -1,
    });
    expect(await (await hypervisor.storagePool('p')).info()).toMatchObject({ state: 'unknown' });
    const events: DomainEvent[] = [];
    await hypervisor.events.subscribe((event) => events.push(event));
    for (const number of [-1, 99, 2 ** 31 - 1])
      server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: number, detail: number } });
    await turns();
    expect(events.map((event) => event.kind === 'lifecycle' && event.event)).toEqual([
      ...['Unrecognized', 'Unrecognized', 'Unrecognized'],
    ]);
    hypervisor.connection.close();
  });
});
