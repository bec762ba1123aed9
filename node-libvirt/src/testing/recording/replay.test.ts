import { describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import { encodePacket, encodeStreamPacket, PacketStatus, PacketType } from '../../connection/packet.ts';
import { ErrorCode } from '../../error-codes.ts';
import type { Codec } from '../../protocol/codec.ts';
import { eventMessages } from '../../protocol/events.ts';
import {
  type Args,
  type ProcedureName,
  procedureOf,
  procedures,
  type Ret,
} from '../../protocol/procedures.ts';
import { Program } from '../../protocol/programs.ts';
import { turns, VirtualClock } from '../virtual-clock.ts';
import { ReplayServer } from './replay-server.ts';
import { type RecordedPacket, recordedPacket } from './transcript.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };

function encoded<T>(
  from: RecordedPacket['from'],
  words: { procedure: number; type: number; serial: number },
  codec: Codec<T>,
  value: T,
): RecordedPacket {
  const header = { program: Program.Remote, status: PacketStatus.Ok, ...words };
  return recordedPacket(from, encodePacket(header, { codec, value }));
}

function called<N extends ProcedureName>(name: N, serial: number, args: Args<N>): RecordedPacket {
  const { number: procedure, args: codec } = procedureOf(name);
  return encoded('client', { procedure, type: PacketType.Call, serial }, codec, args);
}

function replied<N extends ProcedureName>(name: N, serial: number, value: Ret<N>): RecordedPacket {
  const { number: procedure, ret } = procedureOf(name);
  return encoded('server', { procedure, type: PacketType.Reply, serial }, ret, value);
}

function rebooted(name: string): RecordedPacket {
  const { number: procedure, payload } = eventMessages.reboot;
  const value = { callbackId: 1, msg: { dom: { ...dom, name } } };
  return encoded('server', { procedure, type: PacketType.Message, serial: 1 }, payload, value);
}

const state = (flags: number, serial: number) => called('domainGetState', serial, { dom, flags });
const is = (number: number, serial: number) =>
  replied('domainGetState', serial, { state: number, reason: 0 });

function start(transcript: RecordedPacket[]) {
  const clock = new VirtualClock();
  const server = new ReplayServer(transcript, { clock });
  const connection = new Connection(server.connect(), { clock });
  const events: string[] = [];
  connection.onEvent((event) =>
    events.push(event.name === 'reboot' ? event.payload.msg.dom.name : event.name),
  );
  const [replay] = server.replays;
  if (!replay) throw new Error('the client is served');
  const ask = async (flags: number) => (await connection.call('domainGetState', { dom, flags })).state;
  return { clock, server, connection, replay, events, ask };
}

describe('a replay', () => {
  it('answers calls by their arguments, under the serials of the client', async () => {
    const { ask, replay, connection } = start([state(1, 70), is(5, 70), state(2, 71), is(6, 71)]);
    expect(replay.left).toHaveLength(4);
    expect(await ask(2)).toBe(6);
    expect(await ask(1)).toBe(5);
    expect(replay.left).toEqual([]);
    connection.close();
  });

  it('answers the same call anew each time, in the recorded order', async () => {
    const { ask, connection } = start([state(1, 1), is(1, 1), state(1, 2), is(5, 2)]);
    expect([await ask(1), await ask(1)]).toEqual([1, 5]);
    connection.close();
  });

  it('says what was not recorded, or not once more, and goes on', async () => {
    const { ask, connection, replay } = start([state(1, 1), is(1, 1)]);
    await expect(ask(2)).rejects.toMatchObject({
      ...{ code: ErrorCode.RPC, message: expect.stringContaining('domainGetState was not recorded') },
    });
    expect(await ask(1)).toBe(1);
    await expect(ask(1)).rejects.toMatchObject({ code: ErrorCode.RPC });
    expect(replay.unrecorded).toEqual(['domainGetState', 'domainGetState']);
    connection.close();
  });

  it('keeps replies in the recorded order', async () => {
    const { ask, connection } = start([state(1, 1), state(2, 2), is(6, 2), is(5, 1)]);
    const order: number[] = [];
    await Promise.all([1, 2].map(async (flags) => order.push(await ask(flags))));
    expect(order).toEqual([6, 5]);
    connection.close();
  });

  it('gives up that order for a client that asks one by one', async () => {
    const { ask, connection, clock } = start([state(1, 1), state(2, 2), is(6, 2), is(5, 1)]);
    const first = ask(1);
    await clock.advance(99);
    expect(connection.load.unanswered).toBe(1);
    await clock.advance(1);
    expect([await first, await ask(2)]).toEqual([5, 6]);
    connection.close();
    await turns();
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends an event before the reply where it was so', async () => {
    const { ask, events, connection } = start([state(1, 1), rebooted('a'), is(5, 1), rebooted('b')]);
    const seenAtReply = ask(1).then(() => [...events]);
    await turns();
    expect((await seenAtReply)[0]).toBe('a');
    expect(events).toEqual(['a', 'b']);
    connection.close();
  });

  it('sends an event when the client has come as far, even if it left something out', async () => {
    const { ask, events, connection, replay } = start([
      ...[state(1, 1), is(1, 1), state(2, 2), is(2, 2), rebooted('late'), state(3, 3), is(3, 3)],
    ]);
    await ask(1);
    await turns();
    expect(events).toEqual([]);
    await ask(3);
    expect(events).toEqual(['late']);
    expect(replay.left).toEqual(['domainGetState', 'domainGetState']);
    connection.close();
  });

  it('replays a stream both ways, and refuses other bytes', async () => {
    const { program, number: procedure } = procedures.storageVolUpload;
    const vol = { pool: 'p', name: 'v', key: 'k' };
    const args = { vol, offset: 0n, length: 0n, flags: 0 };
    const piece = (from: RecordedPacket['from'], status: number, text = '') =>
      recordedPacket(from, encodeStreamPacket({ program, procedure, serial: 9, status }, Buffer.from(text)));
    const { Continue, Ok } = PacketStatus;
    const transcript = [
      called('storageVolUpload', 9, args),
      replied('storageVolUpload', 9, {}),
      ...[piece('client', Continue, 'some'), piece('client', Ok), piece('server', Ok)],
    ];
    const { connection } = start(transcript);
    const upload = await connection.openStream('storageVolUpload', args);
    await new Promise<void>((resolve, reject) => upload.once('error', reject).end('some', resolve));
    connection.close();
    const again = start(transcript);
    const other = await again.connection.openStream('storageVolUpload', args);
    const failed = new Promise((resolve) => other.once('error', resolve));
    other.write('something else');
    expect(await failed).toMatchObject({ code: ErrorCode.RPC });
    expect(again.replay.unrecorded).toEqual(['storageVolUpload']);
    again.connection.close();
  });

  it('answers pings, and sends none', async () => {
    const clock = new VirtualClock();
    const ping = recordedPacket(
      'server',
      encodePacket({ program: Program.Keepalive, procedure: 1, type: 2, serial: 0, status: 0 }),
    );
    const server = new ReplayServer([ping, state(1, 1), is(1, 1)]);
    const connection = new Connection(server.connect(), { clock });
    connection.startKeepalive();
    await clock.advance(60_000);
    expect(server.replays[0]?.left).toHaveLength(2);
    expect((await connection.call('domainGetState', { dom, flags: 1 })).state).toBe(1);
    connection.close();
  });

  it('is begun anew for each client', async () => {
    const { server, ask, connection } = start([state(1, 1), is(1, 1)]);
    const second = new Connection(server.connect(), { clock: new VirtualClock() });
    expect(await ask(1)).toBe(1);
    expect(await second.call('domainGetState', { dom, flags: 1 })).toMatchObject({ state: 1 });
    connection.close();
    second.close();
  });
});
