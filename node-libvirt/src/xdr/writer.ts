import { EncodeError } from '../errors.ts';

/** Writes XDR (RFC 4506): big endian, everything padded with zeros to four bytes. Grows as needed. */
export class XdrWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  int32(value: number): void {
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) {
      throw new EncodeError(`${value} is no signed 32-bit integer`);
    }
    this.#length = this.#room(4).writeInt32BE(value, this.#length);
  }

  uint32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new EncodeError(`${value} is no unsigned 32-bit integer`);
    }
    this.#length = this.#room(4).writeUInt32BE(value, this.#length);
  }

  int64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new EncodeError(`${value} is no signed 64-bit integer`);
    this.#length = this.#room(8).writeBigInt64BE(value, this.#length);
  }

  uint64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw new EncodeError(`${value} is no unsigned 64-bit integer`);
    this.#length = this.#room(8).writeBigUInt64BE(value, this.#length);
  }

  double(value: number): void {
    this.#length = this.#room(8).writeDoubleBE(value, this.#length);
  }

  /** The bytes and their padding, without a length. */
  bytes(value: Uint8Array): void {
    const padding = -value.length & 3;
    const buffer = this.#room(value.length + padding);
    buffer.set(value, this.#length);
    buffer.fill(0, this.#length + value.length, this.#length + value.length + padding);
    this.#length += value.length + padding;
  }

  /** The written bytes; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(count: number): Buffer {
    const needed = this.#length + count;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}
