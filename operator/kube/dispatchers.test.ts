import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Urgency } from './cluster.ts';
import type { Credentials } from './config.ts';
import { widget, widgetType } from './contract-objects.ts';
import { type ApiError, TransportError } from './errors.ts';
import { HttpCluster } from './http-cluster.ts';
import { leaseType } from './lease-object.ts';
import { Transport } from './transport.ts';

const ref = { namespace: 'ns', name: 'w' };
const object = { metadata: { ...ref, uid: 'u', resourceVersion: '7' } };
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Idle connections are the client's affair: the server never ends one. */
async function serve(listener: RequestListener): Promise<{ url: string }> {
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('connections', () => {
  it('that nobody answers are a TransportError that names the server', async () => {
    const config = { server: 'http://127.0.0.1:1', credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const call = new HttpCluster({ transport }).get(widgetType, ref);
    const error = (await call.catch((thrown: unknown) => thrown)) as ApiError;
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toMatch(/^get Widget ns\/w: no answer from 127\.0\.0\.1:1: .*ECONNREFUSED/);
    await transport.close();
  });

  it('P1: are used again', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end(JSON.stringify(object));
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    for (let i = 0; i < 50; i++) await cluster.get(widgetType, ref);
    expect(ports.size).toBeLessThanOrEqual(2);
    await transport.close();
  });

  it('stay through half a minute without requests, and are ended before a server would after 90 s', async () => {
    const ports: (number | undefined)[] = [];
    const { url } = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end(JSON.stringify(object));
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    cleanups.push(() => vi.useRealTimers());
    const transport = new Transport({ config, version: 'x' });
    for (const idleMs of [0, 30_000, 80_000]) {
      await vi.advanceTimersByTimeAsync(idleMs);
      await new HttpCluster({ transport }).get(widgetType, ref);
    }
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[1]);
    await transport.close();
  });

  it('change with the certificate and not with the token', async () => {
    const ports: (number | undefined)[] = [];
    const { url } = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end(JSON.stringify(object));
    });
    const given: Credentials = { authorization: 'Bearer 1', ca: 'CA 1' };
    const config = { server: url, credentials: async () => ({ ...given }), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const get = () => new HttpCluster({ transport }).get(widgetType, ref);
    await get();
    await new Promise((resolve) => setImmediate(resolve));
    given.authorization = 'Bearer 2';
    await get();
    given.ca = 'CA 2';
    await get();
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
    await transport.close();
  });

  it('of watches are none of those for requests, however many watches there are', async () => {
    const watches = new Set<number | undefined>();
    const opened = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      if (!request.url?.includes('watch=true')) return response.end(JSON.stringify(object));
      watches.add(request.socket.remotePort);
      response.write(' ');
      if (watches.size === 40) opened.resolve();
      return response;
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    const stop = new AbortController();
    const read = async () => {
      const options = { timeoutSeconds: 60, signal: stop.signal };
      for await (const _event of cluster.watch(widgetType, '1', options));
    };
    const reading = Promise.allSettled(Array.from({ length: 40 }, read));
    await opened.promise;
    expect(await cluster.get(widgetType, ref)).toMatchObject(object);
    stop.abort();
    await reading;
    await transport.close();
  });

  it('that break are made anew for a read, once; a write may have arrived, and a watch has its own back-off', async () => {
    const received: string[] = [];
    const { url } = await serve((request) => {
      received.push(`${request.method}${request.url?.includes('watch=true') ? ' watch' : ''}`);
      request.socket.destroy();
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    const broken = (call: Promise<unknown>) => expect(call).rejects.toThrow(TransportError);
    await broken(cluster.get(widgetType, ref));
    await broken(cluster.create(widgetType, widget('ns', 'w')));
    await broken(cluster.watch(widgetType, '1', { timeoutSeconds: 60 })[Symbol.asyncIterator]().next());
    expect(received).toEqual(['GET', 'GET', 'POST', 'GET watch']);
    await transport.close();
  });

  it('of watches are cut when the certificate changes, which they would keep for minutes', async () => {
    const { url } = await serve((request, response) => {
      if (!request.url?.includes('watch=true')) return response.end(JSON.stringify(object));
      return response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    });
    const given: Credentials = { ca: 'CA 1' };
    const config = { server: url, credentials: async () => ({ ...given }), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    const events = cluster.watch(widgetType, '1', { timeoutSeconds: 60 })[Symbol.asyncIterator]();
    await events.next();
    const cut = expect(events.next()).rejects.toThrow(TransportError);
    given.ca = 'CA 2';
    await cluster.get(widgetType, ref);
    await cut;
    await transport.close();
  });

  it('of Leases are none of those for other requests, which may all hang', async () => {
    const hanging: number[] = [];
    const full = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      if (request.url?.includes('/leases/')) return response.end(JSON.stringify(object));
      if (hanging.push(hanging.length) === 16) full.resolve();
      return response;
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    const calls = Promise.allSettled(Array.from({ length: 40 }, () => cluster.get(widgetType, ref)));
    await full.promise;
    expect(await cluster.get(leaseType, ref)).toMatchObject(object);
    const renewal = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref, spec: {} };
    expect(await cluster.apply(leaseType, renewal, { fieldManager: 'm' })).toMatchObject(object);
    await transport.close();
    expect((await calls).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('are few for what can wait, and what is urgent waits for no other', async () => {
    const under = { background: 0, normal: 0, urgent: 0 };
    const full = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      const kind = (['background', 'normal'] as const).find((name) => request.url?.endsWith(`/${name}`));
      if (kind === undefined) return response.end(JSON.stringify(object));
      under[kind] += 1;
      if (under.normal === 16) full.resolve();
      return response;
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    const get = (urgency: Urgency) =>
      cluster.get(widgetType, { namespace: 'ns', name: urgency }, { urgency });
    const background = Array.from({ length: 40 }, () => get('background'));
    const calls = Promise.allSettled([...background, ...Array.from({ length: 40 }, () => get('normal'))]);
    await full.promise;
    expect(await get('urgent')).toMatchObject(object);
    expect(under.background).toBeLessThanOrEqual(4);
    await transport.close();
    expect((await calls).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('are not made any more once closed', async () => {
    let received = 0;
    const { url } = await serve((_request, response) => {
      received += 1;
      response.end(JSON.stringify(object));
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    const cluster = new HttpCluster({ transport });
    await cluster.get(widgetType, ref);
    await transport.close();
    await expect(cluster.get(widgetType, ref)).rejects.toThrow(TransportError);
    expect(received).toBe(1);
  });

  it('of watches end when the reader leaves', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve());
      response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    });
    const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
    const transport = new Transport({ config, version: 'x' });
    for await (const event of new HttpCluster({ transport }).watch(widgetType, '1', { timeoutSeconds: 60 })) {
      expect(event.type).toBe('ADDED');
      break;
    }
    await closed.promise;
    await transport.close();
  });
});
