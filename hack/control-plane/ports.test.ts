import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort, isForOutgoing } from './ports.ts';

it('gives the preferred port back while it is free, and another when it is taken', async () => {
  const preferred = await freePort();
  expect(await freePort(preferred)).toBe(preferred);
  const server = createServer().listen(preferred, '127.0.0.1');
  await once(server, 'listening');
  try {
    const other = await freePort(preferred);
    expect(other).not.toBe(preferred);
    expect(other).toBeGreaterThan(1024);
  } finally {
    server.close();
  }
});

it('gives no port that an outgoing connection could get while its server is down', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(ports.filter(isForOutgoing)).toEqual([]);
});

it('knows the ports of outgoing connections', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  expect(isForOutgoing(typeof address === 'object' && address ? address.port : 0)).toBe(true);
  expect(isForOutgoing(1023)).toBe(false);
  server.close();
});
