import type { Clock, Timer } from '../clock.ts';
import { KeepaliveTimeout } from '../errors.ts';
import { Program } from '../protocol/programs.ts';
import { encodePacket, type Packet, PacketStatus, PacketType } from './packet.ts';

/** Procedures of the keepalive program (libvirt: keepalive_procedure). */
export const KeepaliveProcedure = { Ping: 1, Pong: 2 } as const;

/** When a silent peer is asked for a sign of life, and when it is given up. */
export interface KeepaliveLimits {
  /** Silence after which a ping is sent. */
  intervalMs: number;
  /** Pings in a row without any packet from the peer, after which it is taken for dead. */
  count: number;
}

interface Peer {
  send(packet: Buffer): void;
  fail(reason: Error): void;
}

/** Finds a peer that is silent: TCP alone takes many minutes to notice a powered-off host. */
export class Keepalive {
  readonly #clock: Clock;
  readonly #limits: KeepaliveLimits;
  readonly #peer: Peer;
  #timer: Timer | undefined;
  #heardAtMs = 0;
  #deaf = false;
  #unanswered = 0;

  constructor(clock: Clock, limits: KeepaliveLimits, peer: Peer) {
    this.#clock = clock;
    this.#limits = limits;
    this.#peer = peer;
  }

  /** Begins to watch; before it, only answers. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.heard();
    this.#schedule(this.#limits.intervalMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** While nothing is read by our own choice, silence proves nothing. */
  setDeaf(deaf: boolean): void {
    this.#deaf = deaf;
    this.heard();
  }

  /** Any bytes from the peer are a sign of life. */
  heard(): void {
    this.#heardAtMs = this.#clock.now();
    this.#unanswered = 0;
  }

  /** Answers a ping at once, inside the packet loop, so that no queue of ours can make us look dead. */
  receive(packet: Packet): void {
    if (packet.procedure === KeepaliveProcedure.Ping)
      this.#peer.send(keepalivePacket(KeepaliveProcedure.Pong));
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#tick(), delayMs);
  }

  #tick(): void {
    const { intervalMs, count } = this.#limits;
    if (this.#deaf) this.heard();
    const silentMs = this.#clock.now() - this.#heardAtMs;
    if (this.#unanswered === 0 && silentMs < intervalMs) {
      this.#schedule(intervalMs - silentMs);
    } else if (this.#unanswered >= count) {
      this.#peer.fail(new KeepaliveTimeout(`no sign of life for ${Math.round(silentMs)} ms`));
    } else {
      this.#unanswered++;
      this.#peer.send(keepalivePacket(KeepaliveProcedure.Ping));
      this.#schedule(intervalMs);
    }
  }
}

/** A ping or a pong. */
export function keepalivePacket(procedure: number): Buffer {
  return encodePacket({
    program: Program.Keepalive,
    procedure,
    type: PacketType.Message,
    serial: 0,
    status: PacketStatus.Ok,
  });
}
