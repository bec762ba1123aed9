import type { Writable } from 'node:stream';

/**
 * Writes packets one by one, each after the one before has been handed to the system. Left to itself Node joins writes
 * that wait into one, and over TLS into one record; libvirtd takes the first packet out of a record and polls its socket
 * for the next, while the rest lies in its TLS library's buffer until something else arrives: calls that were sent
 * together then stall until the next keepalive ping.
 */
export class PacketWriter {
  readonly #stream: Writable;
  readonly #waiting: { packet: Buffer; sent: ((error?: Error | null) => void) | undefined }[] = [];
  #writing = false;

  /** Packets that the peer has not taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** `sent` is called once the system has taken the packet, and not when the stream ends before. */
  write(packet: Buffer, sent?: (error?: Error | null) => void): void {
    this.#waiting.push({ packet, sent });
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
    this.#stream.write(next.packet, (error) => {
      // An error closes the stream, which its owner hears of; there is nothing more to write then.
      if (error) this.stop();
      else {
        this.#next();
        next.sent?.();
      }
    });
  }
}
