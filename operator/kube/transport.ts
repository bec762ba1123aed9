import type { Dispatcher } from 'undici';
import { type Clock, type Random, sleep, systemClock } from './clock.ts';
import type { Urgency } from './cluster.ts';
import type { ClusterConfig } from './config.ts';
import { Dispatchers, type Purpose } from './dispatchers.ts';
import { type ApiCall, ApiError, TransportError } from './errors.ts';
import { leaseType } from './lease-object.ts';
import { createKubeMetrics, type KubeMetrics } from './metrics.ts';
import { NotPermitted, type WithPermit } from './permit.ts';
import { failureOf } from './status-answer.ts';

export interface TransportOptions {
  config: ClusterConfig;
  /** For the User-Agent: `vmfabric/<version>`. */
  version: string;
  clock?: Clock;
  random?: Random;
  metrics?: KubeMetrics;
}

export interface Request {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  path: string;
  /** For error messages. */
  call: ApiCall;
  body?: { contentType: string; content: unknown };
  signal?: AbortSignal | undefined;
  /** As in `CallOptions`. */
  permit?: (() => void) | undefined;
  /** As in `CallOptions`. */
  urgency?: Urgency | undefined;
}

type Answer = Dispatcher.ResponseData;

/** Calls that are put off by 429 or Retry-After are tried this often in all. */
const maxAttempts = 5;
/** The server may ask for more patience than this; then the caller gets the error and decides. */
const maxRetryAfterMs = 15_000;

/** HTTP to one API server: credentials, retries that are safe for every verb, errors by their type, metrics. */
export class Transport {
  readonly #options: Required<TransportOptions>;
  readonly #dispatchers: Dispatchers;
  readonly #host: string;

  constructor(options: TransportOptions) {
    const defaults = { clock: systemClock, random: Math.random };
    this.#options = { ...defaults, ...options, metrics: options.metrics ?? createKubeMetrics() };
    this.#dispatchers = new Dispatchers(options.config);
    this.#host = new URL(options.config.server).host;
  }

  /** Sends a request and reads its JSON answer. @throws ApiError, TransportError, or the signal's reason. */
  async json<R>(request: Request): Promise<R> {
    const { clock, metrics } = this.#options;
    const startedAt = clock.now();
    try {
      const answer = await this.#attempt(request, purposeOf(request));
      return (await this.#guard(request, () => answer.body.json())) as R;
    } finally {
      const labels = { verb: request.call.verb, host: this.#host };
      metrics.requestSeconds.observe(labels, (clock.now() - startedAt) / 1000);
    }
  }

  /** Sends a request and yields its answer as text, chunk by chunk, for as long as the server goes on. */
  async *stream(request: Request): AsyncGenerator<Buffer> {
    const answer = await this.#attempt(request, 'watch');
    try {
      const chunks = answer.body[Symbol.asyncIterator]();
      for (;;) {
        const next = await this.#guard(request, () => chunks.next());
        if (next.done) return;
        yield next.value as Buffer;
      }
    } finally {
      // Without an error listener a destroyed body that fails late would end the process.
      answer.body.on('error', () => {}).destroy();
    }
  }

  /** Cuts all connections; calls under way fail. */
  close(): Promise<void> {
    return this.#dispatchers.close();
  }

  async #attempt(request: Request, purpose: Purpose): Promise<Answer> {
    let hasRenewed = false;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#sendSafely(request, purpose);
      if (answer.statusCode < 300) return answer;
      const failure = await failureOf(answer, this.#options.clock.wallTime());
      const error = new ApiError(request.call, failure);
      if (error.code === 401 && !hasRenewed) {
        hasRenewed = true;
        this.#options.config.invalidate();
        continue;
      }
      const delayMs = this.#retryDelayMs(error);
      if (delayMs === undefined || attempt >= maxAttempts) throw error;
      this.#countRetry(request, error);
      await sleep(this.#options.clock, delayMs, request.signal);
      request.signal?.throwIfAborted();
    }
  }

  #countRetry({ call }: Request, { code }: ApiError): void {
    this.#options.metrics.requestRetries.inc({ code: String(code), verb: call.verb, host: this.#host });
  }

  /**
   * 429, and 503 with Retry-After, are said before the request is processed, so any verb can be repeated. Other
   * failures may have taken effect: those are the caller's.
   */
  #retryDelayMs({ code, retryAfterMs }: ApiError): number | undefined {
    const isPutOff = code === 429 || (code === 503 && retryAfterMs !== undefined);
    const delayMs = retryAfterMs ?? 1_000;
    if (!isPutOff || delayMs > maxRetryAfterMs) return undefined;
    return delayMs * (1 + this.#options.random() / 4);
  }

  /** A kept-alive connection may die as it is used; a read is repeated once on a new one. */
  async #sendSafely(request: Request, purpose: Purpose): Promise<Answer> {
    try {
      return await this.#send(request, purpose);
    } catch (error) {
      const isStaleConnection =
        error instanceof TransportError && request.method === 'GET' && isReset(error.cause);
      if (!isStaleConnection || purpose === 'watch') throw error;
      return this.#send(request, purpose);
    }
  }

  async #send(request: Request, purpose: Purpose): Promise<Answer> {
    const { config, metrics } = this.#options;
    const labels = { method: request.method, host: this.#host };
    request.signal?.throwIfAborted();
    const credentials = await config.credentials();
    try {
      const answer = await this.#guard(request, () =>
        this.#dispatchers.for(purpose, credentials).request(this.#wire(request, credentials.authorization)),
      );
      metrics.requests.inc({ ...labels, code: String(answer.statusCode) });
      return answer;
    } catch (error) {
      metrics.requests.inc({ ...labels, code: 'error' });
      throw error;
    }
  }

  #wire(
    { method, path, body, signal, permit }: Request,
    authorization: string | undefined,
  ): Dispatcher.RequestOptions & WithPermit {
    const { config, version } = this.#options;
    const url = new URL(config.server);
    return {
      origin: url.origin,
      path: url.pathname.replace(/\/$/, '') + path,
      method,
      headers: {
        accept: 'application/json',
        'user-agent': `vmfabric/${version}`,
        ...(authorization ? { authorization } : {}),
        ...(body ? { 'content-type': body.contentType } : {}),
      },
      body: body ? JSON.stringify(body.content) : null,
      signal: signal ?? null,
      permit,
    };
  }

  async #guard<R>(request: Request, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NotPermitted) throw error.cause;
      request.signal?.throwIfAborted();
      throw new TransportError(request.call, this.#host, error);
    }
  }
}

function purposeOf({ call, urgency = 'normal' }: Request): Purpose {
  return call.kind === leaseType.kind ? 'lease' : urgency;
}

function isReset(cause: unknown): boolean {
  const code = (cause as { code?: string } | undefined)?.code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
