import { describe, expect, it } from 'vitest';
import { decodePacket, encodePacket, PacketStatus, PacketType } from '../../connection/packet.ts';
import { ErrorCode } from '../../error-codes.ts';
import { Program } from '../../protocol/programs.ts';
import { Fault } from '../fake-peer.ts';
import { randomFrom } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { coalescePackets, delayPackets, overtakeReplies, splitPackets } from './flow-faults.ts';
import { type Choice, everyPacket, nth, onwards, type PacketFault, withChance } from './packet-fault.ts';
import * as faults from './packet-faults.ts';

const packet = (serial: number, type: number = PacketType.Reply, status: number = PacketStatus.Ok) =>
  encodePacket({ program: Program.Remote, procedure: 59, type, serial, status });

/** A direction with this fault; `arrived` holds the pieces as they came out, and "closed". */
function flow(fault: PacketFault, seed = 1) {
  const clock = new VirtualClock();
  const arrived: (Buffer | string)[] = [];
  let stopped = false;
  const tools = {
    random: randomFrom(seed),
    after: (ms: number, callback: () => void) => void clock.setTimeout(callback, ms),
    stopReading: () => {
      stopped = true;
    },
  };
  const end = { write: (bytes: Buffer) => arrived.push(bytes), close: () => arrived.push('closed') };
  const sink = fault({ write: (bytes) => void end.write(bytes), close: () => void end.close() }, tools);
  const send = (...packets: Buffer[]) => {
    for (const each of packets) sink.write(each);
  };
  const serials = () => arrived.map((each) => (typeof each === 'string' ? each : each.readUInt32BE(20)));
  return { clock, arrived, send, serials, close: () => sink.close(), stopped: () => stopped };
}

/** Serials that arrive of 0 to 4. */
function serialsOf(fault: PacketFault) {
  const { send, serials } = flow(fault);
  send(packet(0), packet(1), packet(2), packet(3), packet(4));
  return serials();
}

describe('a choice', () => {
  it('is of one place, of all from one on, of all, or by chance', () => {
    expect(serialsOf(faults.dropPackets(nth(2)))).toEqual([0, 1, 3, 4]);
    expect(serialsOf(faults.dropPackets(onwards(2)))).toEqual([0, 1]);
    expect(serialsOf(faults.dropPackets(everyPacket))).toEqual([]);
    const chosen = (choice: Choice, seed: number) => {
      const random = randomFrom(seed);
      return Array.from({ length: 1_000 }, (_, index) => choice(index, random));
    };
    const half = chosen(withChance(0.5), 7);
    expect(half.filter(Boolean).length).toBeGreaterThan(400);
    expect(half.filter(Boolean).length).toBeLessThan(600);
    expect(chosen(withChance(0.5), 7)).toEqual(half);
  });
});

