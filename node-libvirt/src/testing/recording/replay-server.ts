import { type Duplex, duplexPair } from 'node:stream';
import { type Listener, listenUnix } from '../listeners.ts';
import { Replay, type ReplayOptions } from './replay.ts';
import type { Transcript } from './transcript.ts';

/**
 * A libvirt daemon in this process that says what a real one said: every client is served the transcript from its
 * beginning. A call that was not recorded fails with the error RPC, which names the procedure.
 */
export class ReplayServer {
  /** One for each client that came. */
  readonly replays: Replay[] = [];
  readonly #transcript: Transcript;
  readonly #options: ReplayOptions;
  #listener: Listener | undefined;

  constructor(transcript: Transcript, options: ReplayOptions = {}) {
    this.#transcript = transcript;
    this.#options = options;
  }

  /** Serves one stream. */
  accept(stream: Duplex): Replay {
    const replay = new Replay(stream, this.#transcript, this.#options);
    this.replays.push(replay);
    return replay;
  }

  /** A client's end of a connection that exists in memory only. */
  connect(): Duplex {
    const [client, server] = duplexPair();
    this.accept(server);
    return client;
  }

  /** Serves a unix socket. */
  async listen(path: string): Promise<void> {
    this.#listener = await listenUnix(path, (stream) => this.accept(stream));
  }

  /** Ends the clients that came by the socket, and the socket. */
  async close(): Promise<void> {
    await this.#listener?.close();
  }
}
