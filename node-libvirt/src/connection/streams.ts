import { ProtocolError } from '../errors.ts';
import { ByteStream, type StreamOptions } from './byte-stream.ts';
import {
  encodeHolePacket,
  encodeStreamHeader,
  headerBytes,
  holePayload,
  keptPacket,
  type Packet,
  PacketStatus,
  PacketType,
} from './packet.ts';
import type { PendingCall } from './pending-call.ts';
import { decodeAll, errorIn } from './reply.ts';

/** What streams need of their connection. */
interface Owner {
  send(packet: Buffer, sent?: (error?: Error | null) => void, body?: Uint8Array): void;
  /** Stops and starts the reading of the whole connection. */
  setReading(reading: boolean): void;
  /** Told how many are open when that has changed. */
  onCount(open: number): void;
}

/** Some hundred packets of a stream as libvirtd sends them. Reading on is the only way to the reply. */
const maxEarlyBytes = 64 * 2 ** 20;

/** What a server still has to say of a failed stream is on its way when it says that it failed. */
const maxFailed = 64;

/** The open streams of one connection, by the serial of the call that opened each. */
export class Streams {
  readonly #owner: Owner;
  // Made when they are needed, and few connections need them: an empty one takes 200 bytes.
  #bySerial: Map<number, ByteStream> | undefined;
  /** Serials of streams that failed: a server that had the end of one in hand confirms it all the same. */
  #failed: Set<number> | undefined;
  /** What came of a stream before the reply that opens it. */
  #early: Map<number, { packets: Packet[]; bytes: number }> | undefined;
  /** Several may want the connection to wait. */
  #pauses = 0;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#bySerial?.size ?? 0;
  }

  has(serial: number): boolean {
    return this.#bySerial?.has(serial) ?? false;
  }

  open({ procedure, serial }: PendingCall, options: StreamOptions): ByteStream {
    const header = { program: procedure.program, procedure: procedure.number, serial };
    const stream = new ByteStream(
      {
        send: (status, data, sent) =>
          this.#owner.send(encodeStreamHeader({ ...header, status }, data?.length ?? 0), sent, data),
        sendHole: (length, sent) => this.#owner.send(encodeHolePacket(header, length), sent),
        pause: () => this.#setPaused(1),
        resume: () => this.#setPaused(-1),
        release: () => {
          this.#bySerial?.delete(serial);
          this.#owner.onCount(this.size);
        },
      },
      options,
    );
    this.#bySerial ??= new Map();
    this.#bySerial.set(serial, stream);
    this.#owner.onCount(this.size);
    const early = this.#early?.get(serial)?.packets ?? [];
    this.#early?.delete(serial);
    for (const packet of early) this.receive(packet);
    return stream;
  }

  /** @throws ProtocolError when so much comes and no reply */
  keepUntilOpen(packet: Packet): void {
    this.#early ??= new Map();
    const early = this.#early.get(packet.serial) ?? { packets: [], bytes: 0 };
    this.#early.set(packet.serial, early);
    early.bytes += headerBytes + packet.payload.remaining;
    if (early.bytes > maxEarlyBytes)
      throw new ProtocolError(`${early.bytes} bytes of stream ${packet.serial}, and no reply that opens it`);
    early.packets.push(keptPacket(packet));
  }

  /** The call failed that was to open it. */
  forgetEarly(serial: number): void {
    this.#early?.delete(serial);
  }

  /** @throws ProtocolError for a stream that is not open, or a hole in one that has none */
  receive(packet: Packet): void {
    const stream = this.#bySerial?.get(packet.serial);
    if (!stream && this.#failed?.has(packet.serial)) return;
    if (!stream) throw new ProtocolError(`stream data for serial ${packet.serial}, which is no open stream`);
    if (packet.status === PacketStatus.Error) this.#fail(stream, packet);
    else if (packet.type === PacketType.StreamHole) stream.receiveHole(holeIn(packet));
    else stream.receive(packet.status, packet.payload.rest());
  }

  /** A stream that fails on the server may be told of by another reply to the call that opened it. */
  failedBy(packet: Packet): boolean {
    const stream = packet.status === PacketStatus.Error ? this.#bySerial?.get(packet.serial) : undefined;
    if (stream) this.#fail(stream, packet);
    return stream !== undefined;
  }

  failAll(error: () => Error): void {
    this.#early?.clear();
    for (const stream of [...(this.#bySerial?.values() ?? [])]) stream.fail(error());
  }

  #fail(stream: ByteStream, packet: Packet): void {
    stream.fail(errorIn(packet, `stream ${packet.serial}`));
    this.#failed ??= new Set();
    this.#failed.add(packet.serial);
    const [oldest] = this.#failed;
    if (this.#failed.size > maxFailed && oldest !== undefined) this.#failed.delete(oldest);
  }

  #setPaused(change: 1 | -1): void {
    this.#pauses += change;
    this.#owner.setReading(this.#pauses === 0);
  }
}

function holeIn(packet: Packet): bigint {
  const { length } = decodeAll(holePayload, packet, 'hole of a stream');
  if (length < 0n) throw new ProtocolError(`a hole of ${length} bytes in a stream`);
  return length;
}
