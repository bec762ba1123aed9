import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { widget, widgetType } from './contract-objects.ts';
import { FencedError, fencedCluster } from './fence.ts';
import { HttpCluster } from './http-cluster.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import { Transport } from './transport.ts';

const limits = { timeout: 10_000, interval: 1 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A fenced client of a server that keeps every request waiting until the test answers it. */
async function setUp() {
  const waiting: ServerResponse[] = [];
  let received = 0;
  const server = createServer((_request, response) => {
    received += 1;
    waiting.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new VirtualClock();
  const config = { server: url, credentials: async () => ({}), invalidate: () => {} };
  const transport = new Transport({ config, version: '1', clock, random: () => 0 });
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => transport.close(),
  );
  let mayAct = true;
  const lose = () => {
    mayAct = false;
  };
  const check = () => {
    if (!mayAct) throw new FencedError('another one leads');
  };
  const cluster = fencedCluster(new HttpCluster({ transport }), { check });
  const create = (name: string) =>
    cluster.create(widgetType, widget('ns', name)).then(
      () => 'created',
      (error: Error) => error.name,
    );
  const untilReceived = (count: number) => vi.waitFor(() => expect(received).toBe(count), limits);
  const answer = (code: number, headers = {}) => {
    const body = JSON.stringify({ metadata: { name: 'w', namespace: 'ns' }, kind: 'Status', code });
    waiting.shift()?.writeHead(code, headers).end(body);
  };
  return {
    ...{ create, clock, untilReceived, answer, waiting },
    received: () => received,
    lose,
  };
}

it('a write that waits for a free connection is not sent when the right is lost meanwhile', async () => {
  const { create, untilReceived, answer, lose, received } = await setUp();
  // 16 connections; what comes on top waits.
  const sent = Array.from({ length: 16 }, (_, index) => create(`sent-${index}`));
  await untilReceived(16);
  const queued = [create('late-1'), create('late-2')];
  lose();
  for (const _ of sent) answer(201);
  expect(await Promise.all(queued)).toEqual(['FencedError', 'FencedError']);
  expect(new Set(await Promise.all(sent))).toEqual(new Set(['created']));
  expect(received()).toBe(16);
});

it('a write that was put off is not repeated when the right is lost meanwhile', async () => {
  const { create, untilReceived, answer, lose, received, clock } = await setUp();
  const writing = create('put-off');
  await untilReceived(1);
  answer(429, { 'retry-after': '1' });
  await vi.waitFor(() => expect(clock.pendingTimers).toBe(1), limits);
  lose();
  await clock.advance(2_000);
  expect(await writing).toBe('FencedError');
  expect(received()).toBe(1);
});

it('the connection serves on after a refusal', async () => {
  const { create, untilReceived, answer, lose } = await setUp();
  const first = create('first');
  await untilReceived(1);
  answer(201);
  expect(await first).toBe('created');
  lose();
  expect(await create('refused')).toBe('FencedError');
});
