/** From the moment a shard was won until it is given up or lost. */
interface Tenure {
  /** Of the work that has begun since it was last opened; aborted when no new work may begin. Undefined: never opened. */
  abort: AbortController | undefined;
}

export interface ShardChange {
  shard: number;
  /** True: new work may begin. False: none may, and what was under way has been told to end. */
  owned: boolean;
}

/** The shards that this replica holds, and the work under way on each. */
export class Holdings {
  readonly #tenures = new Map<number, Tenure>();
  /** Outlives tenures: work that heeds no abort may go on while its shard goes and comes back. */
  readonly #work = new Map<number, Set<Promise<unknown>>>();
  readonly #handlers = new Set<(change: ShardChange) => void>();
  #isClosed = false;

  /** Calls `handler` after each change; returns what ends that. Handlers must not throw. */
  subscribe(handler: (change: ShardChange) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Whether the shard is held, open for work or not. */
  has(shard: number): boolean {
    return this.#tenures.has(shard);
  }

  /** Whether new work may begin. */
  isOpen(shard: number): boolean {
    return this.#tenures.get(shard)?.abort?.signal.aborted === false;
  }

  get shards(): number[] {
    return [...this.#tenures.keys()];
  }

  /** For a shard that was won: it is held, and work waits until it is opened. */
  take(shard: number): void {
    if (!this.#isClosed && !this.has(shard)) this.#tenures.set(shard, { abort: undefined });
  }

  /** Lets work begin on a shard that is held, be it drained before and kept after all. Does nothing to others. */
  open(shard: number): void {
    const tenure = this.#tenures.get(shard);
    if (!tenure || this.#isClosed || this.isOpen(shard)) return;
    tenure.abort = new AbortController();
    this.#tell({ shard, owned: true });
  }

  /** Lets no new work begin, aborts what is under way, and resolves when all of that has ended. */
  async drain(shard: number): Promise<void> {
    const tenure = this.#tenures.get(shard);
    if (!tenure) return;
    this.#end(shard, tenure);
    for (let work = this.#work.get(shard); work; work = this.#work.get(shard)) await Promise.allSettled(work);
  }

  /** Drains all, and takes and opens nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.shards.map((shard) => this.drain(shard)));
  }

  /** The shard is no longer ours. What is still under way on it is aborted. */
  drop(shard: number): void {
    const tenure = this.#tenures.get(shard);
    if (!tenure) return;
    this.#tenures.delete(shard);
    this.#end(shard, tenure);
  }

  /**
   * Tells from now on whether the shard has been held without a break. Another replica may have acted in a break, so
   * what was decided before it must not be done even if the shard is back.
   */
  unbroken(shard: number): () => boolean {
    const tenure = this.#tenures.get(shard);
    return () => tenure !== undefined && this.#tenures.get(shard) === tenure;
  }

  /** Runs `work` as part of the shard's: drains abort it and wait for it. @throws Error when the shard is not open. */
  async run<R>(shard: number, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const abort = this.#tenures.get(shard)?.abort;
    if (!abort || abort.signal.aborted) throw new Error(`shard ${shard} is not open for work`);
    const running = work(abort.signal);
    this.#note(shard, running);
    try {
      return await running;
    } finally {
      this.#forget(shard, running);
    }
  }

  #note(shard: number, running: Promise<unknown>): void {
    const work = this.#work.get(shard) ?? new Set();
    this.#work.set(shard, work.add(running));
  }

  #forget(shard: number, running: Promise<unknown>): void {
    const work = this.#work.get(shard);
    work?.delete(running);
    if (work?.size === 0) this.#work.delete(shard);
  }

  #end(shard: number, { abort }: Tenure): void {
    if (!abort || abort.signal.aborted) return;
    abort.abort(new Error(`shard ${shard} goes to another replica`));
    this.#tell({ shard, owned: false });
  }

  #tell(change: ShardChange): void {
    for (const handler of this.#handlers) handler(change);
  }
}
