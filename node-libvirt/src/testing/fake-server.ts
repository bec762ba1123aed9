import { type Duplex, duplexPair } from 'node:stream';
import { ErrorCode, ErrorDomain } from '../error-codes.ts';
import type { Args, ProcedureName, Ret } from '../protocol/procedures.ts';
import { FakePeer, Fault, type ReceivedCall } from './fake-peer.ts';
import { UnixListener } from './unix-listener.ts';

/** A handler's way to leave a call without a reply. */
export const noAnswer = Symbol('no answer');

type Outcome<N extends ProcedureName> = Ret<N> | Fault | typeof noAnswer;

/** Decides about one call; a promise delays the reply, and `peer` sends events or bytes before it. */
export type Handler<N extends ProcedureName> = (
  args: Args<N>,
  peer: FakePeer,
  call: ReceivedCall & { name: N },
) => Outcome<N> | Promise<Outcome<N>>;

type AnyHandler = (args: unknown, peer: FakePeer, call: ReceivedCall) => unknown;

/** A libvirt daemon in this process, scripted call by call; what is not scripted is an unknown procedure. */
export class FakeServer {
  /** Every call of every client, in order of arrival. */
  readonly calls: ReceivedCall[] = [];
  readonly peers: FakePeer[] = [];
  readonly #handlers = new Map<ProcedureName, AnyHandler>();
  #listener: UnixListener | undefined;

  constructor() {
    let callbackId = 0;
    this.on('authList', () => ({ types: [0] }));
    this.on('connectSupportsFeature', () => ({ supported: 1 }));
    this.on('connectOpen', () => ({}));
    this.on('connectRegisterCloseCallback', () => ({}));
    this.on('connectClose', () => ({}));
    this.on('connectDomainEventCallbackRegisterAny', () => ({ callbackId: callbackId++ }));
  }

  /** Replaces what was scripted for `name`. */
  on<N extends ProcedureName>(name: N, handler: Handler<N>): this {
    this.#handlers.set(name, handler as AnyHandler);
    return this;
  }

  /** The first client that came. */
  get peer(): FakePeer {
    const [peer] = this.peers;
    if (!peer) throw new Error('no client has connected yet');
    return peer;
  }

  callsOf(name: ProcedureName): ReceivedCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** Serves one stream. */
  accept(stream: Duplex): FakePeer {
    const peer = new FakePeer(stream, (call, from) => void this.#handle(call, from));
    this.peers.push(peer);
    return peer;
  }

  /** A client's end of a connection that exists in memory only. */
  connect(): Duplex {
    const [client, server] = duplexPair();
    this.accept(server);
    return client;
  }

  /** Serves a unix socket too. */
  async listen(path: string): Promise<void> {
    this.#listener = new UnixListener((socket) => this.accept(socket));
    await this.#listener.listen(path);
  }

  /** Ends all connections and the socket. */
  async close(): Promise<void> {
    for (const peer of this.peers) peer.destroy();
    await this.#listener?.close();
  }

  async #handle(call: ReceivedCall, peer: FakePeer): Promise<void> {
    this.calls.push(call);
    const handler = this.#handlers.get(call.name) ?? unknownProcedure;
    const outcome = await handler(call.args, peer, call);
    if (outcome === noAnswer) return;
    if (outcome instanceof Fault) peer.fail(call, outcome);
    else peer.reply(call, outcome as Ret<ProcedureName>);
  }
}

function unknownProcedure(_args: unknown, _peer: FakePeer, call: ReceivedCall): Fault {
  return new Fault(ErrorCode.RPC, `unknown procedure: ${call.name}`, ErrorDomain.RPC);
}
