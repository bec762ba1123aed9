import type { Duplex } from 'node:stream';
import {
  ConnectionClosed,
  HypervisorGone,
  LibvirtError,
  NodeLibvirtError,
  ProtocolError,
  TooManyTimedOutCalls,
} from '../errors.ts';
import type { Codec } from '../protocol/codec.ts';
import {
  connectionClosedMessage,
  type EventName,
  eventMessages,
  eventNameOf,
  type RawEvent,
} from '../protocol/events.ts';
import { type Args, type ProcedureName, procedureOf, type Ret } from '../protocol/procedures.ts';
import { Program, programVersion } from '../protocol/programs.ts';
import { errorReply } from '../protocol/structs.ts';
import { ByteStream } from './byte-stream.ts';
import { CallWindow } from './call-window.ts';
import { Keepalive } from './keepalive.ts';
import { type ConnectionOptions, type ConnectionSettings, withDefaults } from './options.ts';
import {
  decodePacket,
  encodePacket,
  encodeStreamPacket,
  headerBytes,
  keptPacket,
  type Packet,
  PacketStatus,
  PacketType,
} from './packet.ts';
import { PacketSplitter } from './packet-splitter.ts';
import { PacketWriter } from './packet-writer.ts';
import { type CallOptions, PendingCall } from './pending-call.ts';

const serialOffset = 20;

/** Some hundred packets of a stream as libvirtd sends them. Reading on is the only way to the reply. */
const maxEarlyBytes = 64 * 2 ** 20;

/** A healthy peer leaves at most a few. */
const maxUnreadPongs = 64;

/**
 * Calls and events over one byte stream. Knows nothing of what calls mean.
 * Anything the protocol does not allow ends the connection: after it, nothing received can be trusted.
 */
export class Connection {
  /** Why the connection ended; undefined when this side closed it. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  readonly #stream: Duplex;
  readonly #writer: PacketWriter;
  readonly #settings: ConnectionSettings;
  readonly #splitter = new PacketSplitter();
  readonly #window: CallWindow<PendingCall>;
  readonly #keepalive: Keepalive;
  readonly #unanswered = new Map<number, PendingCall>();
  readonly #calls = new Set<PendingCall>();
  /** Streams by the serial of the call that opened them. */
  readonly #streams = new Map<number, ByteStream>();
  #pauses = 0;
  readonly #listeners = new Set<(event: RawEvent) => void>();
  readonly #resolveClosed: (reason: Error | undefined) => void;
  #lastSerial = 0;
  #timedOut = 0;
  #ended: { reason: Error | undefined } | undefined;

