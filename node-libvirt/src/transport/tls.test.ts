import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateRejected, ConnectFailed, InvalidTarget } from '../errors.ts';
import { openHypervisor } from '../facade/hypervisor.ts';
import { TestAuthority } from '../testing/certificates.ts';
import { FakeServer } from '../testing/fake-server.ts';
import type { Identity } from '../testing/listeners.ts';
import { connectTransport } from './connect.ts';
import type { TlsTarget } from './target.ts';

const dir = mkdtempSync(join(tmpdir(), 'node-libvirt-tls-'));
const servers: Server[] = [];
const sockets: TLSSocket[] = [];
let ca: string;
let host: Identity;
let client: Identity;
let stranger: Identity;

beforeAll(() => {
  const authority = new TestAuthority(dir, 'authority');
  ca = authority.cert;
  host = authority.issue('host', 'DNS:host1.example,IP:127.0.0.1');
  client = authority.issue('client', 'DNS:client');
  stranger = new TestAuthority(dir, 'other').issue('stranger', 'IP:127.0.0.1');
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

afterAll(() => rmSync(dir, { recursive: true }));

/** Listens as libvirtd does, which looks at the client's certificate only after the handshake. */
async function listen(accepted: (socket: TLSSocket) => void, options: TlsOptions = {}): Promise<TlsTarget> {
  const server = createServer({ ...host, ca, requestCert: true, rejectUnauthorized: false, ...options });
  server.on('secureConnection', (socket) => {
    sockets.push(socket.on('error', () => {}));
    if (socket.authorized) accepted(socket);
    else socket.end();
  });
  return { ...(await listening(server)), ca, ...client };
}

async function listening(server: Server) {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { transport: 'tls', host: '127.0.0.1', port: (server.address() as AddressInfo).port } as const;
}

function welcome(socket: TLSSocket): void {
  socket.write(Buffer.of(1));
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('mutual %s', (version) => {
  const only = { minVersion: version, maxVersion: version };

  it('opens a hypervisor, with the greeting and the first packet in whatever pieces', async () => {
    const server = new FakeServer();
    const target = await listen((socket) => {
      welcome(socket);
      server.accept(socket).pieceBytes = 7;
    }, only);
    const hypervisor = await openHypervisor(target, { uri: null });
    expect(server.calls.map(({ name }) => name)).toEqual([
      'authList',
      'connectSupportsFeature',
      'connectOpen',
      'connectSupportsFeature',
      'connectRegisterCloseCallback',
    ]);
    await hypervisor.close();
  });

  it('tells that the server does not take our certificate', async () => {
    const target = await listen(welcome, only);
    const error = await connectTransport({ ...target, ...stranger }).catch((reason) => reason);
    expect(error).toBeInstanceOf(CertificateRejected);
    expect(error).toMatchObject({ by: 'server', retryable: false });
  });

  it('tells that the server closes instead of greeting, as libvirtd does for a name it does not allow', async () => {
    const target = await listen((socket) => socket.end(), only);
    await expect(connectTransport(target)).rejects.toMatchObject({
      name: 'CertificateRejected',
      by: 'server',
    });
  });

  it('tells that we do not trust the authority of the server', async () => {
    const target = await listen(welcome, { ...only, ...stranger });
    await expect(connectTransport(target)).rejects.toMatchObject({
      name: 'CertificateRejected',
      by: 'client',
    });
  });
});

it('understands a server that sends an alert about our certificate', async () => {
  const target = await listen(welcome, { rejectUnauthorized: true, maxVersion: 'TLSv1.3' });
  const { cert: _cert, key: _key, ...bare } = target;
  await expect(connectTransport({ ...bare, cert: '', key: '' })).rejects.toMatchObject({ by: 'server' });
});

describe('the name in the server certificate', () => {
  it('must be the host', async () => {
    const target = await listen(welcome);
    await expect(connectTransport({ ...target, host: 'localhost' })).rejects.toMatchObject({
      name: 'CertificateRejected',
      by: 'client',
      message: expect.stringContaining('localhost'),
    });
  });

  it('is another one on request', async () => {
    const target = await listen(welcome);
    const socket = await connectTransport({ ...target, serverName: 'host1.example' });
    socket.destroy();
    await expect(connectTransport({ ...target, serverName: 'host2.example' })).rejects.toBeInstanceOf(
      CertificateRejected,
    );
  });
});

describe('before the greeting', () => {
  it('nothing is sent', async () => {
    const received: Buffer[] = [];
    const ready = Promise.withResolvers<TLSSocket>();
    const target = await listen((socket) => {
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      ready.resolve(socket);
    });
    const opening = openHypervisor(target).catch((error) => error);
    const socket = await ready.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toEqual([]);
    socket.write(Buffer.of(1));
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.destroy();
    await opening;
  });

  it('the wait is bounded', async () => {
    const target = await listen(() => {});
    await expect(connectTransport(target, { connectTimeoutMs: 300 })).rejects.toThrow(
      /no connection within 300 ms/,
    );
  });

  it('the wait ends at the signal', async () => {
    const accepted = Promise.withResolvers<TLSSocket>();
    const target = await listen(accepted.resolve);
    const abort = new AbortController();
    const connecting = connectTransport(target, { signal: abort.signal }).catch((error) => error);
    const socket = await accepted.promise;
    abort.abort(new Error('shutting down'));
    expect(await connecting).toEqual(new Error('shutting down'));
    await new Promise((resolve) => socket.resume().once('close', resolve));
  });

  it('another byte is no libvirt', async () => {
    const target = await listen((socket) => socket.write('H'));
    await expect(connectTransport(target)).rejects.toThrow(/greeting, got byte 72/);
  });
});

describe('what is no matter of certificates', () => {
  it('a server that speaks no TLS', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('220 mail ready\r\n'));
    const target = { ...(await listening(server)), ca, ...client };
    await expect(connectTransport(target)).rejects.toBeInstanceOf(ConnectFailed);
  });

  it('a server that closes during the handshake', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).destroy());
    const target = { ...(await listening(server)), ca, ...client };
    await expect(connectTransport(target)).rejects.toBeInstanceOf(ConnectFailed);
  });

  it('a key that is none', async () => {
    const target = await listen(welcome);
    const error = await connectTransport({ ...target, key: 'no PEM' }).catch((reason) => reason);
    expect(error).toBeInstanceOf(InvalidTarget);
    expect(error.message).toMatch(/ca, cert or key cannot be used/);
  });

  it('an authority that is left out, for which Node would take the public ones', async () => {
    const target = await listen(welcome);
    await expect(connectTransport({ ...target, ca: '' })).rejects.toBeInstanceOf(InvalidTarget);
  });
});
