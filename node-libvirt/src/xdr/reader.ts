import { ProtocolError } from '../errors.ts';

/** Reads XDR (RFC 4506) from one packet; every read is checked against the end of the packet. */
export class XdrReader {
  readonly #buffer: Buffer;
  #offset: number;

  constructor(buffer: Buffer, offset = 0) {
    this.#buffer = buffer;
    this.#offset = offset;
  }

  get remaining(): number {
    return this.#buffer.length - this.#offset;
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64BE(this.#advance(8));
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64BE(this.#advance(8));
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#advance(8));
  }

  /**
   * The number of a union's case, from 1, which says what comes next.
   * @param cases how many there are; the size of any other is unknown, so nothing after it could be read either
   */
  discriminant(cases: number): number {
    const number = this.int32();
    if (number < 1 || number > cases) throw new ProtocolError(`union of unknown type ${number}`);
    return number;
  }

  /** A copy, so that a small value does not keep a large packet alive. */
  bytes(length: number): Buffer {
    return Buffer.from(this.#view(length));
  }

  /** A copy of all that is left: the bytes of a stream have neither length nor padding. */
  rest(): Buffer {
    const start = this.#advance(this.remaining);
    return Buffer.from(this.#buffer.subarray(start));
  }

  /** UTF-8, decoded lossily: libvirt declares no charset, so the result is for display, never an identity. */
  string(length: number): string {
    return this.#view(length).toString('utf8');
  }

  /**
   * An element count or a byte length, checked before anything of that size is allocated.
   * @param limit the protocol's own maximum
   * @param bytesEach the least number of bytes that one counted thing takes in the packet
   */
  count(limit: number, bytesEach: number): number {
    const count = this.uint32();
    if (count > limit) throw new ProtocolError(`count ${count} is above the protocol's limit of ${limit}`);
    if (count * bytesEach > this.remaining) {
      throw new ProtocolError(`count ${count} does not fit into the ${this.remaining} bytes that are left`);
    }
    return count;
  }

  #view(length: number): Buffer {
    const start = this.#advance(length + (-length & 3));
    return this.#buffer.subarray(start, start + length);
  }

  #advance(count: number): number {
    const start = this.#offset;
    if (count > this.remaining) {
      throw new ProtocolError(`packet ends ${count - this.remaining} bytes too early`);
    }
    this.#offset = start + count;
    return start;
  }
}
