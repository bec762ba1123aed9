import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { KeepaliveProcedure, keepalivePacket } from '../connection/keepalive.ts';
import {
  decodePacket,
  encodeHolePacket,
  encodePacket,
  encodeStreamPacket,
  holePayload,
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
  /** By which the reply is told apart from others of the connection. */
  serial: number;
  args: unknown;
}

/** A packet of a stream as a client sent it; of a hole, its length. */
export interface StreamPacket {
  serial: number;
  status: number;
  data: Buffer;
  hole?: bigint;
}

/** A handler's way to answer with an error. */
export class Fault {
  /** See `ErrorCode`. */
  readonly code: number;
  /** See `ErrorDomain`. */
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
  /** Packets of streams as they came, while `keepsRecord`. */
  readonly streamed: StreamPacket[] = [];
  /** Told of each of them. */
  onStream: (packet: StreamPacket) => void = () => {};
  /** Told of every sign of life. */
  onHeard: () => void = () => {};
  /** Told once the client is gone, or this side has ended it. */
  onGone: () => void = () => {};
  /** False for streams so large, or peers so many, that what was received must not stay in memory. */
  keepsRecord = true;
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
    const gone = () => {
      this.onGone();
      this.onGone = () => {};
    };
    // A stream in memory whose other end is destroyed ends, and never closes by itself.
    stream.once('end', gone).once('close', gone);
  }

  /** Answers a call. */
  reply<N extends ProcedureName>(call: ReceivedCall & { name: N }, value: Ret<N>): void {
    this.sendRaw(replyPacket(call, value));
  }

  /** Answers a call with an error. */
  fail(call: ReceivedCall, fault: Fault): void {
    this.sendRaw(errorPacket(replyHeader(call, PacketStatus.Error), fault));
  }

  /** Sends a message that no call asked for; clients know it by its name, whatever its callbackId. */
  sendEvent<N extends EventName>(name: N, value: EventPayload<N>): void {
    const { program, number, payload } = eventMessages[name];
    const codec = payload as unknown as Codec<EventPayload<N>>;
    const header = { program, type: PacketType.Message, serial: 0, status: PacketStatus.Ok };
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

  /** A hole in the stream that `call` opened. */
  sendHole(call: ReceivedCall, length: bigint): void {
    const { program, number: procedure } = procedures[call.name];
    this.sendRaw(encodeHolePacket({ program, procedure, serial: call.serial }, length));
  }

  /** Ends the stream that `call` opened with an error. */
  failStream(call: ReceivedCall, fault: Fault): void {
    this.#sendError({ ...replyHeader(call, PacketStatus.Error), type: PacketType.Stream }, fault);
  }

  /** Asks the client for a sign of life. */
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

  /** Resolves once the client has taken what was sent, or is gone. */
  async drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain || this.#stream.destroyed) return;
    const given = new AbortController();
    const { signal } = given;
    await Promise.race([once(this.#stream, 'drain', { signal }), once(this.#stream, 'close', { signal })]);
    given.abort();
  }

  /** Reads nothing more, as a daemon that is stopped, while its machine still takes bytes. */
  pause(): void {
    this.#stream.pause();
  }

  /** Reads on after `pause`. */
  resume(): void {
    this.#stream.resume();
  }

  /** Ends the stream after what was sent, wherever in a packet that is. */
  end(): void {
    this.#stream.end();
  }

  /** Ends the stream at once, with what was not sent yet. */
  destroy(): void {
    this.#stream.destroy();
  }

  #sendError(header: Omit<PacketHeader, 'version'>, { code, domain, message }: Fault): void {
    const empty = { dom: null, str1: null, str2: null, str3: null, int1: 0, int2: 0, net: null };
    const value = { code, domain, message, level: 2, ...empty };
    this.sendRaw(encodePacket(header, { codec: errorReply, value }));
  }

  #receive(chunk: Buffer): void {
    this.onHeard();
    for (const bytes of this.#splitter.push(chunk)) {
      const packet = decodePacket(bytes);
      if (packet.program === Program.Keepalive) this.#onKeepalive(packet.procedure);
      else if (packet.type === PacketType.Stream || packet.type === PacketType.StreamHole)
        this.#onStream(packet);
      else this.#onCall(receivedCall(packet), this);
    }
  }

  #onStream({ type, serial, status, payload }: Packet): void {
    const hole = type === PacketType.StreamHole ? { hole: holePayload.decode(payload).length } : {};
    const packet = { serial, status, data: payload.rest(), ...hole };
    if (this.keepsRecord) this.streamed.push(packet);
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

function replyHeader(call: ReceivedCall, status: number): Omit<PacketHeader, 'version'> {
  const { program, number } = procedures[call.name];
  return { program, procedure: number, type: PacketType.Reply, serial: call.serial, status };
}

/** Names by program and number; made once, as a fleet of servers looks up every call. */
const namesByNumber: ReadonlyMap<string, ProcedureName> = new Map(
  Object.entries(procedures).map(([name, { program, number }]) => [
    `${program} ${number}`,
    name as ProcedureName,
  ]),
);

function receivedCall({ program, procedure, serial, payload }: Packet): ReceivedCall {
  const name = namesByNumber.get(`${program} ${procedure}`);
  if (!name) throw new Error(`call of procedure ${procedure}, which is not in the table`);
  return { name, serial, args: procedures[name].args.decode(payload) };
}
