import { decodePacket, type PacketHeader, PacketStatus, PacketType } from '../src/connection/packet.ts';
import type { Codec } from '../src/protocol/codec.ts';
import { connectionClosedMessage, eventMessages } from '../src/protocol/events.ts';
import { type ProcedureName, procedures } from '../src/protocol/procedures.ts';
import { Program } from '../src/protocol/programs.ts';
import { errorReply } from '../src/protocol/structs.ts';
import { packetBytes } from '../src/testing/recording/transcript.ts';
import { goodPayloads, pick } from './corpus.ts';
import { mutate, mutateHeader } from './mutate.ts';

type Address = Pick<PacketHeader, 'program' | 'procedure' | 'serial'>;

const streamed = new Set<number>([procedures.storageVolDownload.number, procedures.storageVolUpload.number]);

/** Good payloads of what a server says to these calls, and by itself. */
export class Phrases {
  readonly #replies: ReadonlyMap<number, Buffer[]>;
  readonly messages: readonly { number: number; payloads: Buffer[] }[];
  readonly closed: Buffer[];
  readonly errors: Buffer[];

  constructor(names: readonly ProcedureName[], seed: number) {
    const good = (codec: unknown, count: number) => goodPayloads(codec as Codec<unknown>, seed, count);
    this.#replies = new Map(names.map((name) => [procedures[name].number, good(procedures[name].ret, 3)]));
    this.messages = Object.values(eventMessages).map(({ number, payload }) => ({
      number,
      payloads: good(payload, 3),
    }));
    this.closed = good(connectionClosedMessage.payload, 1);
    this.errors = good(errorReply, 8);
  }

  repliesTo(procedure: number): Buffer[] {
    return this.#replies.get(procedure) ?? [Buffer.alloc(0)];
  }
}

/** A server that knows the protocol, and breaks it now and then. */
export class HostilePeer {
  readonly #random: () => number;
  readonly #phrases: Phrases;
  readonly #calls: Address[] = [];
  readonly #streams: Address[] = [];

  constructor(random: () => number, phrases: Phrases) {
    this.#random = random;
    this.#phrases = phrases;
  }

  /** Takes note of a packet of the client's. */
  hear(bytes: Buffer): void {
    const { program, procedure, serial, type } = decodePacket(bytes);
    if (type === PacketType.Call) this.#calls.push({ program, procedure, serial });
  }

  /** The next packet; one in sixteen is broken, in its header or in its content. */
  say(): Buffer {
    const packet = this.#goodPacket();
    const chance = this.#random();
    if (chance < 0.04) return withLength(mutate(packet, this.#random));
    if (chance < 0.0625) return mutateHeader(packet, this.#random);
    return packet;
  }

  #goodPacket(): Buffer {
    const chance = this.#random();
    if (chance < 0.5 && this.#calls.length > 0) return this.#reply();
    if (chance < 0.75 && this.#streams.length > 0)
      return this.#streamPacket(pick(this.#random, this.#streams));
    if (chance < 0.64)
      return packet({ program: Program.Keepalive, procedure: 1, serial: 0 }, PacketType.Message);
    if (chance > 0.998) return this.#message(connectionClosedMessage.number, this.#phrases.closed);
    const { number, payloads } = pick(this.#random, this.#phrases.messages);
    return this.#message(number, payloads);
  }

  #reply(): Buffer {
    const [call] = this.#calls.splice(Math.floor(this.#random() * this.#calls.length), 1);
    if (!call) throw new Error('there is a call');
    if (this.#random() < 0.2)
      return packet(call, PacketType.Reply, PacketStatus.Error, pick(this.#random, this.#phrases.errors));
    if (streamed.has(call.procedure)) this.#streams.push(call);
    return packet(
      call,
      PacketType.Reply,
      PacketStatus.Ok,
      pick(this.#random, this.#phrases.repliesTo(call.procedure)),
    );
  }

  #streamPacket(stream: Address): Buffer {
    const chance = this.#random();
    if (chance < 0.8) {
      const data = Buffer.alloc(Math.floor(this.#random() * 2_000), 1);
      return packet(stream, PacketType.Stream, PacketStatus.Continue, data);
    }
    if (chance < 0.9) return packet(stream, PacketType.Stream, PacketStatus.Continue);
    this.#streams.splice(this.#streams.indexOf(stream), 1);
    if (chance < 0.95) return packet(stream, PacketType.Stream, PacketStatus.Ok);
    return packet(stream, PacketType.Stream, PacketStatus.Error, pick(this.#random, this.#phrases.errors));
  }

  #message(procedure: number, payloads: readonly Buffer[]): Buffer {
    const address = { program: Program.Remote, procedure, serial: 0 };
    return packet(address, PacketType.Message, PacketStatus.Ok, pick(this.#random, payloads));
  }
}

function packet(
  address: Address,
  type: number,
  status: number = PacketStatus.Ok,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  return packetBytes({ from: 'server', header: { ...address, version: 1, type, status }, payload });
}

/** Most packets that arrive broken are whole ones: without this, nearly none would be read behind its length. */
function withLength(bytes: Buffer): Buffer {
  if (bytes.length >= 4) bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}
