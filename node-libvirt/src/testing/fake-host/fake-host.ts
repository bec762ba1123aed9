import { randomBytes } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import { type Clock, systemClock } from '../../clock.ts';
import type { KeepaliveLimits } from '../../connection/keepalive.ts';
import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import type { EventName } from '../../protocol/events.ts';
import type { FakePeer, ReceivedCall } from '../fake-peer.ts';
import { FakeServer, noAnswer } from '../fake-server.ts';
import { type Listener, listenTcp, listenTls, listenUnix, type ServerIdentity } from '../listeners.ts';
import { beforeOpen } from './connection-handlers.ts';
import type { Message } from './events.ts';
import { Faults } from './faults.ts';
import type { HostHandler } from './handlers.ts';
import { defaultDescription, type HostDescription } from './host-description.ts';
import { HostState } from './host-state.ts';
import { type RandomBytes, randomUuid } from './identity.ts';
import { Refusal } from './refusal.ts';
import { Session } from './session.ts';
import { changes, questions } from './table.ts';

export interface FakeHostOptions {
  /** What it says of itself; what is left out is made up. */
  description?: Partial<HostDescription> | undefined;
  /** Source of uuids. Default: the system's. */
  random?: RandomBytes | undefined;
  /** Time of pings, delays and running domains. Default: the system's. */
  clock?: Clock | undefined;
  /** When it pings clients that asked for it. Default: libvirtd's, 5 s of silence, five times. */
  keepalive?: KeepaliveLimits | undefined;
  /** Keeps every call in `server.calls`. Default false, as a fleet's would fill memory. */
  keepsRecord?: boolean | undefined;
}

/**
 * A libvirt daemon in this process, with domains, networks, pools and volumes that have a life by the rules of libvirt's
 * QEMU driver. Answers clients over any byte stream; what it does not know is NO_SUPPORT. Cheap enough for thousands.
 */
export class FakeHost {
  /** Calls that are scripted here are not answered from the state. */
  readonly server: FakeServer;
  readonly faults: Faults;
  readonly state: HostState;
  readonly #sessions = new Map<FakePeer, Session>();
  readonly #listeners: Listener[] = [];
  #isSilent = false;
  /** While true, connections end before a byte of theirs is answered. */
  refusesConnections = false;

  constructor(options: FakeHostOptions = {}) {
    const { random = randomBytes, clock = systemClock, keepsRecord = false } = options;
    const { keepalive = { intervalMs: 5_000, count: 5 } } = options;
    const description = { ...defaultDescription, uuid: randomUuid(random), ...options.description };
    this.state = new HostState({ description, clock, random, keepalive });
    this.faults = new Faults(clock);
    const otherwise = (peer: FakePeer, call: ReceivedCall) => this.#answer(peer, call);
    this.server = new FakeServer({ otherwise, keepsRecord });
  }

  /** Clients that are connected. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** Serves one stream, such as a socket that was accepted. */
  accept(stream: Duplex): void {
    if (this.refusesConnections) {
      stream.on('error', () => {}).destroy();
      return;
    }
    const peer = this.server.accept(stream);
    const session = new Session(peer);
    this.#sessions.set(peer, session);
    this.state.sessions.add(session);
    const forget = peer.onGone;
    peer.onGone = () => {
      forget();
      this.#end(session);
    };
    if (this.#isSilent) session.pause();
  }

  /** A client's end of a connection that exists in memory only. */
  connect(): Duplex {
    const [client, server] = duplexPair();
    this.accept(server);
    return client;
  }

  /** Serves a unix socket too. */
  async listenUnix(path: string): Promise<void> {
    this.#listeners.push(await listenUnix(path, (stream) => this.accept(stream)));
  }

  /** Serves TCP on the loopback interface too; gives the port. */
  listenTcp(port?: number): Promise<number> {
    return this.#listen(listenTcp((stream) => this.accept(stream), port));
  }

  /** Serves mutual TLS on the loopback interface too; gives the port. */
  listenTls(identity: ServerIdentity, port?: number): Promise<number> {
    return this.#listen(listenTls(identity, (stream) => this.accept(stream), port));
  }

  /** An event of any kind, to every client that registered for it of the domain with this uuid. */
  emit<N extends EventName>(name: N, uuid: string, message: Message<N>): void {
    this.state.events.emit(name, uuid, message);
  }

  /** Ends all connections without a word, as a network does. */
  dropConnections(): void {
    for (const { peer } of [...this.#sessions.values()]) peer.destroy();
  }

  /** The daemon stands still: its machine takes bytes, and nothing is read, answered or sent until this is undone. */
  goSilent(): () => void {
    this.#isSilent = true;
    for (const session of this.#sessions.values()) session.pause();
    return () => {
      this.#isSilent = false;
      for (const session of this.#sessions.values()) session.resume();
    };
  }

  /** The daemon is started anew: connections end, and all that runs goes on. */
  restart(): void {
    this.dropConnections();
  }

  /** The machine is off and on again: what ran is shut off, what was transient is gone, what starts by itself has. */
  losePower(): void {
    this.dropConnections();
    this.state.losePower();
  }

  /** Ends all connections and takes no more. */
  async close(): Promise<void> {
    this.dropConnections();
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  async #listen(starting: Promise<Listener>): Promise<number> {
    const listener = await starting;
    this.#listeners.push(listener);
    return listener.port;
  }

  #end(session: Session): void {
    session.end();
    this.#sessions.delete(session.peer);
    this.state.sessions.delete(session);
    session.peer.destroy(); // a client in memory that is gone leaves its other end half open
  }

  #answer(peer: FakePeer, call: ReceivedCall): unknown {
    const wrong = this.faults.before(call.name);
    if (!wrong) return this.#carryOut(peer, call);
    return wrong.then((fault) => fault ?? this.#carryOut(peer, call));
  }

  #carryOut(peer: FakePeer, call: ReceivedCall): unknown {
    const session = this.#sessions.get(peer);
    if (!session) return noAnswer; // it went while its call was held up
    try {
      return handlerOf(call, session)(this.state, call.args as never, { session, call });
    } catch (error) {
      if (error instanceof Refusal) return error.fault;
      throw error;
    }
  }
}

/** @throws Refusal when the call may not be made now, or at all */
function handlerOf({ name }: ReceivedCall, { opened }: Session): HostHandler<never> {
  if (!opened && !beforeOpen.has(name))
    throw new Refusal(ErrorCode.INTERNAL_ERROR, 'no hypervisor is open', ErrorDomain.RPC);
  const change = changes[name];
  if (change && opened?.readOnly)
    throw new Refusal(ErrorCode.OPERATION_DENIED, `${name}: the connection is read-only`, ErrorDomain.DOMAIN);
  const handler = change ?? questions[name];
  if (!handler) throw new Refusal(ErrorCode.NO_SUPPORT, `a fake host does not know ${name}`);
  return handler as HostHandler<never>;
}
