import { ProtocolError } from '../errors.ts';
import { headerBytes, maxPacketBytes } from './packet.ts';

const nothing = Buffer.alloc(0);
const leastBytes = 1024;
/** A stream's packets come one after the other, and each would grow its memory anew: room for four of libvirtd's. */
const streamingBytes = 1024 * 1024;

/**
 * Cuts a byte stream into packets. Memory follows what was received, never what a length word announces,
 * so a hostile length costs its sender as many bytes as us.
 */
export class PacketSplitter {
  /** Many large packets are to come. */
  isStreaming = false;
  #kept: Buffer = nothing;
  #length = 0;

  /** Bytes of a packet that has not wholly arrived. */
  get pendingBytes(): number {
    return this.#length;
  }

  /**
   * The packets that `chunk` completes, in order. A packet is valid until the next one is taken.
   * @throws ProtocolError on a length outside the protocol's bounds; the stream cannot be read on after it
   */
  *push(chunk: Buffer): Generator<Buffer, void, void> {
    const data = this.#length === 0 ? chunk : this.#append(chunk);
    let start = 0;
    for (let end = packetEnd(data, start); end !== undefined; end = packetEnd(data, start)) {
      yield data.subarray(start, end);
      start = end;
    }
    this.#keep(data.subarray(start));
  }

  /** Lets go of what has arrived of a packet; nothing may be pushed any more. */
  stop(): void {
    this.#kept = nothing;
    this.#length = 0;
  }

  #append(chunk: Buffer): Buffer {
    this.#reserve(this.#length + chunk.length);
    this.#kept.set(chunk, this.#length);
    return this.#kept.subarray(0, this.#length + chunk.length);
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) {
      // A large reply must not stay in memory for the life of an idle connection.
      if (!this.isStreaming || this.#kept.length > streamingBytes) this.#kept = nothing;
    } else {
      if (rest.buffer !== this.#kept.buffer) this.#reserve(rest.length);
      this.#kept.set(rest, 0);
    }
    this.#length = rest.length;
  }

  #reserve(needed: number): void {
    if (needed <= this.#kept.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#kept.length * 2, leastBytes));
    larger.set(this.#kept.subarray(0, this.#length));
    this.#kept = larger;
  }
}

function packetEnd(data: Buffer, start: number): number | undefined {
  if (data.length - start < 4) return undefined;
  const length = data.readUInt32BE(start);
  if (length < headerBytes || length > maxPacketBytes) {
    throw new ProtocolError(`packet length ${length} is outside ${headerBytes}..${maxPacketBytes}`);
  }
  return data.length - start < length ? undefined : start + length;
}