  constructor(stream: Duplex, options: ConnectionOptions = {}) {
    this.#stream = stream;
    this.#writer = new PacketWriter(stream);
    this.#settings = withDefaults(options);
    const { windowSize, slotsForHighPriority, clock, keepalive } = this.#settings;
    this.#window = new CallWindow({ size: windowSize, reservedForHigh: slotsForHighPriority });
    this.#keepalive = new Keepalive(clock, keepalive, {
      send: (packet) => this.#send(packet),
      fail: (reason) => this.#end(reason),
    });
    ({ promise: this.closed, resolve: this.#resolveClosed } = Promise.withResolvers<Error | undefined>());
    this.#listen();
  }

  /** Calls without a reply and calls that wait for a slot. */
  get load(): { unanswered: number; waiting: number; timedOut: number } {
    return { unanswered: this.#unanswered.size, waiting: this.#window.waiting, timedOut: this.#timedOut };
  }

  /**
   * Makes one call.
   * @throws LibvirtError when the server says so, EncodeError, CallTimeout, ConnectionClosed, the signal's reason.
   *   After a timeout or an abort the server may still carry the call out, and its slot stays taken till it answers.
   */
  async call<N extends ProcedureName>(name: N, args: Args<N>, options: CallOptions = {}): Promise<Ret<N>> {
    return this.#call(name, args, options).result as Promise<Ret<N>>;
  }

  /**
   * Makes a call whose reply opens a stream of bytes, such as a console or a volume's content.
   * @throws what `call` throws; later failures end the stream.
   */
  async openStream<N extends ProcedureName>(
    name: N,
    args: Args<N>,
    options: CallOptions = {},
  ): Promise<ByteStream> {
    let opened: ByteStream | undefined;
    const call = this.#call(name, args, options);
    // At the reply itself: the stream's first bytes may stand right behind it.
    call.onSuccess = () => {
      opened = this.#newStream(call);
    };
    try {
      await call.result;
    } catch (error) {
      // Opened after all once its caller has given up, nobody would read it.
      call.onSuccess = () => this.#newStream(call).destroy();
      throw error;
    }
    if (!opened) throw new ProtocolError(`${name}: no stream was opened`);
    return opened;
  }

  #call<N extends ProcedureName>(name: N, args: Args<N>, options: CallOptions): PendingCall {
    options.signal?.throwIfAborted();
    const procedure = procedureOf(name);
    const { program, number } = procedure;
    const header = { program, procedure: number, type: PacketType.Call, serial: 0, status: PacketStatus.Ok };
    const packet = encodePacket(header, { codec: procedure.args, value: args });
    if (this.#ended) throw this.#closedError(name, false);
    const timeoutMs = options.timeoutMs ?? this.#settings.callTimeoutMs;
    const call = new PendingCall(
      name,
      procedure,
      packet,
      { ...options, timeoutMs },
      {
        clock: this.#settings.clock,
        onGivenUp: (givenUp) => this.#onGivenUp(givenUp),
      },
    );
    this.#calls.add(call);
    this.#window.add(call);
    this.#sendWaiting();
    return call;
  }

  /** Every event in the order received; called within the packet loop, so it must return soon. */
  onEvent(listener: (event: RawEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to send pings. Only to a server that has been told of keepalive: others may not answer. */
  startKeepalive(): void {
    if (!this.#ended) this.#keepalive.start();
  }

  /** Ends the connection at once; unanswered calls fail with ConnectionClosed. */
  close(): void {
    this.#end(undefined);
  }

  #listen(): void {
    const stream = this.#stream;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) =>
      this.#end(new ConnectionClosed(`connection lost: ${error.message}`, { cause: error })),
    );
    stream.on('end', () => this.#end(this.#endOfStream()));
    stream.on('close', () => this.#end(this.#endOfStream()));
    stream.resume(); // reading the TLS greeting left it paused
  }

  #endOfStream(): Error {
    const rest = this.#splitter.pendingBytes;
    const where = rest === 0 ? '' : ` in the middle of a packet, after ${rest} bytes of it`;
    return new ConnectionClosed(`the server closed the connection${where}`);
  }

  #receive(chunk: Buffer): void {
    this.#keepalive.heard();
    try {
      for (const bytes of this.#splitter.push(chunk)) {
        if (this.#ended) return;
        this.#dispatch(decodePacket(bytes));
      }
    } catch (error) {
      if (!(error instanceof NodeLibvirtError)) throw error;
      this.#end(error);
    }
  }

  #dispatch(packet: Packet): void {
    if (packet.version !== programVersion)
      throw new ProtocolError(`version ${packet.version} of program ${packet.program}`);
    if (packet.type === PacketType.Reply) this.#onReply(packet);
    else if (packet.type === PacketType.Message) this.#onMessage(packet);
    else if (packet.type === PacketType.Stream) this.#onStreamPacket(packet);
    else throw new ProtocolError(`packet of unexpected type ${packet.type}`);
  }

  #onMessage(packet: Packet): void {
    if (packet.program === Program.Keepalive) this.#keepalive.receive(packet);
    if (packet.program !== Program.Remote) return;
    const name = eventNameOf(packet.procedure);
    if (name) this.#onEventPacket(name, packet);
    else if (packet.procedure === connectionClosedMessage.number) this.#onClosedMessage(packet);
  }

  /** Our peer lives on, but every call would fail from now on and no event would come. */
  #onClosedMessage(packet: Packet): void {
    const { reason } = decodeAll(connectionClosedMessage.payload, packet, 'connectionClosed');
    this.#end(
      new HypervisorGone(`the daemon behind the one that was connected to is gone (reason ${reason})`),
    );
  }

  #newStream({ procedure, serial }: PendingCall): ByteStream {
    const header = { program: procedure.program, procedure: procedure.number, serial };
    const stream = new ByteStream({
      send: (status, data, sent) => this.#send(encodeStreamPacket({ ...header, status }, data), sent),
      pause: () => this.#setPaused(1),
      resume: () => this.#setPaused(-1),
      release: () => this.#streams.delete(serial),
    });
    this.#streams.set(serial, stream);
    return stream;
  }

  /** Several streams may want the connection to wait. */
  #setPaused(change: 1 | -1): void {
    this.#pauses += change;
    this.#keepalive.setDeaf(this.#pauses > 0);
    if (this.#pauses > 0) this.#stream.pause();
    else this.#stream.resume();
  }

  #onStreamPacket(packet: Packet): void {
    const stream = this.#streams.get(packet.serial);
    if (!stream) this.#keepForReply(packet);
    else if (packet.status === PacketStatus.Error) stream.fail(errorIn(packet, `stream ${packet.serial}`));
    else stream.receive(packet.status, packet.payload.rest());
  }

  /** libvirtd replies in one thread and sends the stream in another: the first bytes may overtake the reply. */
  #keepForReply(packet: Packet): void {
    const call = this.#unanswered.get(packet.serial);
    if (!call?.onSuccess)
      throw new ProtocolError(`stream data for serial ${packet.serial}, which is no open stream`);
    call.earlyBytes += headerBytes + packet.payload.remaining;
    if (call.earlyBytes > maxEarlyBytes)
      throw new ProtocolError(`${call.name}: ${call.earlyBytes} bytes of its stream, and no reply`);
    call.early.push(keptPacket(packet));
  }

  #onReply(packet: Packet): void {
    // A stream that fails on the server may be told of by another reply to the call that opened it.
    const stream = this.#streams.get(packet.serial);
    if (stream && packet.status === PacketStatus.Error) {
      stream.fail(errorIn(packet, `stream ${packet.serial}`));
      return;
    }
    const call = this.#unanswered.get(packet.serial);
    if (!call) throw new ProtocolError(`reply to serial ${packet.serial}, which is no open call`);
    if (packet.procedure !== call.procedure.number || packet.program !== call.procedure.program) {
      throw new ProtocolError(`reply of procedure ${packet.procedure} to a call of ${call.name}`);
    }
    const outcome = readReply(call, packet);
    this.#unanswered.delete(packet.serial);
    this.#calls.delete(call);
    this.#window.release(call);
    if (call.timedOut) this.#timedOut--;
    if (packet.status === PacketStatus.Ok) {
      call.onSuccess?.();
      for (const early of call.early) this.#onStreamPacket(early);
    }
    outcome();
    this.#sendWaiting();
  }

  #onEventPacket(name: EventName, packet: Packet): void {
    const codec = eventMessages[name].payload as Codec<unknown>;
    const event = { name, payload: decodeAll(codec, packet, name) } as RawEvent;
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#settings.onListenerError(error);
      }
    }
  }

  #sendWaiting(): void {
    for (let call = this.#ended ? undefined : this.#window.next(); call; call = this.#window.next()) {
      call.serial = this.#nextSerial();
      call.packet.writeUInt32BE(call.serial, serialOffset);
      this.#unanswered.set(call.serial, call);
      this.#send(call.packet);
    }
  }

  /** 0 is the serial of messages; one still in use after four billion calls is skipped. */
  #nextSerial(): number {
    do this.#lastSerial = (this.#lastSerial + 1) >>> 0;
    while (
      this.#lastSerial === 0 ||
      this.#unanswered.has(this.#lastSerial) ||
      this.#streams.has(this.#lastSerial)
    );
    return this.#lastSerial;
  }

  #onGivenUp(call: PendingCall): void {
    if (!call.sent) {
      call.end();
      this.#calls.delete(call);
      this.#window.withdraw(call);
    } else if (call.timedOut) {
      this.#timedOut++;
      const limit = this.#settings.maxTimedOutCalls ?? this.#window.normalSlots;
      if (this.#timedOut >= limit) {
        this.#end(
          new TooManyTimedOutCalls(`${this.#timedOut} timed-out calls hold their slots; last: ${call.name}`),
        );
      }
    }
  }

  #send(packet: Buffer, sent?: (error?: Error | null) => void): void {
    if (this.#ended) return;
    // The window bounds calls; only answers to pings of a peer that does not read them can pile up.
    if (this.#writer.waiting >= this.#settings.windowSize + maxUnreadPongs)
      this.#end(new ProtocolError('the peer sends pings and does not read the answers'));
    else this.#writer.write(packet, sent);
  }

  #end(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = { reason };
    this.#keepalive.stop();
    this.#listeners.clear();
    for (const call of this.#calls) call.fail(this.#closedError(call.name, call.sent));
    for (const stream of [...this.#streams.values()]) stream.fail(this.#closedError('stream', true));
    this.#calls.clear();
    this.#unanswered.clear();
    this.#writer.stop();
    this.#stream.destroy();
    this.#resolveClosed(reason);
  }

  #closedError(name: string, outcomeUnknown: boolean): ConnectionClosed {
    const reason = this.#ended?.reason;
    const message = `${name}: ${reason?.message ?? 'the connection was closed by this side'}`;
    return new ConnectionClosed(message, { outcomeUnknown, ...(reason ? { cause: reason } : {}) });
  }
}

/** Decodes first and settles later, so that a broken reply ends the connection with the call still open. */
function readReply(call: PendingCall, packet: Packet): () => void {
  if (packet.status === PacketStatus.Ok) {
    const value = decodeAll(call.procedure.ret, packet, call.name);
    return () => call.succeed(value);
  }
  if (packet.status !== PacketStatus.Error) throw new ProtocolError(`reply with status ${packet.status}`);
  const error = errorIn(packet, call.name);
  return () => call.fail(error);
}

function errorIn(packet: Packet, procedure: string): LibvirtError {
  const { code, domain, level, message } = decodeAll(errorReply, packet, procedure);
  return new LibvirtError({ code, domain, level, message: message ?? 'no message', procedure });
}

function decodeAll<T>(codec: Codec<T>, packet: Packet, name: string): T {
  const value = codec.decode(packet.payload);
  if (packet.payload.remaining > 0) {
    throw new ProtocolError(`${name}: ${packet.payload.remaining} bytes more than its type has`);
  }
  return value;
}
