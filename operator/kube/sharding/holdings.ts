/** What a replica does with a shard while it holds it. */
interface Tenure {
  readonly abort: AbortController;
  readonly work: Set<Promise<unknown>>;
}

export interface ShardChange {
  shard: number;
  /** True: new work may begin. False: none may, and what was under way has been told to end. */
  owned: boolean;
}

/** The shards that this replica holds, and the work under way on each. */
export class Holdings {
  readonly #tenures = new Map<number, Tenure>();
  readonly #handlers = new Set<(change: ShardChange) => void>();

  /** Calls `handler` after each change; returns what ends that. Handlers must not throw. */
  subscribe(handler: (change: ShardChange) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Whether the shard is held, drained or not. */
  has(shard: number): boolean {
    return this.#tenures.has(shard);
  }

  /** Whether new work may begin. */
  isOpen(shard: number): boolean {
    return this.#tenures.get(shard)?.abort.signal.aborted === false;
  }

  get shards(): number[] {
    return [...this.#tenures.keys()];
  }

  /** For a shard that was won, or that was drained and is to be kept after all. */
  open(shard: number): void {
    this.#tenures.set(shard, { abort: new AbortController(), work: new Set() });
    this.#tell({ shard, owned: true });
  }

  /** Lets no new work begin, aborts what is under way, and resolves when all of that has ended. */
  async drain(shard: number): Promise<void> {
    const tenure = this.#tenures.get(shard);
    if (!tenure) return;
    this.#end(shard, tenure);
    while (tenure.work.size > 0) await Promise.allSettled(tenure.work);
  }

  /** The shard is no longer ours. What is still under way on it is aborted. */
  drop(shard: number): void {
    const tenure = this.#tenures.get(shard);
    if (!tenure) return;
    this.#tenures.delete(shard);
    this.#end(shard, tenure);
  }

  /** Runs `work` as part of the shard's: drains abort it and wait for it. @throws Error when the shard is not open. */
  async run<R>(shard: number, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const tenure = this.#tenures.get(shard);
    if (!tenure || !this.isOpen(shard)) throw new Error(`shard ${shard} is not open for work`);
    const running = work(tenure.abort.signal);
    tenure.work.add(running);
    try {
      return await running;
    } finally {
      tenure.work.delete(running);
    }
  }

  #end(shard: number, { abort }: Tenure): void {
    if (abort.signal.aborted) return;
    abort.abort(new Error(`shard ${shard} goes to another replica`));
    this.#tell({ shard, owned: false });
  }

  #tell(change: ShardChange): void {
    for (const handler of this.#handlers) handler(change);
  }
}
