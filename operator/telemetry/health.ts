import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Undefined when all is well, or what is wrong, for people. */
export type Check = () => string | undefined;

export interface HealthOptions {
  registry: Registry;
  /**
   * /healthz: whether a restart would help. Never depends on a host or another program. It is answered by the same event
   * loop that does all the work, so an answer is in itself the sign that the loop turns; a blocked one gives none.
   */
  live: Check;
  /** /readyz: whether caches are synced. A standby is ready too: it can lead at any moment, and a rollout waits for it. */
  ready: Check;
  /** 0 takes any free port. */
  port: number;
  /** Default: all addresses. */
  host?: string;
}

/** The HTTP server of probes and metrics. */
export class HealthServer {
  readonly #options: HealthOptions;
  readonly #server: Server;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @returns the port it listens on. @throws Error when the port is taken. */
  async start(): Promise<number> {
    const { port, host } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) => {
        reject(new Error(`health server: cannot listen on port ${port}: ${cause.message}`, { cause }));
      });
      this.#server.listen({ port, ...(host ? { host } : {}) }, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { live, ready, registry } = this.#options;
    const [path] = (request.url ?? '/').split('?'); // no URL of its own: it may be anything that a client sends
    if (path === '/healthz') return say(response, live);
    if (path === '/readyz') return say(response, ready);
    if (path !== '/metrics')
      return void response.writeHead(404).end('there are /healthz, /readyz and /metrics\n');
    try {
      const metrics = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(metrics);
    } catch (error) {
      response.writeHead(500).end(`${String(error)}\n`);
    }
  }
}

function say(response: ServerResponse, check: Check): void {
  const problem = attempt(check);
  response.writeHead(problem === undefined ? 200 : 503, { 'content-type': 'text/plain' });
  response.end(`${problem ?? 'ok'}\n`);
}

function attempt(check: Check): string | undefined {
  try {
    return check();
  } catch (error) {
    return String(error);
  }
}
