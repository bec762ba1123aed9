import type { Duplex } from 'node:stream';
import { type Listener, listenUnix } from '../listeners.ts';
import { type LinkOptions, linkPackets } from './packet-link.ts';
import { type RecordedPacket, recordedPacket } from './transcript.ts';

/** Stands between clients and a libvirt daemon, and keeps every packet that passes, as its sender sent it. */
export class RecordingProxy {
  /** One for each client that came, growing while it is there. */
  readonly transcripts: RecordedPacket[][] = [];
  readonly #connect: () => Duplex;
  readonly #faults: Omit<LinkOptions, 'onPacket'>;
  #listener: Listener | undefined;

  /**
   * @param connect opens a stream to the daemon, such as `() => createConnection('/var/run/libvirt/libvirt-sock')`
   * @param faults laid over what passes, after it was recorded
   */
  constructor(connect: () => Duplex, faults: Omit<LinkOptions, 'onPacket'> = {}) {
    this.#connect = connect;
    this.#faults = faults;
  }

  /** Serves one client's stream. */
  accept(client: Duplex): RecordedPacket[] {
    const transcript: RecordedPacket[] = [];
    this.transcripts.push(transcript);
    const onPacket: LinkOptions['onPacket'] = (from, bytes) => transcript.push(recordedPacket(from, bytes));
    linkPackets(client, this.#connect(), { ...this.#faults, onPacket });
    return transcript;
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
