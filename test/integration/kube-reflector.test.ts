import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { waitFor } from '../../hack/wait.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import type { Cluster } from '../../operator/kube/cluster.ts';
import { type Widget, widget, widgetType } from '../../operator/kube/contract-objects.ts';
import { createKubeMetrics, type KubeMetrics } from '../../operator/kube/metrics.ts';
import { Reflector } from '../../operator/kube/reflector.ts';
import { Store } from '../../operator/kube/store.ts';
import { type Client, connect, prepare } from './kube-client.ts';
import { type BreakableProxy, startProxy } from './kube-proxy.ts';

let client: Client;
let through: Client;
let proxy: BreakableProxy;
let namespace: string;
let store: Store<Widget>;
let metrics: KubeMetrics;
let reflector: Reflector<Widget>;

beforeAll(async () => {
  client = await connect(inject('kubeconfig'));
  proxy = await startProxy(client.config.server);
});

beforeEach(async () => {
  through = await connect(inject('kubeconfig'), proxy.server);
});

afterEach(async () => {
  await reflector.stop();
  await through.transport.close();
});

afterAll(async () => {
  await client.transport.close();
  await proxy.stop();
});

async function reflect(options: { cluster?: Cluster; quietLimitMs?: number } = {}): Promise<void> {
  namespace = await prepare(client.cluster);
  store = new Store<Widget>();
  metrics = createKubeMetrics();
  reflector = new Reflector({
    ...{ cluster: through.cluster, type: widgetType, store, namespace, metrics },
    ...{ clock: systemClock, random: () => 0, log: pino({ level: 'silent' }) },
    ...options,
  });
  reflector.start();
  await reflector.synced;
}

/** The cluster behind the proxy, with its watches opened in another way. */
function watchingBy(watch: Cluster['watch']): Cluster {
  const { cluster } = through;
  return Object.create(cluster, { list: { value: cluster.list.bind(cluster) }, watch: { value: watch } });
}

const seen = (name: string, size: number) =>
  waitFor(`${name} of size ${size}`, () => store.get(`${namespace}/${name}`)?.spec?.size === size, {
    timeoutMs: 20_000,
  });

const write = (name: string, size: number) =>
  client.cluster.apply(widgetType, widget(namespace, name, { spec: { size } }), { fieldManager: 'test' });

/** Lists made, and watches that broke. */
async function troubles(): Promise<[lists: number, failures: number]> {
  const [lists, failures] = await Promise.all([metrics.lists.get(), metrics.watchFailures.get()]);
  return [lists.values[0]?.value ?? 0, failures.values[0]?.value ?? 0];
}

it('follows creation, change and deletion', async () => {
  await reflect();
  const { metadata } = await write('a', 1);
  await seen('a', 1);
  await write('a', 2);
  await seen('a', 2);
  await client.cluster.delete(widgetType, metadata);
  await waitFor('the deletion', () => store.size === 0, { timeoutMs: 10_000 });
  expect(await troubles()).toEqual([1, 0]);
});

it('goes on when the API server ends watches, without listing again', async () => {
  let watches = 0;
  const cluster = watchingBy((type, version, options) => {
    watches += 1;
    return through.cluster.watch(type, version, { ...options, timeoutSeconds: 1 });
  });
  await reflect({ cluster });
  for (let size = 1; size <= 3; size++) {
    await waitFor('another watch', () => watches > size, { timeoutMs: 20_000 });
    await write('a', size);
    await seen('a', size);
  }
  expect(await troubles()).toEqual([1, 0]);
});

it('goes on from where it was when connections are reset', async () => {
  await reflect();
  await write('a', 1);
  await seen('a', 1);
  proxy.cut();
  await write('a', 2);
  await seen('a', 2);
  expect(await troubles()).toEqual([1, 1]);
});

it('notices a connection that is dead at the other end', async () => {
  await reflect({ quietLimitMs: 2_000 });
  await write('a', 1);
  await seen('a', 1);
  proxy.hang();
  await write('a', 2);
  await seen('a', 2);
  const [lists, failures] = await troubles();
  expect(lists).toBe(1);
  expect(failures).toBeGreaterThan(0);
});

it('lists anew when its version is no longer to be had', async () => {
  let isOld = true;
  const cluster = watchingBy((type, version, options) => {
    const from = isOld && !options.sendInitialEvents ? '1' : version;
    if (from === '1') isOld = false;
    return through.cluster.watch(type, from, options);
  });
  await reflect({ cluster });
  await write('a', 1);
  await seen('a', 1);
  proxy.cut();
  await write('a', 2);
  await seen('a', 2);
  await waitFor('another list', async () => (await troubles())[0] === 2, { timeoutMs: 20_000 });
  expect(isOld).toBe(false);
});

it('syncs and follows by one request, with no list', async () => {
  const asked: string[] = [];
  const cluster = watchingBy((type, version, options) => {
    asked.push(options.sendInitialEvents ? `stream ${version}` : 'watch');
    return through.cluster.watch(type, version, options);
  });
  const list = () => Promise.reject(new Error('nothing is to be listed'));
  await reflect({ cluster: Object.create(cluster, { list: { value: list } }) });
  await write('a', 1);
  await seen('a', 1);
  expect(asked).toEqual(['stream ']);
});

it('reads page by page where a streamed list is refused', async () => {
  const asked: string[] = [];
  const cluster = watchingBy((type, version, options) => {
    asked.push(options.sendInitialEvents ? 'stream' : 'watch');
    // A field that it cannot select by is refused as streaming is by an older server.
    return through.cluster.watch(type, version, {
      ...options,
      ...(options.sendInitialEvents ? { fieldSelector: 'spec.nowhere=x' } : {}),
    });
  });
  await reflect({ cluster });
  await write('a', 1);
  await seen('a', 1);
  expect(asked).toEqual(['stream', 'watch']);
});

it('comes back from a version that the API server has yet to reach', async () => {
  await reflect({ quietLimitMs: 2_000 });
  await write('a', 1);
  await seen('a', 1);
  const future = (BigInt(store.resourceVersion ?? '') + 1_000_000n).toString();
  store.advance(future);
  proxy.cut();
  await waitFor('the past', () => store.resourceVersion !== future, { timeoutMs: 40_000 });
  await write('a', 2);
  await seen('a', 2);
  expect((await metrics.rewinds.get()).values[0]?.value).toBe(1);
});

it('is proven fresh while its watch is half-open', async () => {
  await reflect();
  await write('a', 1);
  await seen('a', 1);
  await reflector.proveFresh(AbortSignal.timeout(30_000));
  proxy.hang();
  await write('a', 2);
  await reflector.proveFresh(AbortSignal.timeout(30_000));
  expect(store.get(`${namespace}/a`)?.spec?.size).toBe(2);
});
