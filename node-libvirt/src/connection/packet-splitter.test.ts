import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors.ts';
import { headerBytes, maxPacketBytes } from './packet.ts';
import { PacketSplitter } from './packet-splitter.ts';

function packet(body: Uint8Array): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), body]);
  bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

/** What comes out when `stream` arrives in pieces of the given sizes. */
function receive(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const splitter = new PacketSplitter();
  const packets: Buffer[] = [];
  let start = 0;
  for (let turn = 0; start < stream.length; turn++) {
    const end = start + (sizes[turn % sizes.length] ?? 1);
    for (const bytes of splitter.push(stream.subarray(start, end))) packets.push(Buffer.from(bytes));
    start = end;
  }
  expect(splitter.pendingBytes).toBe(0);
  return packets;
}

describe('PacketSplitter', () => {
  it('gives the same packets however the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 });
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 });
    fc.assert(
      fc.property(bodies, sizes, (list, cuts) => {
        const packets = list.map(packet);
        expect(receive(Buffer.concat(packets), cuts)).toEqual(packets);
      }),
    );
  });

  it('gives the same packets at every single cut', () => {
    const packets = [packet(Buffer.from('one')), packet(Buffer.from('')), packet(Buffer.from('three'))];
    const stream = Buffer.concat(packets);
    for (let cut = 1; cut < stream.length; cut++) {
      expect(receive(stream, [cut, stream.length])).toEqual(packets);
    }
  });

  it.each([0, 1, headerBytes - 1, maxPacketBytes + 1, 0xffffffff])('refuses the length %d', (length) => {
    const bytes = Buffer.alloc(headerBytes);
    bytes.writeUInt32BE(length, 0);
    expect(() => [...new PacketSplitter().push(bytes)]).toThrow(ProtocolError);
  });

  it('takes memory for what has come, not for what was announced', () => {
    const head = Buffer.alloc(headerBytes);
    head.writeUInt32BE(maxPacketBytes, 0);
    const splitters = Array.from({ length: 200 }, () => new PacketSplitter());
    const before = process.memoryUsage().arrayBuffers;
    for (const splitter of splitters) expect([...splitter.push(head)]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(maxPacketBytes);
    expect(splitters[0]?.pendingBytes).toBe(headerBytes);
  });

  it('carries a packet of the largest size', () => {
    const large = packet(Buffer.alloc(maxPacketBytes - headerBytes, 7));
    const packets = receive(Buffer.concat([large, packet(Buffer.from('next'))]), [1_000_003]);
    expect(packets.map(({ length }) => length)).toEqual([maxPacketBytes, headerBytes + 4]);
    expect(packets[0]?.equals(large)).toBe(true);
  });
});