describe('a fault of packets', () => {
  it('repeats, or sends something before', () => {
    expect(serialsOf(faults.repeatPackets(nth(1)))).toEqual([0, 1, 1, 2, 3, 4]);
    expect(serialsOf(faults.sendBefore(nth(1), packet(77)))).toEqual([0, 77, 1, 2, 3, 4]);
  });

  it('makes an error of a reply, and of nothing else', () => {
    const { send, arrived } = flow(faults.failReplies(everyPacket, new Fault(ErrorCode.NO_DOMAIN)));
    send(packet(5), packet(6, PacketType.Message));
    const [reply, message] = arrived as Buffer[];
    if (!reply) throw new Error('it has arrived');
    expect(decodePacket(reply)).toMatchObject({ serial: 5, procedure: 59, status: PacketStatus.Error });
    expect(decodePacket(reply).payload.int32()).toBe(ErrorCode.NO_DOMAIN);
    expect(message).toEqual(packet(6, PacketType.Message));
  });

  it('truncates, with a length that says so, and leaves the header', () => {
    const { send, arrived } = flow(faults.truncatePackets(everyPacket, 6));
    const long = Buffer.concat([packet(1), Buffer.alloc(8)]);
    send(long, packet(2));
    const lengths = (arrived as Buffer[]).map((bytes) => [bytes.length, bytes.readUInt32BE(0)]);
    expect(lengths).toEqual([
      [30, 30],
      [28, 28],
    ]);
    expect(long).toHaveLength(36);
  });

  it("corrupts as many bytes as it is told, where it is told, and never the sender's own", () => {
    const changed = (seed: number, options: { bytes?: number; first?: number; end?: number }) => {
      const { send, arrived } = flow(faults.corruptPackets(everyPacket, options), seed);
      const original = packet(1);
      send(original);
      expect(original).toEqual(packet(1));
      return [...(arrived[0] as Buffer)].flatMap((byte, index) => (byte === original[index] ? [] : [index]));
    };
    for (let seed = 0; seed < 200; seed++) {
      expect(changed(seed, {})).toHaveLength(1);
      const [at = -1] = changed(seed, { first: 20, end: 24 });
      expect(at).toBeGreaterThanOrEqual(20);
      expect(at).toBeLessThan(24);
      expect(changed(seed, { first: 28 })).toEqual([]); // there is no content
      expect(changed(seed, { bytes: 4 }).length).toBeLessThanOrEqual(4);
    }
  });

  it('closes between packets, or within one', () => {
    expect(serialsOf(faults.closeBefore(nth(2))).slice(0, 3)).toEqual([0, 1, 'closed']);
    const { send, arrived } = flow(faults.closeWithin(nth(1), 3));
    send(packet(0), packet(1));
    expect(arrived).toEqual([packet(0), packet(1).subarray(0, 3), 'closed']);
  });

  it('stops reading behind a packet', () => {
    const { send, serials, stopped } = flow(faults.stopReading(nth(1)));
    send(packet(0));
    expect(stopped()).toBe(false);
    send(packet(1));
    expect(serials()).toEqual([0, 1]);
    expect(stopped()).toBe(true);
  });
});

describe('a fault of time', () => {
  it('delays a packet and holds back what follows it, the end included', async () => {
    const { clock, send, serials, close } = flow(delayPackets(nth(1), 100));
    send(packet(0), packet(1), packet(2));
    close();
    await clock.advance(99);
    expect(serials()).toEqual([0]);
    await clock.advance(1);
    expect(serials()).toEqual([0, 1, 2, 'closed']);
    send(packet(3));
    expect(serials()).toEqual([0, 1, 2, 'closed', 3]);
  });

  it('lets a reply be overtaken by one packet', async () => {
    const { clock, send, serials } = flow(overtakeReplies(nth(0), 100));
    send(packet(0), packet(1, PacketType.Message), packet(2));
    expect(serials()).toEqual([1, 0, 2]);
    await clock.advance(1_000);
    expect(serials()).toEqual([1, 0, 2]);
  });

  it('lets it go after its time when nothing follows, and before the end', async () => {
    const late = flow(overtakeReplies(everyPacket, 100));
    late.send(packet(0));
    expect(late.serials()).toEqual([]);
    await late.clock.advance(100);
    expect(late.serials()).toEqual([0]);
    const ended = flow(overtakeReplies(everyPacket, 100));
    ended.send(packet(0));
    ended.close();
    expect(ended.serials()).toEqual([0, 'closed']);
  });

  it('lets no event be overtaken, and no stream overtake', () => {
    const { send, serials } = flow(overtakeReplies(everyPacket, 100));
    send(packet(0, PacketType.Message), packet(1), packet(2, PacketType.Stream));
    expect(serials()).toEqual([0, 1, 2]);
  });
});

describe('a fault of pieces', () => {
  it.each([1, 5, 28, 100])('splits into at most %i bytes and loses none', (bytes) => {
    const { send, arrived } = flow(splitPackets(bytes));
    send(packet(0), packet(1));
    expect(Buffer.concat(arrived as Buffer[])).toEqual(Buffer.concat([packet(0), packet(1)]));
    expect(Math.max(...(arrived as Buffer[]).map(({ length }) => length))).toBe(Math.min(bytes, 28));
  });

  it('joins so many packets, or what there is after its time or at the end', async () => {
    const { clock, send, arrived, close } = flow(coalescePackets(2, 100));
    send(packet(0), packet(1), packet(2));
    expect(arrived).toEqual([Buffer.concat([packet(0), packet(1)])]);
    await clock.advance(100);
    expect(arrived.slice(1)).toEqual([packet(2)]);
    send(packet(3));
    close();
    expect(arrived.slice(2)).toEqual([packet(3), 'closed']);
    await clock.advance(100);
    expect(arrived).toHaveLength(4);
  });
});
