import type { Clock } from '../../clock.ts';
import { Keepalive, type KeepaliveLimits } from '../../connection/keepalive.ts';
import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import type { EventName } from '../../protocol/events.ts';
import type { FakePeer, StreamPacket } from '../fake-peer.ts';
import { invalidArgument, Refusal } from './refusal.ts';

/** What a host knows of one client's connection. */
export class Session {
  readonly peer: FakePeer;
  /** Set once the client has opened a hypervisor. */
  opened: { readOnly: boolean } | undefined;
  readonly #callbacks = new Map<number, { name: EventName; uuid: string | undefined }>();
  readonly #streams = new Map<number, (packet: StreamPacket) => void>();
  #keepalive: Keepalive | undefined;

  constructor(peer: FakePeer) {
    this.peer = peer;
    peer.onStream = (packet) => this.#streams.get(packet.serial)?.(packet);
  }

  /** Sends pings from now on, and ends the connection when the client is silent for too long. */
  startKeepalive(clock: Clock, limits: KeepaliveLimits): void {
    if (this.#keepalive) return;
    const { peer } = this;
    const keepalive = new Keepalive(clock, limits, { send: () => peer.ping(), fail: () => peer.destroy() });
    this.#keepalive = keepalive;
    peer.onHeard = () => keepalive.heard();
    keepalive.start();
  }

  /** @throws Refusal INVALID_ARG when the client has the same registration already */
  register(callbackId: number, name: EventName, uuid: string | undefined): void {
    for (const known of this.#callbacks.values())
      if (known.name === name && known.uuid === uuid)
        throw invalidArgument(`${name} events are registered for already`, ErrorDomain.NONE);
    this.#callbacks.set(callbackId, { name, uuid });
  }

  /** @throws Refusal INTERNAL_ERROR */
  deregister(callbackId: number): void {
    if (!this.#callbacks.delete(callbackId))
      throw new Refusal(
        ErrorCode.INTERNAL_ERROR,
        `no callback has the number ${callbackId}`,
        ErrorDomain.RPC,
      );
  }

  /** Numbers of the registrations that want this kind of event of this domain. */
  *callbacksFor(name: EventName, uuid: string): Generator<number> {
    for (const [callbackId, wanted] of this.#callbacks)
      if (wanted.name === name && (wanted.uuid === undefined || wanted.uuid === uuid)) yield callbackId;
  }

  /** Packets of the stream with this serial go to `receive` until it is closed. */
  openStream(serial: number, receive: (packet: StreamPacket) => void): void {
    this.#streams.set(serial, receive);
  }

  closeStream(serial: number): void {
    this.#streams.delete(serial);
  }

  /** Nothing is read, and no pings are sent. */
  pause(): void {
    this.peer.pause();
    this.#keepalive?.stop();
  }

  resume(): void {
    this.peer.resume();
    this.#keepalive?.start();
  }

  /** The connection is over. */
  end(): void {
    this.#keepalive?.stop();
    this.#callbacks.clear();
    this.#streams.clear();
  }
}
