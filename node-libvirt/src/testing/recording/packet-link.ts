import { type Duplex, duplexPair } from 'node:stream';
import { type Clock, systemClock, type Timer } from '../../clock.ts';
import { PacketSplitter } from '../../connection/packet-splitter.ts';
import { ProtocolError } from '../../errors.ts';
import { randomFrom } from '../random.ts';
import type { FaultTools, PacketFault, PacketSink } from './packet-fault.ts';
import type { Sender } from './transcript.ts';

export interface LinkOptions {
  /** Laid over what the server sends; the first stands nearest to it. */
  toClient?: readonly PacketFault[] | undefined;
  /** Laid over what the client sends; the first stands nearest to it. */
  toServer?: readonly PacketFault[] | undefined;
  /** Told of each packet as it was sent, before any fault; the bytes are valid until it returns. */
  onPacket?: ((from: Sender, bytes: Buffer) => void) | undefined;
  /** For faults that wait. */
  clock?: Clock | undefined;
  /** For faults that choose by chance. Default: the same numbers in every link. */
  random?: (() => number) | undefined;
}

/**
 * Joins a client's stream to a server's, packet by packet, through the faults of each direction. When one side ends, so
 * does the other; bytes that are no packets end both.
 */
export function linkPackets(client: Duplex, server: Duplex, options: LinkOptions = {}): void {
  const { clock = systemClock, random = randomFrom(1), onPacket = () => {} } = options;
  const timers = new Set<Timer>();
  const after = (ms: number, callback: () => void) => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      callback();
    }, ms);
    timers.add(timer);
  };
  carry(server, client, { random, after }, options.toClient, (bytes) => onPacket('server', bytes));
  carry(client, server, { random, after }, options.toServer, (bytes) => onPacket('client', bytes));
  const stop = () => {
    // Nobody waits for what is late any more.
    for (const timer of timers) clock.clearTimeout(timer);
    server.end();
    client.destroy();
  };
  client.once('end', stop);
  client.once('close', stop);
}

/** The client's end of a link to `server` that exists in memory only. */
export function disturbed(server: Duplex, options: LinkOptions): Duplex {
  const [client, end] = duplexPair();
  linkPackets(end, server, options);
  return client;
}

/** One direction. */
function carry(
  source: Duplex,
  target: Duplex,
  tools: Omit<FaultTools, 'stopReading'>,
  faults: readonly PacketFault[] = [],
  onPacket: (bytes: Buffer) => void,
): void {
  let halted = false;
  const stopReading = () => {
    halted = true;
    source.pause();
  };
  const end: PacketSink = {
    write: (bytes) => writeTo(target, source, bytes, () => halted),
    close: () => join(),
  };
  const join = () => {
    halted = true;
    target.end();
    source.destroy();
  };
  const sink = faults.reduceRight((next, fault) => fault(next, { ...tools, stopReading }), end);
  const splitter = new PacketSplitter();
  source.on('data', (chunk: Buffer) => {
    try {
      for (const packet of splitter.push(chunk)) {
        if (halted) return;
        onPacket(packet);
        sink.write(Buffer.from(packet)); // faults keep it for later
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      end.close();
    }
  });
  source.on('error', () => {}); // an end that vanishes is an end
  source.once('end', () => sink.close());
  source.once('close', () => sink.close());
}

function writeTo(target: Duplex, source: Duplex, bytes: Buffer, halted: () => boolean): void {
  if (target.destroyed || target.writableEnded || target.write(bytes) || source.isPaused()) return;
  source.pause();
  target.once('drain', () => {
    if (!halted()) source.resume();
  });
}
