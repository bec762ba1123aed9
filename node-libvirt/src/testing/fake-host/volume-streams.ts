import { maxStreamBytes } from '../../connection/byte-stream.ts';
import { PacketStatus } from '../../connection/packet.ts';
import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { Fault, type StreamPacket } from '../fake-peer.ts';
import type { Caller } from './handlers.ts';
import type { FakeVolume } from './volume.ts';

/** What of a volume is transferred; a length of 0 is all from there on. */
interface Range {
  offset: bigint;
  length: bigint;
}

/** Takes a volume's bytes until the client says that these were all. */
export function upload(volume: FakeVolume, { offset, length }: Range, { session, call }: Caller): void {
  let at = offset;
  session.openStream(call.serial, ({ status, data }: StreamPacket) => {
    if (status === PacketStatus.Continue && length > 0n && at + BigInt(data.length) > offset + length) {
      session.closeStream(call.serial);
      session.peer.failStream(call, noSpace);
    } else if (status === PacketStatus.Continue) {
      volume.write(at, data);
      at += BigInt(data.length);
    } else {
      session.closeStream(call.serial);
      session.peer.sendStream(call, PacketStatus.Ok);
    }
  });
}

const noSpace = new Fault(ErrorCode.SYSTEM_ERROR, 'more than was announced', ErrorDomain.STREAMS);

/** Sends a volume's bytes, one packet after the other as the client takes them, after the reply to its call. */
export function download(volume: FakeVolume, { offset, length }: Range, { session, call }: Caller): void {
  let open = true;
  session.openStream(call.serial, () => {
    open = false;
    session.closeStream(call.serial);
    session.peer.sendStream(call, PacketStatus.Ok);
  });
  const end = length === 0n || offset + length > volume.length ? volume.length : offset + length;
  const send = async () => {
    for (let at = offset; open && at < end; at += BigInt(maxStreamBytes)) {
      const left = end - at;
      const size = left < maxStreamBytes ? Number(left) : maxStreamBytes;
      session.peer.sendStream(call, PacketStatus.Continue, volume.content.read(Number(at), size));
      await session.peer.drained();
    }
    if (open) session.peer.sendStream(call, PacketStatus.Continue);
  };
  setImmediate(() => void send());
}
