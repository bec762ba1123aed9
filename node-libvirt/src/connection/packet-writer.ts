import type { Writable } from 'node:stream';

type Sent = (error?: Error | null) => void;

interface Written {
  packet: Buffer;
  body: Uint8Array | undefined;
  sent: Sent | undefined;
}

/**
 * Writes packets one by one, each after the one before has been handed to the system. Left to itself Node joins writes
 * that wait into one, and over TLS into one record; libvirtd takes the first packet out of a record and polls its socket
 * for the next, while the rest lies in its TLS library's buffer until something else arrives: calls that were sent
 * together then stall until the next keepalive ping.
 */
export class PacketWriter {
  readonly #stream: Writable;
  readonly #waiting: Written[] = [];
  #writing = false;

  /** Packets that the peer has not taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /**
   * `body` is the end of the packet, for one that is large and lies elsewhere. `sent` is called once the system has taken
   * the packet, and not when the stream ends before.
   */
  write(packet: Buffer, sent?: Sent, body?: Uint8Array): void {
    this.#waiting.push({ packet, body, sent });
    if (!this.#writing) this.#next();
  }

  /** Lets go of what is not written yet. */
  stop(): void {
    this.#waiting.length = 0;
  }

  #next(): void {
    const next = this.#waiting.shift();
    this.#writing = next !== undefined;
    if (!next) return;
    const done = (error?: Error | null) => {
      // An error closes the stream, which its owner hears of; there is nothing more to write then.
      if (error) this.stop();
      else {
        this.#next();
        next.sent?.();
      }
    };
    if (next.body) this.#writeBoth(next.packet, next.body, done);
    else this.#stream.write(next.packet, done);
  }

  /** To the system in one piece, without a copy where it takes several. */
  #writeBoth(packet: Buffer, body: Uint8Array, done: Sent): void {
    this.#stream.cork();
    this.#stream.write(packet);
    this.#stream.write(body, done);
    this.#stream.uncork();
  }
}
