import type { Duplex } from 'node:stream';
import { KeepaliveProcedure, keepalivePacket } from '../connection/keepalive.ts';
import {
  decodePacket,
  encodePacket,
  encodeStreamPacket,
  type Packet,
  type PacketHeader,
  PacketStatus,
  PacketType,
} from '../connection/packet.ts';
import { PacketSplitter } from '../connection/packet-splitter.ts';
import type { Codec } from '../protocol/codec.ts';
import {
  connectionClosedMessage,
  type EventName,
  type EventPayload,
  eventMessages,
} from '../protocol/events.ts';
import { type ProcedureName, procedureOf, procedures, type Ret } from '../protocol/procedures.ts';
import { Program } from '../protocol/programs.ts';
import { errorReply } from '../protocol/structs.ts';

/** A call as a client sent it. */
export interface ReceivedCall {
  name: ProcedureName;
  serial: number;
  args: unknown;
}

/** A handler's way to answer with an error. */
export class Fault {
  readonly code: number;
  readonly domain: number;
  readonly message: string | null;

  constructor(code: number, message: string | null = 'fault of a test', domain = 10) {
    this.code = code;
    this.domain = domain;
    this.message = message;
  }
}

/** The server's end of one client's connection. */
export class FakePeer {
  /** What arrived of keepalive. */
  readonly keepalive = { pings: 0, pongs: 0 };
  /** False makes a server that is dead but whose machine still takes bytes. */
  answersPings = true;
  /** Packets of streams as they came. */
  readonly streamed: { serial: number; status: number; data: Buffer }[] = [];
  /** Told of each of them. */
  onStream: (packet: { serial: number; status: number; data: Buffer }) => void = () => {};
  /** When set, everything sent is cut into pieces of this many bytes. */
  pieceBytes: number | undefined;
  readonly #stream: Duplex;
  readonly #splitter = new PacketSplitter();
  readonly #onCall: (call: ReceivedCall, peer: FakePeer) => void;

  constructor(stream: Duplex, onCall: (call: ReceivedCall, peer: FakePeer) => void) {
    this.#stream = stream;
    this.#onCall = onCall;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', () => {}); // clients in tests vanish without good-bye
  }

  reply<N extends ProcedureName>(call: ReceivedCall & { name: N }, value: Ret<N>): void {
    this.sendRaw(replyPacket(call, value));
  }

  fail(call: ReceivedCall, fault: Fault): void {
    this.sendRaw(errorPacket(replyHeader(call, PacketStatus.Error), fault));
  }

  sendEvent<N extends EventName>(name: N, value: EventPayload<N>): void {
    const { number, payload } = eventMessages[name];
    const codec = payload as unknown as Codec<EventPayload<N>>;
    const header = { program: Program.Remote, type: PacketType.Message, serial: 0, status: PacketStatus.Ok };
    this.sendRaw(encodePacket({ ...header, procedure: number }, { codec, value }));
  }

  /** What a proxy says when the daemon behind it is gone. */
  sendClosed(reason: number): void {
    const { number, payload: codec } = connectionClosedMessage;
    const header = { program: Program.Remote, type: PacketType.Message, serial: 0, status: PacketStatus.Ok };
    this.sendRaw(encodePacket({ ...header, procedure: number }, { codec, value: { reason } }));
  }

  /** A packet of the stream that `call` opened. */
  sendStream(call: ReceivedCall, status: number, data: Uint8Array = Buffer.alloc(0)): void {
    const { program, number: procedure } = procedures[call.name];
    this.sendRaw(encodeStreamPacket({ program, procedure, serial: call.serial, status }, data));
  }

  ping(): void {
    this.sendRaw(keepalivePacket(KeepaliveProcedure.Ping));
  }

  /** Any bytes, such as a packet with a wrong length. */
  sendRaw(bytes: Buffer): void {
    if (this.#stream.destroyed) return;
    const size = this.pieceBytes ?? bytes.length;
    for (let start = 0; start < bytes.length; start += size) {
      this.#stream.write(bytes.subarray(start, start + size));
    }
  }

  /** Ends the stream after what was sent, wherever in a packet that is. */
  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    for (const bytes of this.#splitter.push(chunk)) {
      const packet = decodePacket(bytes);
      if (packet.program === Program.Keepalive) this.#onKeepalive(packet.procedure);
      else if (packet.type === PacketType.Stream) this.#onStream(packet);
      else this.#onCall(receivedCall(packet), this);
    }
  }

  #onStream({ serial, status, payload }: Packet): void {
    const packet = { serial, status, data: payload.rest() };
    this.streamed.push(packet);
    this.onStream(packet);
  }

  #onKeepalive(procedure: number): void {
    if (procedure === KeepaliveProcedure.Pong) this.keepalive.pongs++;
    if (procedure !== KeepaliveProcedure.Ping) return;
    this.keepalive.pings++;
    if (this.answersPings) this.sendRaw(keepalivePacket(KeepaliveProcedure.Pong));
  }
}

/** A good reply as bytes, for tests that send it broken. */
export function replyPacket<N extends ProcedureName>(
  call: ReceivedCall & { name: N },
  value: Ret<N>,
): Buffer {
  return encodePacket(replyHeader(call, PacketStatus.Ok), { codec: procedureOf(call.name).ret, value });
}

/** An error as bytes: a reply's, or a stream's. */
export function errorPacket(
  header: Omit<PacketHeader, 'version' | 'status'>,
  { code, domain, message }: Fault,
): Buffer {
  const empty = { dom: null, str1: null, str2: null, str3: null, int1: 0, int2: 0, net: null };
  const value = { code, domain, message, level: 2, ...empty };
  return encodePacket({ ...header, status: PacketStatus.Error }, { codec: errorReply, value });
}

function replyHeader(call: ReceivedCall, status: number) {
  const { program, number } = procedures[call.name];
  return { program, procedure: number, type: PacketType.Reply, serial: call.serial, status };
}

function receivedCall(packet: Packet): ReceivedCall {
  for (const [name, { program, number, args }] of Object.entries(procedures)) {
    if (program !== packet.program || number !== packet.procedure) continue;
    return { name: name as ProcedureName, serial: packet.serial, args: args.decode(packet.payload) };
  }
  throw new Error(`call of procedure ${packet.procedure}, which is not in the table`);
}
