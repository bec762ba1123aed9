import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectFailed, ConnectionClosed, ProtocolError } from '../errors.ts';
import { openHypervisor } from '../facade/hypervisor.ts';
import { TestAuthority } from '../testing/certificates.ts';
import type { Identity } from '../testing/listeners.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { maxPacketBytes } from './packet.ts';

const dir = mkdtempSync(join(tmpdir(), 'node-libvirt-greeting-'));
let ca: string;
let host: Identity;

beforeAll(() => {
  const authority = new TestAuthority(dir, 'authority');
  ca = authority.cert;
  host = authority.issue('host', 'IP:127.0.0.1');
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Opens a connection to a server that greets with these bytes without end, and says what came of it. */
async function openFlooded(byte: number): Promise<{ error: Error & { cause?: unknown }; sentBytes: number }> {
  let socket: TLSSocket | undefined;
  const server: Server = createServer({ ...host, ca, requestCert: true }, (accepted) => {
    socket = accepted.on('error', () => {});
    const flood = Buffer.alloc(64 * 1024, byte);
    const pour = () => {
      while (!accepted.destroyed && accepted.write(flood));
    };
    accepted.on('drain', pour);
    pour();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const target = { transport: 'tls', host: '127.0.0.1', port, ca, ...host } as const;
  const error = await openHypervisor(target, { uri: null, clock: new VirtualClock() }).then(
    () => new Error('it was opened'),
    (reason: Error) => reason,
  );
  const sentBytes = socket?.bytesWritten ?? 0;
  socket?.destroy();
  server.close();
  return { error, sentBytes };
}

describe('a TLS server whose greeting has no end', () => {
  it('is refused at the first word when that is no length', async () => {
    const { error, sentBytes } = await openFlooded(0);
    expect(error).toBeInstanceOf(ConnectFailed); // not the greeting either
    expect(sentBytes).toBeLessThan(maxPacketBytes);
  });

  it('is refused after one packet at the latest, however long it goes on', async () => {
    const { error, sentBytes } = await openFlooded(1);
    expect(error).toBeInstanceOf(ConnectionClosed);
    expect(error.cause).toBeInstanceOf(ProtocolError);
    expect(error.message).toMatch(/version 16843009/);
    expect(sentBytes).toBeLessThan(2 * maxPacketBytes);
  });
});
