import { createHash } from 'node:crypto';
import { Agent, type Dispatcher } from 'undici';
import type { Urgency } from './cluster.ts';
import type { ClusterConfig, Credentials } from './config.ts';
import { askPermit } from './permit.ts';

/** Longest silence in milliseconds within an answer, and until its head. */
const answerTimeoutMs = 60_000;

/**
 * How long an idle connection is kept, in milliseconds. By undici's own 4 s only the one that renews the Lease would live
 * on in a nearly idle operator, and each pair of writes at once would shake hands anew. kube-apiserver ends idle
 * connections itself after 90 s (its secure_serving.go), and a write must not meet that end.
 */
const idleTimeoutMs = 60_000;

/** How many requests of one purpose are under way to one API server: status writes per second do not grow beyond 16. */
const connections = { urgent: 8, normal: 16, background: 4, lease: 4 };

/** What a connection is for. */
export type Purpose = Urgency | 'lease' | 'watch';

interface Pools extends Record<Purpose, Dispatcher> {
  fingerprint: string;
}

/**
 * The connections to one API server: made once per server and credential, since a new pool per request costs a TLS
 * handshake each. HTTP/1.1: HTTP/2 was measured slower for lists and watches. Watches have a pool of their own, so that
 * they cannot starve requests, and no body time-out, as quiet is normal there. Leases have one too: the API server
 * serves them before others when it is overloaded, which is of no use to a renewal that waits for a connection here. So it
 * is with what is urgent: behind thousands of Hosts that tell how busy they are a VM would wait for its place.
 */
export class Dispatchers {
  readonly #config: ClusterConfig;
  #current: Pools | undefined;
  #isClosed = false;

  constructor(config: ClusterConfig) {
    this.#config = config;
  }

  /** @throws Error once closed: a request that was put off until then would open connections that nobody closes. */
  for(purpose: Purpose, credentials: Credentials): Dispatcher {
    if (this.#isClosed) throw new Error('the connections are closed');
    const fingerprint = fingerprintOf(credentials);
    if (this.#current?.fingerprint !== fingerprint) {
      const old = this.#current;
      this.#current = this.#open(fingerprint, credentials);
      // Requests under way end on the old certificate. Its watches are cut, or they would keep it for minutes.
      if (old) void Promise.allSettled([...answering(old).map((pool) => pool.close()), old.watch.destroy()]);
    }
    return this.#current[purpose];
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const pools = this.#current;
    this.#current = undefined;
    if (pools) await Promise.allSettled([...answering(pools), pools.watch].map((pool) => pool.destroy()));
  }

  #open(fingerprint: string, { ca, cert, key }: Credentials): Pools {
    const { tlsServerName, skipTlsVerify } = this.#config;
    const connect = {
      timeout: 10_000,
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(tlsServerName ? { servername: tlsServerName } : {}),
      ...(skipTlsVerify ? { rejectUnauthorized: false } : {}),
    };
    const common = {
      ...{ connect, allowH2: false, pipelining: 1, headersTimeout: answerTimeoutMs },
      keepAliveTimeout: idleTimeoutMs,
    };
    const pool = (purpose: keyof typeof connections) =>
      new Agent({ ...common, bodyTimeout: answerTimeoutMs, connections: connections[purpose] }).compose(
        askPermit,
      );
    return {
      fingerprint,
      urgent: pool('urgent'),
      normal: pool('normal'),
      background: pool('background'),
      lease: pool('lease'),
      watch: new Agent({ ...common, bodyTimeout: 0, connections: null }),
    };
  }
}

/** All whose requests end by themselves. */
const answering = ({ urgent, normal, background, lease }: Pools) => [urgent, normal, background, lease];

/** Of what a connection is made with; a new bearer token needs no new connection. */
function fingerprintOf({ ca = '', cert = '', key = '' }: Credentials): string {
  return createHash('sha256')
    .update(JSON.stringify([ca, cert, key]))
    .digest('hex');
}
