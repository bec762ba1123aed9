import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { Credentials } from './config.ts';
import { widget, widgetType } from './contract-objects.ts';
import type { ApiError } from './errors.ts';
import { HttpCluster } from './http-cluster.ts';
import { createKubeMetrics } from './metrics.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import { Transport } from './transport.ts';

type Answer = { code?: number; body?: unknown; headers?: Record<string, string> };
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const object = { metadata: { name: 'w', namespace: 'ns', uid: 'u', resourceVersion: '7' } };
const status = (code: number, more: object = {}) => ({ code, body: { kind: 'Status', code, ...more } });

async function serve(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A client of a server that gives these answers in turn, the last one for ever. */
async function setUp(
  answers: readonly Answer[],
  credentials: () => Credentials = () => ({}),
  random = () => 0,
) {
  const requests: (Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string })[] = [];
  let invalidated = 0;
  const left = [...answers];
  const { url } = await serve(async (request, response) => {
    const body = await text(request);
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    const {
      code = 200,
      body: content = object,
      headers = {},
    } = (left.length > 1 ? left.shift() : left[0]) ?? {};
    response.writeHead(code, headers).end(typeof content === 'string' ? content : JSON.stringify(content));
  });
  const clock = new VirtualClock();
  const metrics = createKubeMetrics();
  const config = {
    server: `${url}/base`,
    credentials: async () => credentials(),
    invalidate: () => {
      invalidated += 1;
    },
  };
  const transport = new Transport({ config, version: '1.2.3', clock, random, metrics });
  cleanups.push(() => transport.close());
  const cluster = new HttpCluster({ transport, fieldManager: 'tester' });
  return { cluster, transport, clock, requests, metrics, invalidations: () => invalidated };
}

const ref = { namespace: 'ns', name: 'w' };
const errorOf = async (call: Promise<unknown>) => (await call.catch((error: unknown) => error)) as ApiError;

/** Lets virtual time pass, second by second, until the call is over. */
async function during<R>(clock: VirtualClock, call: Promise<R>): Promise<R> {
  let isOver = false;
  const ended = call.finally(() => {
    isOver = true;
  });
  ended.catch(() => {});
  const deadline = performance.now() + 5_000;
  while (!isOver && performance.now() < deadline) await clock.advance(100);
  return ended;
}

describe('requests', () => {
  it('carry path, credentials and User-Agent', async () => {
    const { cluster, requests } = await setUp([{}], () => ({ authorization: 'Bearer t' }));
    await cluster.get(widgetType, ref);
    expect(requests[0]).toMatchObject({
      method: 'GET',
      url: '/base/apis/contract.vmfabric.io/v1/namespaces/ns/widgets/w',
      headers: { authorization: 'Bearer t', 'user-agent': 'vmfabric/1.2.3', accept: 'application/json' },
    });
  });

  it('apply server-side', async () => {
    const { cluster, requests } = await setUp([{}]);
    await cluster.apply(widgetType, widget('ns', 'w', { spec: { size: 1 } }), {
      fieldManager: 'me',
      force: true,
    });
    expect(requests[0]).toMatchObject({
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(requests[0]?.url).toMatch(/\/widgets\/w\?fieldManager=me&force=true$/);
  });

  it('patch status by merge patch, with version and uid, and only the difference', async () => {
    const { cluster, requests } = await setUp([{}]);
    const read = { ...object, apiVersion: 'x/v1', kind: 'Widget', status: { ready: true, note: 'old' } };
    await cluster.patchStatus(widgetType, read, { ready: true });
    expect(requests[0]).toMatchObject({
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(requests[0]?.url).toMatch(/\/widgets\/w\/status\?fieldManager=tester$/);
    const metadata = { resourceVersion: '7', uid: 'u' };
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ metadata, status: { note: null } });
    await cluster.patchStatus(widgetType, read, { ready: true, note: 'old' });
    expect(requests).toHaveLength(1);
  });

  it('delete by uid', async () => {
    const { cluster, requests } = await setUp([status(200)]);
    await cluster.delete(widgetType, { ...ref, uid: 'u' });
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ preconditions: { uid: 'u' } });
  });
});

describe('lists', () => {
  const page = (names: string[], more: object = {}) => ({
    body: {
      metadata: { resourceVersion: '9', ...more },
      items: names.map((name) => ({ metadata: { name } })),
    },
  });
  const namesOf = (list: { items: { metadata: { name: string } }[] }) =>
    list.items.map(({ metadata }) => metadata.name);

  it('follow the pages', async () => {
    const { cluster, requests } = await setUp([page(['a', 'b'], { continue: 'x&y' }), page(['c'])]);
    const list = await cluster.list(widgetType, { labelSelector: 'app in (a)', notOlderThan: '7' });
    expect([namesOf(list), list.resourceVersion]).toEqual([['a', 'b', 'c'], '9']);
    expect(list.items[0]).toMatchObject({ apiVersion: 'contract.vmfabric.io/v1', kind: 'Widget' });
    const queries = requests.map(({ url }) => Object.fromEntries(new URL(`http://x${url}`).searchParams));
    const first = { labelSelector: 'app in (a)', limit: '500' };
    expect(queries).toEqual([
      { ...first, resourceVersion: '7', resourceVersionMatch: 'NotOlderThan' },
      { ...first, continue: 'x&y' }, // beside which the server refuses a version
    ]);
  });

  it('begin anew in one piece when the pages expire midway', async () => {
    const { cluster, requests } = await setUp([
      page(['a'], { continue: 'x' }),
      status(410),
      page(['a', 'b']),
    ]);
    expect(namesOf(await cluster.list(widgetType))).toEqual(['a', 'b']);
    expect(requests[2]?.url).not.toContain('limit');
  });
});

