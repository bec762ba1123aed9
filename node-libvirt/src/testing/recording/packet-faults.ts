import { decodePacket, headerBytes, PacketType } from '../../connection/packet.ts';
import { errorPacket, type Fault } from '../fake-peer.ts';
import { type Choice, onChosen, type PacketFault } from './packet-fault.ts';

/** They never arrive, as if the sender had forgotten them. */
export const dropPackets = (choice: Choice): PacketFault => onChosen(choice, () => {});

/** They arrive twice. */
export const repeatPackets = (choice: Choice): PacketFault =>
  onChosen(choice, (packet, next) => {
    next.write(packet);
    next.write(packet);
  });

/** `extra`, such as an event, arrives right before them. */
export const sendBefore = (choice: Choice, extra: Buffer): PacketFault =>
  onChosen(choice, (packet, next) => {
    next.write(extra);
    next.write(packet);
  });

/** Replies among them become this error; other packets pass. */
export const failReplies = (choice: Choice, fault: Fault): PacketFault =>
  onChosen(choice, (packet, next) => {
    const header = decodePacket(packet);
    next.write(header.type === PacketType.Reply ? errorPacket(header, fault) : packet);
  });

/** Their last `bytes` are missing and their length word says so; the header stays. */
export const truncatePackets = (choice: Choice, bytes: number): PacketFault =>
  onChosen(choice, (packet, next) => {
    const short = Buffer.from(packet.subarray(0, Math.max(headerBytes, packet.length - bytes)));
    short.writeUInt32BE(short.length, 0);
    next.write(short);
  });

/** `bytes` of each are changed, anywhere from byte `first` up to byte `end`; by default in the whole packet. */
export const corruptPackets = (
  choice: Choice,
  { bytes = 1, first = 0, end = Number.POSITIVE_INFINITY } = {},
): PacketFault =>
  onChosen(choice, (packet, next, { random }) => {
    const broken = Buffer.from(packet);
    const reach = Math.min(end, broken.length) - first;
    for (let left = reach > 0 ? bytes : 0; left > 0; left--) {
      const at = first + Math.floor(random() * reach);
      // Never by 0, which would change nothing.
      broken[at] = (broken[at] ?? 0) ^ (1 + Math.floor(random() * 255));
    }
    next.write(broken);
  });

/** The connection ends instead of the packet. */
export const closeBefore = (choice: Choice): PacketFault => onChosen(choice, (_packet, next) => next.close());

/** The connection ends after the first `bytes` of the packet. */
export const closeWithin = (choice: Choice, bytes: number): PacketFault =>
  onChosen(choice, (packet, next) => {
    next.write(packet.subarray(0, bytes));
    next.close();
  });

/** The packet arrives, and nothing is read behind it: its sender's writes come to a halt. */
export const stopReading = (choice: Choice): PacketFault =>
  onChosen(choice, (packet, next, { stopReading: stop }) => {
    next.write(packet);
    stop();
  });
