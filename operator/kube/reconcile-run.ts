import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { abortWith } from './abort.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { ApiError, TransportError } from './errors.ts';
import { FencedError } from './fence.ts';
import type { KubeMetrics } from './metrics.ts';
import { type KubeObject, type ObjectKey, type ResourceType, refOf } from './object.ts';
import { observedCluster } from './observed-cluster.ts';
import type { Result } from './result.ts';

export interface ReconcileContext {
  /** Aborts when the time is up, and at shutdown once the grace period is over. Give it to all that waits. */
  signal: AbortSignal;
  /** Has `controller`, `reconcileID` and the object's reference under its kind. */
  log: Logger;
  reconcileId: string;
  /**
   * The cluster to write through: the key is not reconciled again before the stores have seen these writes. Its calls
   * take `signal` by default.
   */
  cluster: Cluster;
  /** Tells the stale-cache guard of an object written otherwise than by `cluster`. */
  wrote(type: ResourceType, object: KubeObject): void;
}

export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<Result>;

const foreseen = [ApiError, TransportError, FencedError];

export interface RunOptions {
  controller: string;
  type: ResourceType;
  cluster: Cluster;
  reconcile: Reconcile;
  log: Logger;
  clock: Clock;
  metrics: KubeMetrics;
  timeoutMs: number;
  signal: AbortSignal;
  onWrite: (type: ResourceType, object: KubeObject) => void;
}

/** One call of a reconciler: its context, time limit and metrics, and whatever it throws turned into a result. */
export class ReconcileRun {
  readonly #options: RunOptions;
  readonly #id = randomUUID();
  #log: Logger | undefined;
  readonly #end = new AbortController();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Made when it is first asked for: to blank out secrets in its members costs more than a reconcile that is silent. */
  get log(): Logger {
    const { log, controller } = this.#options;
    this.#log ??= log.child({ controller, reconcileID: this.#id });
    return this.#log;
  }

  /** Never rejects. */
  async run(key: ObjectKey): Promise<Result> {
    const { clock, metrics, controller, timeoutMs, reconcile, signal } = this.#options;
    const startedAt = clock.now();
    const timer = clock.setTimeout(() => this.#expire(key), timeoutMs);
    const release = abortWith(this.#end, signal);
    metrics.activeWorkers.inc({ controller });
    try {
      return await reconcile(key, this.#context(key));
    } catch (error) {
      return this.#caught(error);
    } finally {
      clock.clearTimeout(timer);
      release();
      metrics.activeWorkers.dec({ controller });
      metrics.reconcileSeconds.observe({ controller }, (clock.now() - startedAt) / 1000);
    }
  }

  #context(key: ObjectKey): ReconcileContext {
    const { type, cluster, onWrite } = this.#options;
    const { signal } = this.#end;
    const objectLog = () => this.log.child({ [type.kind]: refOf(key) });
    let log: Logger | undefined;
    return {
      signal,
      get log() {
        log ??= objectLog();
        return log;
      },
      reconcileId: this.#id,
      cluster: observedCluster(cluster, { onWrite, signal }),
      wrote: onWrite,
    };
  }

  #expire(key: ObjectKey): void {
    const { metrics, controller, timeoutMs } = this.#options;
    metrics.reconcileTimeouts.inc({ controller });
    this.#end.abort(new Error(`reconcile of ${key} was not done within ${timeoutMs} ms`));
  }

  /** What the API server or the fence refused is ordinary life; anything else thrown is a bug, and is counted as one. */
  #caught(thrown: unknown): Result {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
    const isForeseen = foreseen.some((type) => error instanceof type);
    if (!isForeseen && !this.#end.signal.aborted)
      this.#options.metrics.reconcilePanics.inc({ controller: this.#options.controller });
    return { kind: 'retry', error };
  }
}
