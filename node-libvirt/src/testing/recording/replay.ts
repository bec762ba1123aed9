import type { Duplex } from 'node:stream';
import { type Clock, systemClock, type Timer } from '../../clock.ts';
import { KeepaliveProcedure, keepalivePacket } from '../../connection/keepalive.ts';
import { PacketType } from '../../connection/packet.ts';
import { PacketSplitter } from '../../connection/packet-splitter.ts';
import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { ProtocolError } from '../../errors.ts';
import { Program } from '../../protocol/programs.ts';
import { errorPacket, Fault } from '../fake-peer.ts';
import { packetName } from './packet-names.ts';
import { packetBytes, type RecordedPacket, recordedPacket, type Transcript } from './transcript.ts';

interface Entry {
  packet: RecordedPacket;
  /** Sent by this server, or asked for by the client. */
  done: boolean;
}

const isKeepalive = ({ header }: RecordedPacket) => header.program === Program.Keepalive;

export interface ReplayOptions {
  clock?: Clock | undefined;
  /** How long a reply waits for packets that the recorded client had sent before it, and this one has not. Default 100. */
  patienceMs?: number | undefined;
}

/**
 * One client that is served from a transcript. Its packets are matched by procedure and content, each recorded one once;
 * serials are its own. The server's packets go out in the recorded order, each once the client has come as far as the
 * recorded one had; but a client that makes one by one what was recorded at once is not left waiting.
 */
export class Replay {
  /** What the client asked for and the transcript does not have, by name, in order. */
  readonly unrecorded: string[] = [];
  readonly #stream: Duplex;
  readonly #entries: readonly Entry[];
  readonly #splitter = new PacketSplitter();
  /** The client's serials by those of the transcript. */
  readonly #serials = new Map<number, number>();
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #patience: Timer | undefined;

  constructor(
    stream: Duplex,
    transcript: Transcript,
    { clock = systemClock, patienceMs = 100 }: ReplayOptions = {},
  ) {
    this.#stream = stream;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    // Pings follow the clock, not the transcript.
    this.#entries = transcript
      .filter((packet) => !isKeepalive(packet))
      .map((packet) => ({ packet, done: false }));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', () => {}); // clients in tests vanish without good-bye
    stream.once('end', () => this.#clock.clearTimeout(this.#patience));
    stream.once('close', () => this.#clock.clearTimeout(this.#patience));
  }

  /** Names of what the client has not asked for yet, and of what has not been sent. */
  get left(): string[] {
    return this.#entries.filter(({ done }) => !done).map(({ packet }) => packetName(packet.header));
  }

  #receive(chunk: Buffer): void {
    try {
      for (const bytes of this.#splitter.push(chunk)) this.#onPacket(recordedPacket('client', bytes));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#stream.destroy(); // as a daemon does
    }
  }

  #onPacket(packet: RecordedPacket): void {
    if (isKeepalive(packet)) {
      if (packet.header.procedure === KeepaliveProcedure.Ping)
        this.#send(keepalivePacket(KeepaliveProcedure.Pong));
      return;
    }
    const entry = this.#entries.find((candidate) => this.#matches(candidate, packet));
    if (!entry) this.#refuse(packet);
    else {
      entry.done = true;
      this.#serials.set(entry.packet.header.serial, packet.header.serial);
      this.#sendDue(true);
    }
  }

  #matches({ packet, done }: Entry, received: RecordedPacket): boolean {
    const [a, b] = [packet.header, received.header];
    if (done || packet.from !== 'client' || a.type !== b.type || a.status !== b.status) return false;
    const known = this.#serials.get(a.serial);
    // A stream's packets belong to the call that opened it, alike as they may be to another stream's.
    if (a.type === PacketType.Stream && known !== b.serial) return false;
    return a.program === b.program && a.procedure === b.procedure && packet.payload.equals(received.payload);
  }

  #refuse({ header }: RecordedPacket): void {
    const name = packetName(header);
    this.unrecorded.push(name);
    const message = `${name} was not recorded with this content, or not once more`;
    const type = header.type === PacketType.Stream ? PacketType.Stream : PacketType.Reply;
    this.#send(errorPacket({ ...header, type }, new Fault(ErrorCode.RPC, message, ErrorDomain.RPC)));
  }

  /** @param patient false lets replies go that wait for nothing but other calls */
  #sendDue(patient: boolean): void {
    this.#clock.clearTimeout(this.#patience);
    const reached = this.#entries.findLastIndex(({ done, packet }) => done && packet.from === 'client');
    const awaited = new Set<number>();
    let lastOfClient = -1;
    for (const [index, entry] of this.#entries.entries()) {
      const { serial, type } = entry.packet.header;
      if (entry.packet.from === 'client') {
        lastOfClient = index;
        if (!entry.done) awaited.add(serial);
      } else if (!entry.done) {
        const ownCame = type !== PacketType.Message && !awaited.has(serial);
        const cameAsFar = reached >= lastOfClient && (ownCame || type === PacketType.Message);
        if (cameAsFar || (ownCame && !patient)) this.#sendEntry(entry);
        else if (ownCame) this.#waitPatiently();
      }
    }
  }

  #waitPatiently(): void {
    this.#clock.clearTimeout(this.#patience);
    this.#patience = this.#clock.setTimeout(() => this.#sendDue(false), this.#patienceMs);
  }

  #sendEntry(entry: Entry): void {
    entry.done = true;
    const { serial, type } = entry.packet.header;
    // A message's serial says nothing, whatever calls have the same.
    this.#send(packetBytes(entry.packet, type === PacketType.Message ? serial : this.#serials.get(serial)));
  }

  #send(bytes: Buffer): void {
    if (!this.#stream.destroyed) this.#stream.write(bytes);
  }
}
