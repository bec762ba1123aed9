import { Duplex } from 'node:stream';
import { PacketStatus } from './packet.ts';

/** What a stream needs of its connection. */
export interface StreamLink {
  /** Sends a packet of the stream; `sent` once the system has taken it. */
  send(status: number, data: Uint8Array | undefined, sent?: (error?: Error | null) => void): void;
  /** Stops and starts the reading of the whole connection: the protocol has no other way to slow a server down. */
  pause(): void;
  resume(): void;
  /** Nothing more will come for this stream. */
  release(): void;
}

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
  /** The server has said that it is over, or the connection is. */
  #over = false;
  #finished: ((error?: Error | null) => void) | undefined;

  constructor(link: StreamLink) {
    super({ readableHighWaterMark: 4 * maxStreamBytes, writableHighWaterMark: 2 * maxStreamBytes });
    this.#link = link;
  }

  /** Called by the connection for each packet of the stream. `data` is the stream's to keep. */
  receive(status: number, data: Buffer): void {
    if (this.#over) return;
    if (status === PacketStatus.Continue) this.#receiveData(data);
    else this.#confirmed();
  }

  /** Called by the connection when the server, or the connection itself, has ended the stream with an error. */
  fail(error: Error): void {
    this.#end();
    this.#finished?.(error);
    // Who has read it to the end, and writes nothing, has gone and hears no error: it would end the process.
    this.destroy(this.readableEnded && !this.#finished ? undefined : error);
  }

  override _read(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#link.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const piece = chunk.subarray(0, maxStreamBytes);
    const rest = chunk.subarray(maxStreamBytes);
    this.#link.send(PacketStatus.Continue, piece, (error) => {
      if (error || rest.length === 0) callback(error);
      else this._write(rest, _encoding, callback);
    });
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
      // All was sent; the server waits for a word that all was taken.
      this.push(null);
      this.#finish();
    } else if (!this.push(data) && !this.#paused) {
      this.#paused = true;
      this.#link.pause();
    }
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
