import type { Duplex } from 'node:stream';
import {
  ConnectionClosed,
  HypervisorGone,
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
import type { ByteStream, StreamOptions } from './byte-stream.ts';
import { CallWindow } from './call-window.ts';
import { Keepalive } from './keepalive.ts';
import { type ConnectionOptions, type ConnectionSettings, withDefaults } from './options.ts';
import { decodePacket, encodePacket, type Packet, PacketStatus, PacketType } from './packet.ts';
import { PacketSplitter } from './packet-splitter.ts';
import { PacketWriter } from './packet-writer.ts';
import { type CallOptions, PendingCall } from './pending-call.ts';
import { decodeAll, readReply } from './reply.ts';
import { Streams } from './streams.ts';

const serialOffset = 20;

const ignore = () => {};

const thrownWhileReading = 'a listener of a stream threw, so what came after cannot be read';

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
  /** As few as the window is wide, so that a list is found through faster than a map is kept, and takes less memory. */
  readonly #unanswered: PendingCall[] = [];
  readonly #streams: Streams;
  #listeners: readonly ((event: RawEvent) => void)[] = [];
  readonly #resolveClosed: (reason: Error | undefined) => void;
  #lastSerial = 0;
  #timedOut = 0;
  /** Of those who wait until fewer calls and streams are left. */
  #settled: PromiseWithResolvers<void> | undefined;
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
    this.#streams = new Streams({
      send: (packet, sent, body) => this.#send(packet, sent, body),
      setReading: (reading) => this.#setReading(reading),
      onCount: (open) => {
        this.#splitter.isStreaming = open > 0;
        this.#onSettled();
      },
    });
    ({ promise: this.closed, resolve: this.#resolveClosed } = Promise.withResolvers<Error | undefined>());
    this.#listen();
  }

  /** Nothing can be sent any more: `closed` has been settled. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Calls without a reply and calls that wait for a slot. */
  get load(): { unanswered: number; waiting: number; timedOut: number } {
    return { unanswered: this.#unanswered.length, waiting: this.#window.waiting, timedOut: this.#timedOut };
  }

  /** Streams that this or the other side has not ended yet. */
  get openStreams(): number {
    return this.#streams.size;
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
    options: CallOptions & StreamOptions = {},
  ): Promise<ByteStream> {
    let opened: ByteStream | undefined;
    // At the reply itself: the stream's first bytes may stand right behind it.
    const call = this.#call(name, args, options, (answered) => {
      opened = this.#streams.open(answered, options);
      // Its end may stand there too, before its caller can listen: no error that nobody handles.
      opened.on('error', ignore);
    });
    try {
      await call.result;
    } catch (error) {
      // Opened after all once its caller has given up, nobody would read it.
      call.onSuccess = () => this.#streams.open(call, options).destroy();
      throw error;
    }
    if (!opened) throw new ProtocolError(`${name}: no stream was opened`);
    if (opened.errored) throw opened.errored;
    return opened.off('error', ignore);
  }

  #call<N extends ProcedureName>(
    name: N,
    args: Args<N>,
    options: CallOptions,
    onSuccess?: (call: PendingCall) => void,
  ): PendingCall {
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
    // Before it is sent, as a peer in this process may answer within the write.
    if (onSuccess) call.onSuccess = () => onSuccess(call);
    this.#window.add(call);
    this.#sendWaiting();
    return call;
  }

  /** Every event in the order received; called within the packet loop, so it must return soon. */
  onEvent(listener: (event: RawEvent) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** Begins to send pings. Only to a server that has been told of keepalive: others may not answer. */
  startKeepalive(): void {
    if (!this.#ended) this.#keepalive.start();
  }

  /** Resolves once no call is unanswered or waits and no stream is open, or the connection has ended. */
  async idle(): Promise<void> {
    while (!this.#ended && this.#isBusy()) {
      this.#settled ??= Promise.withResolvers<void>();
      await this.#settled.promise;
    }
  }

  #isBusy(): boolean {
    return this.#unanswered.length + this.#window.waiting + this.#streams.size > 0;
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
    // It tells of its end only once, which may have been before anybody here listened.
    if (stream.destroyed || stream.readableEnded) this.#end(this.#endOfStream());
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
      this.#end(
        error instanceof NodeLibvirtError
          ? error
          : new ConnectionClosed(thrownWhileReading, { cause: error }),
      );
      // What else was thrown is a reader's own, for the process to hear of; the packets behind it are lost with it.
      if (!(error instanceof NodeLibvirtError)) throw error;
    }
  }

  #dispatch(packet: Packet): void {
    if (packet.version !== programVersion)
      throw new ProtocolError(`version ${packet.version} of program ${packet.program}`);
    if (packet.type === PacketType.Reply) this.#onReply(packet);
    else if (packet.type === PacketType.Message) this.#onMessage(packet);
    else if (packet.type === PacketType.Stream || packet.type === PacketType.StreamHole)
      this.#onStreamPacket(packet);
    else throw new ProtocolError(`packet of unexpected type ${packet.type}`);
  }

  #onMessage(packet: Packet): void {
    if (packet.program === Program.Keepalive) this.#keepalive.receive(packet);
    const { number, program } = connectionClosedMessage;
    const name = eventNameOf(packet.program, packet.procedure);
    if (name) this.#onEventPacket(name, packet);
    else if (packet.procedure === number && packet.program === program) this.#onClosedMessage(packet);
  }

  /** Our peer lives on, but every call would fail from now on and no event would come. */
  #onClosedMessage(packet: Packet): void {
    const { reason } = decodeAll(connectionClosedMessage.payload, packet, 'connectionClosed');
    this.#end(
      new HypervisorGone(`the daemon behind the one that was connected to is gone (reason ${reason})`),
    );
  }

  #setReading(reading: boolean): void {
    this.#keepalive.setDeaf(!reading);
    if (reading) this.#stream.resume();
    else this.#stream.pause();
  }

  /** libvirtd replies in one thread and sends the stream in another: the first bytes may overtake the reply. */
  #onStreamPacket(packet: Packet): void {
    if (this.#callOf(packet.serial)?.onSuccess) this.#streams.keepUntilOpen(packet);
    else this.#streams.receive(packet);
  }

  #onReply(packet: Packet): void {
    if (this.#streams.failedBy(packet)) return;
    const call = this.#callOf(packet.serial);
    if (!call) throw new ProtocolError(`reply to serial ${packet.serial}, which is no open call`);
    if (packet.procedure !== call.procedure.number || packet.program !== call.procedure.program) {
      throw new ProtocolError(`reply of procedure ${packet.procedure} to a call of ${call.name}`);
    }
    const outcome = readReply(call, packet);
    this.#unanswered.splice(this.#unanswered.indexOf(call), 1);
    this.#window.release(call);
    if (call.timedOut) this.#timedOut--;
    if (packet.status === PacketStatus.Ok) call.onSuccess?.();
    else this.#streams.forgetEarly(call.serial);
    outcome();
    this.#sendWaiting();
    this.#onSettled();
  }

  #onEventPacket(name: EventName, packet: Packet): void {
    const codec = eventMessages[name].payload as Codec<unknown>;
    const event = { name, payload: decodeAll(codec, packet, name) } as RawEvent;
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#settings.onListenerError(error);
      }
    }
  }

  #sendWaiting(): void {
    for (let call = this.#ended ? undefined : this.#window.next(); call; call = this.#window.next()) {
      if (!this.#isPermitted(call)) continue;
      call.serial = this.#nextSerial();
      call.packet.writeUInt32BE(call.serial, serialOffset);
      this.#unanswered.push(call);
      this.#send(call.packet);
    }
  }

  #isPermitted(call: PendingCall): boolean {
    try {
      call.permit();
      return true;
    } catch (error) {
      this.#window.release(call);
      call.fail(error);
      this.#onSettled();
      return false;
    }
  }

  #callOf(serial: number): PendingCall | undefined {
    return this.#unanswered.find((call) => call.serial === serial);
  }

  /** 0 is the serial of messages; one still in use after four billion calls is skipped. */
  #nextSerial(): number {
    do this.#lastSerial = (this.#lastSerial + 1) >>> 0;
    while (
      this.#lastSerial === 0 ||
      this.#callOf(this.#lastSerial) !== undefined ||
      this.#streams.has(this.#lastSerial)
    );
    return this.#lastSerial;
  }

  #onGivenUp(call: PendingCall): void {
    if (!call.sent) {
      call.end();
      this.#window.withdraw(call);
      this.#onSettled();
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

  #onSettled(): void {
    this.#settled?.resolve();
    this.#settled = undefined;
  }

  #send(packet: Buffer, sent?: (error?: Error | null) => void, body?: Uint8Array): void {
    if (this.#ended) return;
    // The window bounds calls, and a stream has a piece and its end; only answers to pings can pile up.
    if (this.#writer.waiting >= this.#settings.windowSize + 2 * this.#streams.size + maxUnreadPongs)
      this.#end(new ProtocolError('the peer sends pings and does not read the answers'));
    else this.#writer.write(packet, sent, body);
  }

  #end(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = { reason };
    this.#keepalive.stop();
    this.#listeners = [];
    for (const call of [...this.#unanswered, ...this.#window.drain()])
      call.fail(this.#closedError(call.name, call.sent));
    this.#streams.failAll(() => this.#closedError('stream', true));
    this.#unanswered.length = 0;
    this.#writer.stop();
    this.#splitter.stop();
    this.#stream.destroy();
    this.#resolveClosed(reason);
    this.#onSettled();
  }

  #closedError(name: string, outcomeUnknown: boolean): ConnectionClosed {
    const reason = this.#ended?.reason;
    const message = `${name}: ${reason?.message ?? 'the connection was closed by this side'}`;
    return new ConnectionClosed(message, { outcomeUnknown, ...(reason ? { cause: reason } : {}) });
  }
}
