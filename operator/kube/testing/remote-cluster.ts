import { untilAborted } from '../abort.ts';
import { type Clock, sleep } from '../clock.ts';
import type { CallOptions, Cluster, WatchEvent } from '../cluster.ts';
import { TransportError } from '../errors.ts';
import type { KubeObject } from '../object.ts';
import type { ReplicaClock } from './replica-clock.ts';

export interface Network {
  /** Of the world, not of the replica. */
  clock: Clock;
  /** Milliseconds that a request and, drawn anew, its answer are under way. */
  latencyMs: () => number;
  /** Whether this request, or this answer, gets lost. */
  loses: () => boolean;
  /** While true, lists fail and watches are silent, though all else works: the replica acts on what it saw before. */
  isDeaf?: () => boolean;
}

const deafPollMs = 250;

/**
 * The API server as one replica reaches it over a network. What was sent takes effect however the sender fares:
 * suspended, it gets the answer when it goes on.
 */
export function remoteCluster(cluster: Cluster, replica: ReplicaClock, network: Network): Cluster {
  const travel = async () => {
    await sleep(network.clock, network.latencyMs());
    if (network.loses()) throw new TransportError({ verb: 'call', kind: 'any' }, 'the API server', 'lost');
  };
  const call = async <R, O extends CallOptions>(
    options: O | undefined,
    serve: (rest: Omit<O, 'signal' | 'permit'>) => Promise<R>,
  ): Promise<R> => {
    const { signal, permit, ...rest } = options ?? ({} as O);
    signal?.throwIfAborted();
    permit?.();
    const answer = travel()
      .then(() => serve(rest))
      .then(async (result) => {
        await travel();
        return result;
      });
    try {
      return await untilAborted(answer, signal);
    } finally {
      await replica.running();
    }
  };
  async function* watch<T>(events: AsyncIterable<WatchEvent<T>>): AsyncGenerator<WatchEvent<T>> {
    for await (const event of events) {
      await sleep(network.clock, network.latencyMs());
      while (network.isDeaf?.()) await sleep(network.clock, deafPollMs);
      await replica.running();
      yield event;
    }
  }
  return {
    get: (type, ref, options) => call(options, (rest) => cluster.get(type, ref, rest)),
    list: (type, options) =>
      call(options, async (rest) => {
        if (network.isDeaf?.()) throw new TransportError({ verb: 'list', kind: type.kind }, 'it', 'lost');
        return cluster.list(type, rest);
      }),
    watch: <T extends KubeObject>(...[type, version, options]: Parameters<typeof cluster.watch<T>>) =>
      watch<T>(cluster.watch<T>(type, version, options)),
    create: (type, object, options) => call(options, (rest) => cluster.create(type, object, rest)),
    apply: (type, object, options) => call(options, (rest) => cluster.apply(type, object, rest)),
    patchStatus: (type, object, status, options) =>
      call(options, (rest) => cluster.patchStatus(type, object, status, rest)),
    setFinalizers: (type, object, finalizers, options) =>
      call(options, (rest) => cluster.setFinalizers(type, object, finalizers, rest)),
    delete: (type, ref, options) => call(options, (rest) => cluster.delete(type, ref, rest)),
  };
}
