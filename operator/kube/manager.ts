import type { Logger } from 'pino';
import type { LeaderElector } from './lease.ts';
import type { ObjectKey } from './object.ts';

/** What the manager needs of a reflector. */
export interface Syncing {
  readonly kind: string;
  readonly hasSynced: boolean;
  readonly synced: Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Resolves once the cache holds all that was written before the call; rejects when that cannot be had. */
  proveFresh(signal: AbortSignal): Promise<void>;
}

/** What the manager needs of a controller, or of any other work that only the leader does. */
export interface Working {
  readonly name: string;
  start(): void;
  /** Ends within about `graceMs`; gives what it had to leave. */
  stop(graceMs: number): Promise<readonly ObjectKey[]>;
}

export interface ManagerOptions {
  reflectors: readonly Syncing[];
  controllers: readonly Working[];
  /** Makes the elector; without it the controllers start as soon as the caches are synced. */
  elector?: (callbacks: {
    onStartedLeading: () => void;
    onStoppedLeading: (reason: Error) => void;
  }) => Pick<LeaderElector, 'start' | 'stop' | 'isHealthy'>;
  /** Leadership was lost while running, or caches cannot be proven fresh to lead by: main should exit. */
  onLost?: (reason: Error) => void;
  log: Logger;
  /**
   * How long reconciles under way may go on at shutdown. Default 20 s: with 2 s to heed their abort, 2 s to flush events
   * and 3 s to give the Lease back, all is over within a pod's grace of 30 s.
   */
  graceMs?: number;
  /** Run in order after the controllers have stopped, with the Lease still held: flush events, close connections. */
  closers?: readonly (() => Promise<void>)[];
}

/** Puts the runtime's parts to work in order, and to rest in the reverse one. Signals and exit codes are main's. */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #elector: ReturnType<NonNullable<ManagerOptions['elector']>> | undefined;
  #isWorking = false;
  #stopping: Promise<void> | undefined;
  readonly #stopRequested = Promise.withResolvers<void>();
  /** From then on nothing may begin: leadership was lost, or all stops. */
  readonly #standDown = new AbortController();

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#elector = options.elector?.({
      onStartedLeading: () => void this.#lead(),
      onStoppedLeading: (reason) => {
        this.#standDown.abort(reason);
        options.onLost?.(reason);
      },
    });
  }

  /** Kinds whose caches are not synced yet; empty when ready. Standbys become ready too. */
  get unsynced(): string[] {
    return this.#options.reflectors.filter(({ hasSynced }) => !hasSynced).map(({ kind }) => kind);
  }

  /** For liveness. */
  get isHealthy(): boolean {
    return this.#elector?.isHealthy ?? true;
  }

  /** Fills the caches, then runs for leadership; resolves when it does, with the controllers possibly on standby. */
  async start(): Promise<void> {
    const { reflectors, log } = this.#options;
    for (const reflector of reflectors) reflector.start();
    await Promise.race([Promise.all(reflectors.map(({ synced }) => synced)), this.#stopRequested.promise]);
    if (this.#stopping) return;
    log.info({ kinds: reflectors.map(({ kind }) => kind) }, 'caches synced');
    if (this.#elector) this.#elector.start();
    else this.#work();
  }

  /** May be called again; all callers wait for the same end. */
  stop(): Promise<void> {
    this.#stopRequested.resolve();
    this.#stopping ??= this.#stop();
    this.#standDown.abort(new Error('the manager stops'));
    return this.#stopping;
  }

  /** A cache may have stood still for as long as this replica was on standby: nothing is decided from it unproven. */
  async #lead(): Promise<void> {
    const { reflectors, onLost, log } = this.#options;
    try {
      await Promise.all(reflectors.map((reflector) => reflector.proveFresh(this.#standDown.signal)));
    } catch (error) {
      if (this.#standDown.signal.aborted) return;
      log.error({ err: error }, 'the caches are not fresh, so this replica cannot lead');
      onLost?.(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#work();
  }

  #work(): void {
    if (this.#standDown.signal.aborted || this.#isWorking) return;
    this.#isWorking = true;
    for (const controller of this.#options.controllers) controller.start();
    this.#options.log.info(
      { controllers: this.#options.controllers.map(({ name }) => name) },
      'controllers started',
    );
  }

  /** The Lease is renewed until nothing acts or writes any more: given back earlier, the next leader would overlap. */
  async #stop(): Promise<void> {
    const { reflectors, controllers, graceMs = 20_000, closers = [] } = this.#options;
    if (this.#isWorking) await Promise.all(controllers.map((controller) => this.#drain(controller, graceMs)));
    for (const close of closers) await this.#close(close);
    await this.#elector?.stop();
    await Promise.all(reflectors.map((reflector) => reflector.stop()));
  }

  async #close(close: () => Promise<void>): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'could not be closed in order');
    }
  }

  async #drain(controller: Working, graceMs: number): Promise<void> {
    const left = await controller.stop(graceMs);
    if (left.length > 0) {
      this.#options.log.warn({ controller: controller.name, keys: left }, 'reconciles did not end in time');
    }
  }
}
