import { Duplex } from 'node:stream';
import { EncodeError, ProtocolError } from '../errors.ts';
import { PacketStatus } from './packet.ts';

/** What a stream needs of its connection. */
export interface StreamLink {
  /** Sends a packet of the stream; `sent` once the system has taken it. */
  send(status: number, data: Uint8Array | undefined, sent?: (error?: Error | null) => void): void;
  sendHole(length: bigint, sent: (error?: Error | null) => void): void;
  /** Stops and starts the reading of the whole connection: the protocol has no other way to slow a server down. */
  pause(): void;
  resume(): void;
  /** Nothing more will come for this stream. */
  release(): void;
}

export interface StreamOptions {
  /** Runs of zeros are sent and received as `Hole`s; the stream's chunks are `Section`s, one for each packet. */
  sparse?: boolean | undefined;
}

/** So many zeros, which take no room on the wire, and none on a disk that has holes. */
export class Hole {
  readonly length: bigint;

  constructor(length: bigint) {
    this.length = length;
  }
}

/** A piece of a sparse stream. */
export type Section = Uint8Array | Hole;

/** As many bytes as libvirtd itself puts into one packet. */
export const maxStreamBytes = 262_120;

/**
 * The bytes of a call that goes on as a stream (libvirt: virStream): a console, a volume's content. `end` finishes it and
 * the `finish` event says that the server has all; `destroy` aborts it. A reader that does not read stops the connection,
 * calls and all, and after some 30 s the server gives it up: give a slow reader a connection of its own.
 */
export class ByteStream extends Duplex {
  readonly #link: StreamLink;
  #paused = false;
  #finishSent = false;
  /** All data is here. */
  #dataEnded = false;
  /** The server has said that it is over, or the connection is. */
  #over = false;
  #finished: ((error?: Error | null) => void) | undefined;

  constructor(link: StreamLink, { sparse = false }: StreamOptions = {}) {
    // Of a sparse stream sections are counted, each of which is one packet at most.
    const unit = sparse ? 1 : maxStreamBytes;
    super({ readableHighWaterMark: 4 * unit, writableHighWaterMark: 2 * unit, objectMode: sparse });
    this.#link = link;
  }

  /**
   * Called by the connection for each packet of the stream. `data` is the stream's to keep.
   * @throws ProtocolError on what would make a part of the data look like all of it
   */
  receive(status: number, data: Buffer): void {
    if (this.#over) return;
    if (status === PacketStatus.Continue) this.#receiveData(data);
    else if (status !== PacketStatus.Ok) throw new ProtocolError(`stream packet of unknown status ${status}`);
    else if (!this.#finishSent && !this.destroyed) throw new ProtocolError('stream confirmed before its end');
    else this.#confirmed();
  }

  /** Called by the connection for each hole. @throws ProtocolError when nobody asked for holes */
  receiveHole(length: bigint): void {
    if (this.#over) return;
    if (this.#dataEnded) throw new ProtocolError('a hole in a stream after its end');
    if (!this.readableObjectMode) throw new ProtocolError('a hole in a stream that is not sparse');
    this.#pushOn(new Hole(length));
  }

  /** Called by the connection when the server, or the connection itself, has ended the stream with an error. */
  fail(error: Error): void {
    this.#end();
    this.#finished?.(error);
    // Who has all the data, and has left without waiting for the last word of it, listens no more.
    if (this.#dataEnded && this.listenerCount('error') === 0) this.destroy();
    else this.destroy(error);
  }

  override _read(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#link.resume();
  }

  override _write(chunk: Section, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (chunk instanceof Hole) this.#writeHole(chunk, callback);
    else if (!(chunk instanceof Uint8Array)) callback(new EncodeError('a section is a Uint8Array or a Hole'));
    // To the server a packet without data would be the end.
    else if (chunk.length === 0) callback();
    else {
      const rest = chunk.subarray(maxStreamBytes);
      this.#link.send(PacketStatus.Continue, chunk.subarray(0, maxStreamBytes), (error) => {
        if (error || rest.length === 0) callback(error);
        else this._write(rest, encoding, callback);
      });
    }
  }

  #writeHole({ length }: Hole, callback: (error?: Error | null) => void): void {
    if (length < 0n) callback(new EncodeError(`a hole of ${length} bytes`));
    else if (length === 0n) callback();
    else this.#link.sendHole(length, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.#over) {
      callback();
      return;
    }
    this.#finished = callback;
    this.#finish();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#paused) this.#link.resume();
    this.#paused = false;
    // The number stays taken until the server has answered, as data may still be on its way.
    if (!this.#over && !this.#finishSent) this.#link.send(PacketStatus.Error, undefined);
    callback(error);
  }

  #receiveData(data: Buffer): void {
    if (this.destroyed) return;
    if (data.length === 0) {
      // All was sent, says the server, and waits for a word that all was taken; whether all could be read, it tells only
      // then. So the reader's end is the answer to that word.
      this.#dataEnded = true;
      this.#finish();
    } else if (this.#dataEnded) {
      throw new ProtocolError('stream data after its end');
    } else this.#pushOn(data);
  }

  #pushOn(section: Section): void {
    if (this.destroyed || this.push(section) || this.#paused) return;
    this.#paused = true;
    this.#link.pause();
  }

  #finish(): void {
    if (this.#finishSent) return;
    this.#finishSent = true;
    this.#link.send(PacketStatus.Ok, undefined);
  }

  #confirmed(): void {
    this.#end();
    if (this.destroyed) return;
    this.#finished?.();
    this.push(null);
    this.end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#link.release();
  }
}
