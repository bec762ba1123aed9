import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { AuthenticationFailed, ConnectFailed, InvalidTarget } from '../errors.ts';
import { openHypervisor } from '../facade/hypervisor.ts';
import { Fault } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { connectTransport } from './connect.ts';
import { describeTarget } from './target.ts';

const dir = mkdtempSync(join(tmpdir(), 'node-libvirt-connect-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('plain transports', () => {
  it('reach a unix socket', async () => {
    const server = new FakeServer();
    const path = join(dir, 'sock');
    await server.listen(path);
    const hypervisor = await openHypervisor({ transport: 'unix', path });
    await hypervisor.close();
    await server.close();
    expect(server.callsOf('connectOpen')[0]?.args).toEqual({ name: 'qemu:///system', flags: 0 });
  });

  it('reach a TCP port', async () => {
    const fake = new FakeServer();
    const server = createServer((socket) => fake.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const hypervisor = await openHypervisor({ transport: 'tcp', host: '127.0.0.1', port });
    await hypervisor.close();
    server.close();
    expect(fake.calls.at(-1)?.name).toBe('connectClose');
  });

  it('keep a password from a TCP port that a tunnel does not protect', async () => {
    const fake = new FakeServer().on('authList', () => ({ types: [1] }));
    fake.on('authSaslInit', () => ({ mechlist: 'PLAIN' }));
    const server = createServer((socket) => fake.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const target = { transport: 'tcp', host: '127.0.0.1', port } as const;
    const auth = { username: 'operator', password: 'secret' };
    await expect(openHypervisor(target, { auth })).rejects.toBeInstanceOf(AuthenticationFailed);
    expect(fake.callsOf('authSaslInit')).toEqual([]);
    await expect(openHypervisor(target, { auth, allowSaslOverPlainTcp: true })).rejects.toThrow(/PLAIN/);
    server.close();
  });

  it('take a user and password to a unix socket', async () => {
    const fake = new FakeServer().on('authList', () => ({ types: [1] }));
    fake.on('authSaslInit', () => ({ mechlist: 'PLAIN' }));
    const path = join(dir, 'sasl');
    await fake.listen(path);
    const auth = () => ({ username: 'operator', password: 'secret' });
    await expect(openHypervisor({ transport: 'unix', path }, { auth })).rejects.toThrow(/PLAIN/);
    await fake.close();
  });

  it('name the target when it is not there', async () => {
    const path = join(dir, 'missing');
    const error = await connectTransport({ transport: 'unix', path }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConnectFailed);
    expect(error.message).toContain(`unix://${path}`);
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    { transport: 'tcp', host: '127.0.0.1', port: 70_000 },
    { transport: 'unix', path: '' },
  ] as const)('do not try what can be nowhere: $transport', async (target) => {
    const error = await connectTransport(target).catch((reason) => reason);
    expect(error).toBeInstanceOf(InvalidTarget);
    expect(error.message).toContain(describeTarget(target));
  });

  it('stop at the signal, with its reason', async () => {
    const signal = AbortSignal.abort(new Error('shutting down'));
    await expect(connectTransport({ transport: 'unix', path: dir }, { signal })).rejects.toThrow(
      'shutting down',
    );
  });
});

describe('openHypervisor on a server that accepts and never answers', () => {
  async function silentServer() {
    const path = join(dir, 'silent');
    const server = createServer(() => {});
    const accepted = new Promise((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return { target: { transport: 'unix', path } as const, server, accepted };
  }

  it('ends at the connect timeout', async () => {
    const { target, server, accepted } = await silentServer();
    const clock = new VirtualClock();
    const opening = openHypervisor(target, { clock, connectTimeoutMs: 700 }).catch((error) => error);
    await accepted;
    await clock.advance(700);
    expect(await opening).toMatchObject({ name: 'CallTimeout', procedure: 'authList' });
    server.close();
  });

  it('ends at the connect timeout also when each single answer comes before it', async () => {
    const path = join(dir, 'slow');
    const clock = new VirtualClock();
    const server = new FakeServer();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    server.on('authList', () => gates[0]?.promise.then(() => ({ types: [0] })) ?? noAnswer);
    server.on('connectSupportsFeature', () => gates[1]?.promise.then(() => ({ supported: 1 })) ?? noAnswer);
    await server.listen(path);
    const opening = openHypervisor({ transport: 'unix', path }, { clock, connectTimeoutMs: 700 });
    const outcome = opening.catch((error) => error);
    await vi.waitUntil(() => server.callsOf('authList').length === 1);
    await clock.advance(600);
    gates[0]?.resolve();
    await vi.waitUntil(() => server.callsOf('connectSupportsFeature').length === 1);
    await clock.advance(100);
    expect(await outcome).toMatchObject({ name: 'CallTimeout', procedure: 'connectSupportsFeature' });
    await server.close();
  });

  it('ends at the signal', async () => {
    const { target, server, accepted } = await silentServer();
    const abort = new AbortController();
    const opening = openHypervisor(target, { signal: abort.signal }).catch((error) => error);
    await accepted;
    abort.abort(new Error('shutting down'));
    expect(await opening).toEqual(new Error('shutting down'));
    server.close();
  });
});

it('leaves no socket open when the server refuses to open the hypervisor', async () => {
  const path = join(dir, 'refusing');
  const fake = new FakeServer().on('connectOpen', () => new Fault(5, 'no such driver'));
  const closed = Promise.withResolvers<void>();
  const server = createServer((socket) => fake.accept(socket.once('close', () => closed.resolve())));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await expect(openHypervisor({ transport: 'unix', path })).rejects.toMatchObject({ code: 5 });
  await closed.promise;
  server.close();
});

it('describes targets as URLs', () => {
  expect(describeTarget({ transport: 'tcp', host: '::1', port: 16509 })).toBe('tcp://[::1]:16509');
});
