import type { Logger } from 'pino';
import type { Clock, Random } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { isConflict } from './errors.ts';
import { Expectations } from './expectations.ts';
import type { Lanes } from './lanes.ts';
import { createKubeMetrics, type KubeMetrics } from './metrics.ts';
import { type KubeObject, keyOf, type ObjectKey, type ResourceType, refOf } from './object.ts';
import { lowPriority, newcomerPriority, WorkQueue } from './queue.ts';
import { type Reconcile, ReconcileRun } from './reconcile-run.ts';
import type { Result } from './result.ts';
import type { Change, Store } from './store.ts';
import { Workers } from './workers.ts';

export type { Reconcile, ReconcileContext } from './reconcile-run.ts';

export interface ControllerOptions<T extends KubeObject> {
  /** Lower case, as in metrics and logs: `virtualmachine`. */
  name: string;
  cluster: Cluster;
  /** The root kind, whose keys are reconciled, and its store. */
  type: ResourceType<T>;
  store: Store<T>;
  /** Level-triggered: gets a key, looks at the world, brings it nearer. The object may be gone. */
  reconcile: Reconcile;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics?: KubeMetrics;
  /** Keys reconciled at the same time. Default 8. */
  workers?: number;
  /** Which keys share turns; see the queue. Default: those of one namespace. */
  fairnessKey?: (key: ObjectKey) => string;
  /** How many keys of one lane are reconciled at the same time, so that what hangs holds no more workers than these. */
  lanes?: Lanes;
  /** After that a reconcile's signal aborts. Default 120 s. */
  reconcileTimeoutMs?: number;
  /** Which changes of root objects matter; default all. */
  accepts?: (change: Change<T>) => boolean;
  /**
   * A root object of which the status alone has changed is looked at so much later. Mostly it was this controller that
   * wrote it, and a status that sums up what changes all the time would be written as fast as the API server answers.
   * Default: at once.
   */
  afterStatusMs?: (object: T) => number;
}

const defaultTimeoutMs = 120_000;

/** The values of `result` in controller-runtime's metric. */
const outcomes = ['success', 'error', 'requeue', 'requeue_after'] as const;
type Outcome = (typeof outcomes)[number];

/** A reconcile that goes on this long after its signal aborted keeps its key, but no longer its worker. */
const overrunMs = 5_000;

/** How long a key waits for its caches to catch up before they are looked at again. */
const staleCacheDelayMs = 100;

/** Reconciles the keys of one root kind as it and the kinds it watches change. Starts once; stopped for good. */
export class Controller<T extends KubeObject> {
  readonly name: string;
  readonly #options: ControllerOptions<T>;
  readonly #metrics: KubeMetrics;
  readonly #queue: WorkQueue;
  readonly #expectations: Expectations;
  readonly #stores = new Map<string, Store<KubeObject>>();
  readonly #subscribe: (() => () => void)[] = [];
  readonly #workers: Workers;
  #unsubscribe: (() => void)[] = [];
  #hasStarted = false;