describe('refusals', () => {
  it('name verb, kind, object and what the server said', async () => {
    const { cluster } = await setUp([
      status(403, { reason: 'Forbidden', message: 'widgets "w" is forbidden' }),
    ]);
    const error = await errorOf(cluster.get(widgetType, ref));
    expect(error.message).toBe('get Widget ns/w: widgets "w" is forbidden (403 Forbidden)');
    expect([error.isForbidden, error.retryable]).toEqual([true, false]);
  });

  it('in plain text are told as well', async () => {
    const { cluster } = await setUp([{ code: 502, body: 'bad gateway' }]);
    const error = await errorOf(cluster.get(widgetType, ref));
    expect([error.message, error.retryable]).toEqual(['get Widget ns/w: bad gateway (502 Unknown)', true]);
  });

  it('of credentials make them be read anew, once', async () => {
    const tokens = ['old', 'new'];
    const { cluster, requests, invalidations } = await setUp([status(401), {}], () => ({
      authorization: tokens.shift() ?? '',
    }));
    await cluster.get(widgetType, ref);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);
    expect(invalidations()).toBe(1);
    const locked = await setUp([status(401)]);
    expect((await errorOf(locked.cluster.get(widgetType, ref))).code).toBe(401);
    expect(locked.requests).toHaveLength(2);
  });
});

describe('retries', () => {
  const create = (cluster: HttpCluster) => cluster.create(widgetType, widget('ns', 'w'));

  it.each([429, 503])('wait as Retry-After of a %i says, for writes too', async (code) => {
    const { cluster, clock, requests } = await setUp([
      { ...status(code), headers: { 'retry-after': '3' } },
      {},
    ]);
    await during(clock, create(cluster));
    expect(requests).toHaveLength(2);
    expect(clock.now()).toBeGreaterThanOrEqual(3_000);
  });

  it('wait until the date that Retry-After gives', async () => {
    // The clock of the test stands at midnight.
    const { cluster, clock, requests, metrics } = await setUp([
      { ...status(429), headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' } },
      {},
    ]);
    await during(clock, create(cluster));
    expect(requests).toHaveLength(2);
    expect(clock.now()).toBeGreaterThanOrEqual(7_000);
    expect(clock.now()).toBeLessThan(12_000);
    const [counted] = (await metrics.requestRetries.get()).values;
    expect(counted).toMatchObject({ value: 1, labels: { code: '429', verb: 'create' } });
  });

  it.each(['Thu, 01 Jan 2025 00:00:00 GMT', 'soon', '-3'])('do not wait longer for "%s"', async (header) => {
    const { cluster, clock, requests } = await setUp([
      { ...status(429), headers: { 'retry-after': header } },
      {},
    ]);
    await during(clock, create(cluster));
    expect(requests).toHaveLength(2);
    expect(clock.now()).toBeLessThan(2_500);
  });

  it('of a 429 without Retry-After come after a second', async () => {
    const { cluster, clock, requests } = await setUp([status(429), {}]);
    await during(clock, create(cluster));
    expect(requests).toHaveLength(2);
    expect(clock.now()).toBeGreaterThanOrEqual(1_000);
  });

  it('are spread over a quarter more than that, or a herd would come back as one', async () => {
    const answers = [{ ...status(429), headers: { 'retry-after': '4' } }, {}];
    const { cluster, clock, requests } = await setUp(answers, undefined, () => 1);
    await during(clock, create(cluster));
    expect(requests).toHaveLength(2);
    expect(clock.now()).toBeGreaterThanOrEqual(5_000);
  });

  it('end after five tries', async () => {
    const { cluster, clock, requests } = await setUp([status(429)]);
    const error = await errorOf(during(clock, create(cluster)));
    expect([error.code, requests.length]).toEqual([429, 5]);
  });

  it('are left to the caller when the server asks for long patience, and for what may have taken effect', async () => {
    const patient = await setUp([{ ...status(429), headers: { 'retry-after': '60' } }]);
    expect((await errorOf(create(patient.cluster))).retryAfterMs).toBe(60_000);
    for (const code of [500, 503, 504]) {
      const { cluster, requests } = await setUp([status(code)]);
      expect((await errorOf(create(cluster))).code).toBe(code);
      expect(requests).toHaveLength(1);
    }
  });

  it('end with the signal', async () => {
    const { cluster, clock } = await setUp([status(429)]);
    const controller = new AbortController();
    const call = cluster.get(widgetType, ref, { signal: controller.signal });
    call.catch(() => {});
    while (clock.pendingTimers === 0) await clock.advance(0);
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(clock.pendingTimers).toBe(0);
  });
});

it('counts and times requests', async () => {
  const { cluster, metrics } = await setUp([status(404)]);
  await errorOf(cluster.get(widgetType, ref));
  const [counted] = (await metrics.requests.get()).values;
  expect(counted).toMatchObject({ value: 1, labels: { code: '404', method: 'GET' } });
  const timed = (await metrics.requestSeconds.get()).values.find(({ metricName }) =>
    metricName?.endsWith('_count'),
  );
  expect(timed).toMatchObject({ value: 1, labels: { verb: 'get' } });
});
