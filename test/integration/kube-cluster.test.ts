import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { clusterContract } from '../../operator/kube/contract.ts';
import { type ConfigMap, configMapType, widget, widgetType } from '../../operator/kube/contract-objects.ts';
import { ApiError, TransportError } from '../../operator/kube/errors.ts';
import { type Client, connect, prepare } from './kube-client.ts';
import { startProxy } from './kube-proxy.ts';

let client: Client;
let namespace: string;

beforeAll(async () => {
  client = await connect(inject('kubeconfig'));
  namespace = await prepare(client.cluster);
});

afterAll(() => client.transport.close());

clusterContract('API server', async () => {
  const { cluster } = await connect(inject('kubeconfig'));
  // Older than the kind itself, so no watch cache reaches back to it.
  return { cluster, namespace: await prepare(cluster), expiredVersion: async () => '1' };
});

describe('HttpCluster on an API server', () => {
  it('lists more than a page completely, each object once', async () => {
    const { cluster } = client;
    const names = Array.from({ length: 501 }, (_, index) => `page-${String(index).padStart(3, '0')}`);
    const metadata = { labels: { suite: 'pages' } };
    const make = (name: string): Promise<ConfigMap> =>
      cluster.create(configMapType, {
        ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, namespace, name } },
      });
    while (names.length > 0) await Promise.all(names.splice(0, 32).map(make));
    const { items } = await cluster.list(configMapType, { namespace, labelSelector: 'suite=pages' });
    expect(new Set(items.map(({ metadata: { name } }) => name)).size).toBe(501);
    expect(items).toHaveLength(501);
    expect(items[500]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('uses connections again: 40 reads in a row take two at most', async () => {
    const proxy = await startProxy(client.config.server);
    const through = await connect(inject('kubeconfig'), proxy.server);
    for (let i = 0; i < 40; i++) await through.cluster.list(widgetType, { namespace });
    // A read may begin before the one before has handed its connection back.
    expect(proxy.connections).toBeLessThanOrEqual(2);
    await through.transport.close();
    await proxy.stop();
  });

  it('repeats a read, but no write, whose connection died', async () => {
    const proxy = await startProxy(client.config.server);
    const through = await connect(inject('kubeconfig'), proxy.server);
    await through.cluster.list(widgetType, { namespace });
    proxy.cut();
    await expect(through.cluster.list(widgetType, { namespace })).resolves.toBeDefined();
    await proxy.stop();
    const write = through.cluster.create(widgetType, widget(namespace, 'nobody-listens'));
    await expect(write).rejects.toThrow(TransportError);
    await through.transport.close();
  });

  it('says what the schema refuses', async () => {
    const object = widget(namespace, 'invalid', { spec: { size: 'big' as unknown as number } });
    const error = await client.cluster.create(widgetType, object).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 422, reason: 'Invalid', retryable: false });
    expect((error as ApiError).message).toMatch(/create Widget .*\/invalid.*spec\.size/);
  });

  it('names the field manager of plain writes', async () => {
    const { cluster } = client;
    await cluster.create(widgetType, widget(namespace, 'managed', { spec: { size: 1 } }));
    const change = widget(namespace, 'managed', { spec: { size: 2 } });
    const refused = cluster.apply(widgetType, change, { fieldManager: 'other' });
    await expect(refused).rejects.toThrow(/conflict with "test"/);
  });

  it('counts requests under the names of client-go', async () => {
    const { cluster, transport, metrics, config } = await connect(inject('kubeconfig'));
    await cluster.get(widgetType, { namespace, name: 'absent' }).catch(() => {});
    const { values } = await metrics.requests.get();
    const host = new URL(config.server).host;
    expect(values).toEqual([{ value: 1, labels: { code: '404', method: 'GET', host } }]);
    await transport.close();
  });
});
