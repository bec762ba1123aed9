import type { Writable } from 'node:stream';

/**
 * Writes packets one by one, each after the one before has been handed to the system. Left to itself Node joins writes
 * that wait into one, and over TLS into one record; libvirtd takes the first packet out of a record and polls its socket
 * for the next, while the rest lies in its TLS library's buffer until something else arrives: calls that were sent
 * together then stall until the next keepalive ping.
 */
export class PacketWriter {
  readonly #stream: Writable;
  readonly #waiting: Buffer[] = [];
  #writing = false;

  /** Packets that the peer has not taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(packet: Buffer): void {
    this.#waiting.push(packet);
    if (!this.#writing) this.#next();
  }

  /** Lets go of what is not written yet. */
  stop(): void {
    this.#waiting.length = 0;
  }

  #next(): void {
    const packet = this.#waiting.shift();
    this.#writing = packet !== undefined;
    // An error closes the stream, which its owner hears of; there is nothing more to write then.
    if (packet) this.#stream.write(packet, (error) => (error ? this.stop() : this.#next()));
  }
}
