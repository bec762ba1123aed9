import { Duplex } from 'node:stream';
import { PacketSplitter } from '../src/connection/packet-splitter.ts';

/** A client's socket whose far end is this process: what the client sends is told, what it gets is fed. */
export class Wire extends Duplex {
  readonly #splitter = new PacketSplitter();
  readonly #onPacket: (packet: Buffer) => void;

  constructor(onPacket: (packet: Buffer) => void) {
    super();
    this.#onPacket = onPacket;
  }

  feed(bytes: Buffer): void {
    if (!this.destroyed) this.push(bytes);
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const packet of this.#splitter.push(bytes)) this.#onPacket(packet);
    done();
  }
}
