import { type Codec, hyper, struct, uint } from '../protocol/codec.ts';
import { programVersion } from '../protocol/programs.ts';
import { XdrReader } from '../xdr/reader.ts';
import { XdrWriter } from '../xdr/writer.ts';

/** Kinds of packets (libvirt: virNetMessageType). */
export const PacketType = { Call: 0, Reply: 1, Message: 2, Stream: 3, StreamHole: 6 } as const;

/** Status word (libvirt: virNetMessageStatus). */
export const PacketStatus = { Ok: 0, Error: 1, Continue: 2 } as const;

/** Length word and six words of header. */
export const headerBytes = 28;
/** 32 MiB and the length word, which counts itself. */
export const maxPacketBytes = 32 * 1024 * 1024 + 4;

export interface PacketHeader {
  program: number;
  version: number;
  procedure: number;
  type: number;
  serial: number;
  status: number;
}

/** A received packet; `payload` is valid only until the next packet is read. */
export interface Packet extends PacketHeader {
  payload: XdrReader;
}

/** One packet with its length word. @throws EncodeError */
export function encodePacket<T>(
  header: Omit<PacketHeader, 'version'>,
  payload?: { codec: Codec<T>; value: T },
): Buffer {
  const writer = new XdrWriter();
  writer.uint32(0);
  writer.uint32(header.program);
  writer.uint32(programVersion);
  writer.int32(header.procedure);
  writer.int32(header.type);
  writer.uint32(header.serial);
  writer.int32(header.status);
  payload?.codec.encode(writer, payload.value);
  const packet = writer.finish();
  packet.writeUInt32BE(packet.length, 0);
  return packet;
}

/** The header of a packet of a stream, whose `dataBytes` bytes follow it as they are. */
export function encodeStreamHeader(
  header: Omit<PacketHeader, 'version' | 'type'>,
  dataBytes: number,
): Buffer {
  const head = encodePacket({ ...header, type: PacketType.Stream });
  head.writeUInt32BE(head.length + dataBytes, 0);
  return head;
}

/** One packet of a stream, whose bytes stand behind the header as they are. */
export function encodeStreamPacket(
  header: Omit<PacketHeader, 'version' | 'type'>,
  data: Uint8Array = Buffer.alloc(0),
): Buffer {
  return Buffer.concat([encodeStreamHeader(header, data.length), data]);
}

/** The payload of a hole packet (libvirt: virNetStreamHole). */
export const holePayload = struct({ length: hyper, flags: uint });

/** Stands for `length` zeros in a stream. */
export function encodeHolePacket(
  header: Omit<PacketHeader, 'version' | 'type' | 'status'>,
  length: bigint,
): Buffer {
  return encodePacket(
    { ...header, type: PacketType.StreamHole, status: PacketStatus.Continue },
    { codec: holePayload, value: { length, flags: 0 } },
  );
}

/** A copy that stays valid; what was read of the payload is not in it. */
export function keptPacket(packet: Packet): Packet {
  return { ...packet, payload: new XdrReader(packet.payload.rest()) };
}

/** Reads the header of a whole packet. */
export function decodePacket(bytes: Buffer): Packet {
  const reader = new XdrReader(bytes, 4);
  return {
    program: reader.uint32(),
    version: reader.uint32(),
    procedure: reader.int32(),
    type: reader.int32(),
    serial: reader.uint32(),
    status: reader.int32(),
    payload: reader,
  };
}
