import { request } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Check, HealthServer } from './health.ts';
import { createRegistry } from './metrics.ts';

let [live, ready]: Check[] = [];
let server: HealthServer;
let port: number;

const options = (at = 0) => ({
  ...{ registry: createRegistry({ version: '1.2.3' }), port: at, host: '127.0.0.1' },
  live: () => live?.(),
  ready: () => ready?.(),
});

beforeEach(async () => {
  [live, ready] = [() => undefined, () => undefined];
  server = new HealthServer(options());
  port = await server.start();
});

afterEach(() => server.stop());

async function get(path: string): Promise<[status: number, text: string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

it('says ok while all is well', async () => {
  expect(await get('/healthz')).toEqual([200, 'ok\n']);
  expect(await get('/readyz?verbose')).toEqual([200, 'ok\n']);
});

it.each(['//', '/%', '/?', 'http://[', '*'])('answers %j with what there is', async (path) => {
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method: path === '*' ? 'OPTIONS' : 'GET' });
    call.once('response', (response) => resolve(response.resume().statusCode));
    call.once('error', reject).end();
  });
  expect(answer).toBe(404);
  expect(await get('/healthz')).toEqual([200, 'ok\n']);
});

it('says what is wrong, each probe for itself', async () => {
  ready = () => 'caches not synced: Host';
  expect(await get('/readyz')).toEqual([503, 'caches not synced: Host\n']);
  expect(await get('/healthz')).toEqual([200, 'ok\n']);
});

it('takes a check that throws for a failed one', async () => {
  live = () => {
    throw new Error('broken check');
  };
  expect(await get('/healthz')).toEqual([503, 'Error: broken check\n']);
});

it('shows metrics of the process and of the build', async () => {
  const [status, text] = await get('/metrics');
  expect(status).toBe(200);
  expect(text).toMatch(/^vmfabric_build_info\{version="1\.2\.3",node_version="v\d+.*"\} 1$/m);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});

it('points the way from other paths', async () => {
  expect(await get('/')).toEqual([404, 'there are /healthz, /readyz and /metrics\n']);
});

it('names a port that is taken', async () => {
  await expect(new HealthServer(options(port)).start()).rejects.toThrow(`cannot listen on port ${port}`);
});