  constructor(options: ControllerOptions<T>) {
    const { name, clock, random, workers = 8 } = options;
    this.name = name;
    this.#options = options;
    this.#metrics = options.metrics ?? createKubeMetrics();
    this.#queue = new WorkQueue({
      ...{ name, clock, random, metrics: this.#metrics },
      fairnessKey: options.fairnessKey ?? ((key) => refOf(key).namespace ?? ''),
      ...(options.lanes ? { lanes: options.lanes } : {}),
    });
    this.#expectations = new Expectations(clock);
    this.#workers = new Workers({
      ...{ count: workers, queue: this.#queue, clock },
      longestMs: (options.reconcileTimeoutMs ?? defaultTimeoutMs) + overrunMs,
      work: (key, signal) => this.#work(key, signal),
    });
    this.#stores.set(idOf(options.type), options.store as unknown as Store<KubeObject>);
    this.#subscribe.push(() => options.store.subscribe((change) => this.#onRootChange(change)));
    this.#zeroMetrics(workers);
  }

  /**
   * Reconciles also the keys that `keysOf` gives for each changed object of another kind; for an update those of the
   * object before and after. The store joins the stale-cache guard.
   */
  watch<O extends KubeObject>(
    type: ResourceType<O>,
    store: Store<O>,
    keysOf: (object: O) => Iterable<ObjectKey>,
  ): this {
    this.#stores.set(idOf(type), store as unknown as Store<KubeObject>);
    this.#subscribe.push(() =>
      store.subscribe((change) => {
        const keys = new Set(keysOf(change.object));
        if (change.type === 'updated') for (const key of keysOf(change.old)) keys.add(key);
        for (const key of keys) this.enqueue(key, { fromList: change.fromList });
      }),
    );
    return this;
  }

  /**
   * For what no store tells: an event from a host, a periodic look. `fromList` puts it behind real changes. Of no effect
   * before the start, which looks at everything anyway: a standby would pile up the keys of all that came and went.
   */
  enqueue(key: ObjectKey, options: { fromList?: boolean; afterMs?: number } = {}): void {
    if (!this.#hasStarted) return;
    const priority = options.fromList ? lowPriority : 0;
    this.#queue.addAfter(key, options.afterMs ?? 0, { priority });
  }

  /** Takes up work. The stores must be synced: an object missing from an unsynced one is not gone. */
  start(): void {
    this.#hasStarted = true;
    this.#unsubscribe = this.#subscribe.map((subscribe) => subscribe());
    for (const object of this.#options.store.list()) this.enqueue(keyOf(object), { fromList: true });
    this.#workers.start();
  }

  /**
   * Takes no more work and waits for reconciles under way, at most `graceMs`; then aborts them by their signal.
   * @returns the keys whose reconcile did not end even so.
   */
  async stop(graceMs = 30_000): Promise<ObjectKey[]> {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#queue.shutdown();
    const left = await this.#workers.drain(graceMs);
    this.#expectations.clear();
    return left;
  }

  #onRootChange(change: Change<T>): void {
    if (this.#options.accepts && !this.#options.accepts(change)) return;
    const key = keyOf(change.object);
    // Of a hundred created at once the last one would wait for all that the first ones still need. Each has one such turn
    // alone, so a flood of them holds others up for so long and no longer.
    if (change.type === 'added' && !change.fromList) this.#queue.add(key, { priority: newcomerPriority });
    // Objects that come with a list are no news that a user waits for.
    else if (change.type === 'added') this.enqueue(key, { fromList: true });
    else this.enqueue(key, { afterMs: this.#afterMs(change) });
  }

  #afterMs(change: Change<T>): number {
    const { afterStatusMs } = this.#options;
    return afterStatusMs && isOfStatusAlone(change) ? afterStatusMs(change.object) : 0;
  }

  async #work(key: ObjectKey, signal: AbortSignal): Promise<void> {
    if (!this.#expectations.areMet(key)) {
      this.#metrics.staleCacheSkips.inc({ controller: this.name });
      this.#queue.addAfter(key, staleCacheDelayMs);
      return;
    }
    const { type, cluster, reconcile, log, clock, reconcileTimeoutMs = defaultTimeoutMs } = this.#options;
    const run = new ReconcileRun({
      ...{
        controller: this.name,
        type,
        cluster,
        reconcile,
        log,
        clock,
        timeoutMs: reconcileTimeoutMs,
        signal,
      },
      metrics: this.#metrics,
      onWrite: (written, object) => this.#onWrite(key, written, object),
    });
    const result = await run.run(key);
    if (!signal.aborted) this.#follow(key, result, run);
  }

  #onWrite(key: ObjectKey, type: ResourceType, object: KubeObject): void {
    const store = this.#stores.get(idOf(type));
    if (store) this.#expectations.expect(key, store, object);
  }

  #follow(key: ObjectKey, result: Result, run: ReconcileRun): void {
    const outcome = this.#settle(key, result, run);
    this.#metrics.reconciles.inc({ controller: this.name, result: outcome });
    if (outcome === 'error') this.#metrics.reconcileErrors.inc({ controller: this.name });
  }

  #settle(key: ObjectKey, result: Result, run: ReconcileRun): Outcome {
    switch (result.kind) {
      case 'done':
        this.#queue.forget(key);
        return 'success';
      case 'again':
        this.#queue.forget(key);
        this.#queue.addAfter(key, result.afterMs);
        return 'requeue_after';
      case 'retry':
        this.#queue.addRateLimited(key);
        return tellFailure(result.error, run.log);
      case 'failed':
        this.#queue.forget(key);
        this.#metrics.terminalErrors.inc({ controller: this.name });
        run.log.error({ err: result.error }, 'reconcile failed for good, waiting for a change');
        return 'error';
      default:
        return assertNever(result);
    }
  }

  #zeroMetrics(workers: number): void {
    const { reconciles, reconcileErrors, terminalErrors, reconcilePanics, reconcileTimeouts } = this.#metrics;
    const controller = this.name;
    for (const result of outcomes) reconciles.inc({ controller, result }, 0);
    const counters = [reconcileErrors, terminalErrors, reconcilePanics, reconcileTimeouts];
    for (const counter of [...counters, this.#metrics.staleCacheSkips]) counter.inc({ controller }, 0);
    this.#metrics.reconcileSeconds.zero({ controller });
    this.#metrics.maxConcurrent.set({ controller }, workers);
    this.#metrics.activeWorkers.set({ controller }, 0);
  }
}

/** A conflict is how optimistic locking is meant to work: the next try reads anew, nobody need hear of it. */
function tellFailure(error: Error, log: Logger): Outcome {
  if (isConflict(error)) {
    log.debug({ err: error }, 'conflict, reconciling again');
    return 'requeue';
  }
  log.warn({ err: error }, 'reconcile failed, will retry');
  return 'error';
}

/** Changes of the spec count up the generation. */
function isOfStatusAlone<T extends KubeObject>(change: Change<T>): boolean {
  const rest = ({ metadata }: T) => JSON.stringify({ ...metadata, resourceVersion: '' });
  return change.type === 'updated' && rest(change.old) === rest(change.object);
}

function idOf(type: ResourceType): string {
  return `${type.plural}.${type.group}`;
}

function assertNever(value: never): never {
  throw new Error(`unforeseen result ${JSON.stringify(value)}`);
}
