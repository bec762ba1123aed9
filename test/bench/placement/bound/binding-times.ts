import { type Clock, sleep } from '../../../../operator/kube/clock.ts';
import type { ApplyObject, Cluster } from '../../../../operator/kube/cluster.ts';
import type { KubeObject, ResourceType } from '../../../../operator/kube/object.ts';

/** A kind whose objects somebody binds to a host. */
export interface Bindable<T extends KubeObject> {
  type: ResourceType<T>;
  namespace: string;
  isBound: (object: T) => boolean;
  manifest: (name: string) => ApplyObject;
}

/**
 * Creates objects and waits until a watch shows them bound, as a user sees it: from before the request to the event, by
 * the clock that is given.
 */
export class BindingTimes<T extends KubeObject> {
  readonly #cluster: Cluster;
  readonly #kind: Bindable<T>;
  readonly #now: () => number;
  readonly #waiting = new Map<string, (atMs: number) => void>();
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  private constructor(cluster: Cluster, kind: Bindable<T>, resourceVersion: string, now: () => number) {
    this.#cluster = cluster;
    this.#kind = kind;
    this.#now = now;
    this.#watching = this.#watch(resourceVersion);
    this.#watching.catch(() => {}); // told to whoever waits
  }

  static async open<T extends KubeObject>(cluster: Cluster, kind: Bindable<T>, now: () => number) {
    const { resourceVersion } = await cluster.list(kind.type, { namespace: kind.namespace, limit: 1 });
    return new BindingTimes(cluster, kind, resourceVersion, now);
  }

  /** One after the other; milliseconds of each. @throws what ends the watch, or the signal's reason */
  async oneByOne(names: readonly string[], signal: AbortSignal): Promise<number[]> {
    const times: number[] = [];
    for (const name of names) times.push(await this.#time(name, signal));
    return times;
  }

  /** One each `everyMs`, bound or not, as users come who do not wait for each other. @throws as `oneByOne` does */
  async paced(
    names: readonly string[],
    everyMs: number,
    { clock, signal }: { clock: Clock; signal: AbortSignal },
  ): Promise<number[]> {
    const times: Promise<number>[] = [];
    for (const name of names) {
      const time = this.#time(name, signal);
      time.catch(() => {}); // told below
      times.push(time);
      await sleep(clock, everyMs, signal);
    }
    return Promise.all(times);
  }

  /** All created at once; milliseconds of each. @throws as `oneByOne` does */
  atOnce(names: readonly string[], signal: AbortSignal): Promise<number[]> {
    return Promise.all(names.map((name) => this.#time(name, signal)));
  }

  close(): void {
    this.#stop.abort();
  }

  async #time(name: string, signal: AbortSignal): Promise<number> {
    const bound = new Promise<number>((resolve) => this.#waiting.set(name, resolve));
    const begin = this.#now();
    await this.#cluster.create(this.#kind.type, this.#kind.manifest(name), { signal });
    return (await Promise.race([bound, this.#ended(), aborted(signal)])) - begin;
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { type, namespace, isBound } = this.#kind;
    const options = { namespace, timeoutSeconds: 3_600, signal: this.#stop.signal };
    for await (const event of this.#cluster.watch(type, resourceVersion, options)) {
      if (event.type === 'BOOKMARK' || !isBound(event.object)) continue;
      const { name } = event.object.metadata;
      this.#waiting.get(name)?.(this.#now());
      this.#waiting.delete(name);
    }
  }

  async #ended(): Promise<never> {
    await this.#watching;
    throw new Error('the watch ended before all were bound');
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
