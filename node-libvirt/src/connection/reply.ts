import { LibvirtError, ProtocolError } from '../errors.ts';
import type { Codec } from '../protocol/codec.ts';
import { errorReply } from '../protocol/structs.ts';
import { type Packet, PacketStatus } from './packet.ts';
import type { PendingCall } from './pending-call.ts';

/** Decodes first and settles later, so that a broken reply ends the connection with the call still open. */
export function readReply(call: PendingCall, packet: Packet): () => void {
  if (packet.status === PacketStatus.Ok) {
    const value = decodeAll(call.procedure.ret, packet, call.name);
    return () => call.succeed(value);
  }
  if (packet.status !== PacketStatus.Error) throw new ProtocolError(`reply with status ${packet.status}`);
  const error = errorIn(packet, call.name);
  return () => call.fail(error);
}

/** The error that is a packet's payload. */
export function errorIn(packet: Packet, procedure: string): LibvirtError {
  const { code, domain, level, message } = decodeAll(errorReply, packet, procedure);
  return new LibvirtError({ code, domain, level, message: message ?? 'no message', procedure });
}

/** A payload, to its last byte. @throws ProtocolError */
export function decodeAll<T>(codec: Codec<T>, packet: Packet, name: string): T {
  const value = codec.decode(packet.payload);
  if (packet.payload.remaining > 0) {
    throw new ProtocolError(`${name}: ${packet.payload.remaining} bytes more than its type has`);
  }
  return value;
}
