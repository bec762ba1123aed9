import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import { ErrorCode } from '../../error-codes.ts';
import { type HypervisorConnection, type OpenOptions, openHypervisor } from '../../facade/hypervisor.ts';
import { TestAuthority } from '../certificates.ts';
import { Fault } from '../fake-peer.ts';
import { turns, VirtualClock } from '../virtual-clock.ts';
import { FakeHost, type FakeHostOptions } from './fake-host.ts';
import type { RandomBytes } from './identity.ts';
import { openInMemory } from './open-in-memory.ts';

const xmlOf = (name: string) =>
  `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><vcpu>2</vcpu></domain>`;

/** Chance that comes out the same every time. */
function seeded(seed: string): RandomBytes {
  let state = createHash('sha256').update(seed).digest();
  return (size) => {
    state = createHash('sha256').update(state).digest();
    return state.subarray(0, size);
  };
}

const hosts: FakeHost[] = [];
const clients: HypervisorConnection[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.connection.close();
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

/** The host's time and the client's are moved together. */
function start(options: FakeHostOptions = {}) {
  const clock = new VirtualClock();
  const host = new FakeHost({ clock, ...options });
  hosts.push(host);
  const open = async (openOptions: OpenOptions = {}) => {
    const client = await openInMemory(host, { clock, ...openOptions });
    clients.push(client);
    return client;
  };
  return { clock, host, open };
}

/** Whether a promise has come to an end, without waiting for it. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const watched = { settled: false };
  const settle = () => {
    watched.settled = true;
  };
  promise.then(settle, settle);
  return watched;
}

describe('a FakeHost on the network', () => {
  it('is reached over a unix socket, TCP and mutual TLS, and is one host', async () => {
    const { host } = start();
    const dir = await mkdtemp(join(tmpdir(), 'fake-host-'));
    try {
      const authority = new TestAuthority(dir, 'ca');
      const ca = authority.cert;
      await host.listenUnix(join(dir, 'sock'));
      const tcp = await host.listenTcp();
      const tls = await host.listenTls({ ca, ...authority.issue('host', 'IP:127.0.0.1') });
      const client = authority.issue('client', 'DNS:client');
      const targets = [
        { transport: 'unix', path: join(dir, 'sock') },
        { transport: 'tcp', host: '127.0.0.1', port: tcp },
        { transport: 'tls', host: '127.0.0.1', port: tls, ca, ...client },
      ] as const;
      for (const target of targets) clients.push(await openHypervisor(target));
      const [unix, ...others] = clients;
      await unix?.defineXml(xmlOf('shared'));
      for (const other of others) expect(await other.listDomains()).toMatchObject([{ name: 'shared' }]);
      const stranger = new TestAuthority(dir, 'other').issue('stranger', 'DNS:client');
      const refused = openHypervisor({ ...targets[2], ...stranger });
      await expect(refused).rejects.toMatchObject({ name: 'CertificateRejected', by: 'server' });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('forgets a client that is gone', async () => {
    const { host, open } = start();
    const [one, other] = [await open(), await open()];
    expect(host.connections).toBe(2);
    one.connection.close();
    await other.close();
    await turns();
    expect(host.connections).toBe(0);
    expect(host.server.peers).toEqual([]);
    expect(host.server.calls).toEqual([]);
  });

  it('takes no client while it refuses them', async () => {
    const { host, open } = start();
    host.refusesConnections = true;
    await expect(open()).rejects.toMatchObject({ name: 'ConnectionClosed' });
    host.refusesConnections = false;
    expect(await (await open()).host.hostname()).toBe('fake-host');
  });
});

describe('the keepalive of a FakeHost', () => {
  it('pings a client that asked for it, which is there as long as it answers', async () => {
    const { clock, host, open } = start({ keepsRecord: true });
    const client = await open({ keepalive: { intervalMs: 1_000_000, count: 1 } });
    await clock.advance(60_000);
    expect(host.server.peer.keepalive.pongs).toBe(12);
    expect(await client.host.hostname()).toBe('fake-host');
  });

  it('ends a client that does not answer', async () => {
    const { clock, host } = start();
    const stream = host.connect();
    const connection = new Connection(stream, { clock: new VirtualClock() });
    await connection.call('connectSupportsFeature', { feature: 10 });
    stream.pause();
    await clock.advance(29_000);
    expect(host.connections).toBe(1);
    await clock.advance(2_000);
    expect(host.connections).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    connection.close();
  });

  it('leaves a client alone that never asked', async () => {
    const { clock, host } = start({ keepsRecord: true });
    const connection = new Connection(host.connect(), { clock });
    await connection.call('authList', {});
    await clock.advance(600_000);
    expect(host.server.peer.keepalive.pongs).toBe(0);
    expect(host.connections).toBe(1);
    connection.close();
  });
});

describe('faults of a FakeHost', () => {
  it('hold up given calls, which are carried out once that is over', async () => {
    const { host, open } = start();
    const client = await open();
    const domain = await client.defineXml(xmlOf('a'));
    const undo = host.faults.hang(['domainCreateWithFlags', 'domainGetXmlDesc']);
    const [create, xml] = [domain.create(), domain.xml()];
    const watched = [watch(create), watch(xml)];
    expect(await domain.state()).toMatchObject({ state: 'Shutoff' });
    expect(watched).toEqual([{ settled: false }, { settled: false }]);
    undo();
    await Promise.all([create, xml]);
    expect(await domain.state()).toMatchObject({ state: 'Running' });
  });

  it('hold up everything, the handshake too, until the client gives up', async () => {
    const { clock, host, open } = start();
    host.faults.hang();
    const opening = open({ callTimeoutMs: 1_000 });
    const gaveUp = expect(opening).rejects.toMatchObject({ name: 'CallTimeout' });
    await clock.advance(1_000);
    await gaveUp;
  });

  it('delay calls, not those of others', async () => {
    const { clock, host, open } = start();
    const client = await open();
    host.faults.delay(3_000, 'connectGetHostname');
    const late = client.host.hostname();
    const watched = watch(late);
    await clock.advance(2_999);
    expect(await client.host.libVersion()).toBe('9.0.0');
    expect(watched.settled).toBe(false);
    await clock.advance(1);
    expect(await late).toBe('fake-host');
  });

  it('fail calls so many times, and nothing is done by them', async () => {
    const { host, open } = start();
    const client = await open();
    host.faults.fail('domainDefineXmlFlags', new Fault(ErrorCode.NO_MEMORY), 2);
    const failed = { code: ErrorCode.NO_MEMORY };
    await expect(client.defineXml(xmlOf('a'))).rejects.toMatchObject(failed);
    await expect(client.defineXml(xmlOf('a'))).rejects.toMatchObject(failed);
    expect(await client.listDomains()).toEqual([]);
    await client.defineXml(xmlOf('a'));
    expect(await client.listDomains()).toHaveLength(1);
  });

  it('all come true for one call', async () => {
    const { clock, host, open } = start();
    const client = await open();
    host.faults.delay(1_000);
    const undo = host.faults.fail('all', new Fault(ErrorCode.OPERATION_TIMEOUT));
    const call = client.host.hostname();
    const watched = watch(call);
    await turns();
    expect(watched.settled).toBe(false);
    const failed = expect(call).rejects.toMatchObject({ code: ErrorCode.OPERATION_TIMEOUT });
    await clock.advance(1_000);
    await failed;
    undo();
    const next = client.host.hostname();
    await clock.advance(1_000);
    expect(await next).toBe('fake-host');
  });

  it('are as a daemon that stands still: found by keepalive, or answered once it goes on', async () => {
    const { clock, host, open } = start();
    const client = await open();
    const resume = host.goSilent();
    const call = client.host.hostname();
    const watched = watch(call);
    await clock.advance(15_000);
    expect(watched.settled).toBe(false);
    resume();
    expect(await call).toBe('fake-host');
    host.goSilent();
    await clock.advance(20_000);
    expect(await client.closed).toMatchObject({ name: 'KeepaliveTimeout' });
    const late = open({ callTimeoutMs: 1_000 });
    const gaveUp = expect(late).rejects.toMatchObject({ name: 'CallTimeout' });
    await clock.advance(1_000);
    await gaveUp;
  });

  it('end connections, and nothing else', async () => {
    const { host, open } = start();
    const client = await open();
    const domain = await client.createXml(xmlOf('a'));
    host.faults.hang('connectGetHostname');
    const lost = expect(client.host.hostname()).rejects.toMatchObject({ outcomeUnknown: true });
    await turns();
    host.dropConnections();
    await lost;
    expect(await client.closed).toMatchObject({ name: 'ConnectionClosed' });
    expect(await (await open()).domain(domain.uuid).state()).toMatchObject({ state: 'Running' });
  });
});

describe('a FakeHost that starts anew', () => {
  async function startThree() {
    const made = start();
    const client = await made.open();
    const running = await client.defineXml(xmlOf('running'));
    await running.create();
    await client.createXml(xmlOf('transient'));
    const automatic = await client.defineXml(xmlOf('automatic'));
    await automatic.setAutostart(true);
    return { ...made, client, running, automatic };
  }

  it('as a daemon leaves all that runs as it is, with its numbers', async () => {
    const { host, open, client } = await startThree();
    const before = await client.listDomains();
    host.restart();
    expect(await client.closed).toMatchObject({ name: 'ConnectionClosed' });
    expect(await (await open()).listDomains()).toEqual(before);
  });

  it('as a machine has nothing running but what starts by itself', async () => {
    const { host, open, client, running, automatic } = await startThree();
    host.losePower();
    expect(await client.closed).toMatchObject({ name: 'ConnectionClosed' });
    const after = await open();
    expect((await after.listDomains()).map(({ name }) => name)).toEqual(['running', 'automatic']);
    expect(await after.domain(running.uuid).state()).toMatchObject({ state: 'Shutoff', reason: 'Unknown' });
    expect(await after.domain(automatic.uuid).state()).toMatchObject({ state: 'Running', reason: 'Booted' });
  });

  it('as a machine has its pools and their volumes, and its networks', async () => {
    const { host, open } = start();
    const client = await open();
    const xml = "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>";
    const pool = await client.defineStoragePool(xml);
    await pool.build();
    await pool.create();
    await pool.createVolume("<volume><name>v</name><capacity unit='KiB'>1</capacity></volume>");
    const defining = { xml: '<network><name>n</name></network>', flags: 0 };
    const { net } = await client.connection.call('networkDefineXmlFlags', defining);
    await client.connection.call('networkSetAutostart', { net, autostart: 1 });
    host.losePower();
    const after = await open();
    expect(await after.connection.call('networkIsActive', { net })).toEqual({ active: 1 });
    const found = await after.storagePool('p');
    expect(await found.info()).toMatchObject({ state: 'inactive' });
    await found.create();
    expect((await found.volumes()).map(({ name }) => name)).toEqual(['v']);
  });
});

describe('the state of a FakeHost', () => {
  it('has uuids of the chance that it was given', async () => {
    const uuidsOf = async (seed: string) => {
      const { host, open } = start({ random: seeded(seed) });
      const { uuid } = await (await open()).defineXml(xmlOf('a'));
      return [host.state.description.uuid, uuid];
    };
    const [one, same, other] = [await uuidsOf('1'), await uuidsOf('1'), await uuidsOf('2')];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    for (const uuid of one) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
  });

  it('is what it was told to say of itself', async () => {
    const description = { hostname: 'other', uri: 'test:///default', memoryKiB: 1024n * 1024n, cpus: 2 };
    const { open } = start({ description });
    const client = await open({ uri: 'test:///default' });
    expect(await client.host.hostname()).toBe('other');
    expect(await client.host.nodeInfo()).toMatchObject({ cpus: 2, memoryBytes: 2 ** 30 });
    await client.createXml(xmlOf('a'));
    expect(await client.host.freeMemoryBytes()).toBe(2 ** 30 - 2 ** 26);
    await expect(open({ uri: 'qemu:///system' })).rejects.toMatchObject({ code: ErrorCode.NO_CONNECT });
  });

  it('has guests that are busy on all of their vCPUs', async () => {
    const { clock, open } = start();
    const client = await open();
    const domain = await client.createXml(xmlOf('a'));
    await clock.advance(1_500);
    expect(await domain.info()).toMatchObject({ cpuTimeNanoseconds: 3_000_000_000n });
    const [record] = await client.domainStats();
    expect(record?.stats.get('cpu.time')).toBe(3_000_000_000n);
    expect(record?.stats.get('balloon.current')).toBe(65_536n);
    expect(record?.stats.get('vcpu.maximum')).toBe(2);
  });

  it('gives way to what is scripted', async () => {
    const { host, open } = start();
    const client = await open();
    host.server.on('connectGetHostname', () => ({ hostname: 'scripted' }));
    expect(await client.host.hostname()).toBe('scripted');
    host.server.off('connectGetHostname');
    expect(await client.host.hostname()).toBe('fake-host');
  });

  it('does not know every procedure, and says so', async () => {
    const { open } = start();
    const client = await open();
    const sending = client.connection.call('connectGetSysinfo', { flags: 0 });
    await expect(sending).rejects.toMatchObject({ code: ErrorCode.NO_SUPPORT });
  });

  it('needs a hypervisor to be opened first', async () => {
    const { host } = start();
    const connection = new Connection(host.connect());
    const early = connection.call('connectGetHostname', {});
    await expect(early).rejects.toMatchObject({ code: ErrorCode.INTERNAL_ERROR });
    connection.close();
  });

  it('sends events of any kind that a test makes up, to who registered for them', async () => {
    const { host, open } = start();
    const client = await open();
    const seen: unknown[] = [];
    await client.events.subscribe((event) => seen.push(event));
    const { uuid } = await client.defineXml(xmlOf('a'));
    const dom = { name: 'a', uuid, id: 1 };
    host.emit('agentLifecycle', uuid, (callbackId) => ({ callbackId, dom, state: 1, reason: 2 }));
    await turns();
    expect(seen).toEqual([
      { kind: 'lifecycle', name: 'a', uuid, event: 'Defined', detail: 'Added', detailCode: 0 },
      { kind: 'agent', name: 'a', uuid, state: 'Connected', reason: 'Channel' },
    ]);
  });

  it('takes no more of a volume than was announced', async () => {
    const { open } = start();
    const client = await open();
    const xml = "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>";
    const pool = await client.defineStoragePool(xml);
    await pool.build();
    await pool.create();
    const volume = await pool.createVolume(
      "<volume><name>v</name><capacity unit='KiB'>1</capacity></volume>",
    );
    const stream = await volume.upload({ length: 4n });
    const failed = expect(finished(stream)).rejects.toMatchObject({ code: ErrorCode.SYSTEM_ERROR });
    stream.end('12345');
    await failed;
    expect(await volume.info()).toMatchObject({ capacityBytes: 1024n });
  });
});
