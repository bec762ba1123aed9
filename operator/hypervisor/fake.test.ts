import { beforeEach, describe, expect, it } from 'vitest';
import { exampleDomain } from '../domain/testing/example.ts';
import { domainXml } from '../domain/write.ts';
import { settle, VirtualClock } from '../kube/testing/virtual-clock.ts';
import { type FakeHost, FakeHypervisor } from './fake.ts';
import { type DomainEvent, type HostConnection, HypervisorError } from './hypervisor.ts';

const { uuid } = exampleDomain;
const xml = domainXml(exampleDomain);
const target = (address: string) => ({
  ...{ name: address, address, port: 16514 },
  credentials: { ca: '', certificate: '', key: '' },
});

let clock: VirtualClock;
let hypervisor: FakeHypervisor;
let host: FakeHost;
let connection: HostConnection;

beforeEach(async () => {
  clock = new VirtualClock();
  hypervisor = new FakeHypervisor({ clock });
  host = hypervisor.addHost('h1');
  connection = await hypervisor.connect(target('h1'));
});

/** Follows a promise; tells how it stands once nothing moves any more. */
function follow(promise: Promise<unknown>): () => Promise<unknown> {
  let outcome: unknown = 'pending';
  promise.then(
    (value) => {
      outcome = value;
    },
    (error) => {
      outcome = error instanceof HypervisorError ? error.code : error;
    },
  );
  return async () => {
    await settle();
    return outcome;
  };
}

async function running(): Promise<void> {
  await connection.define(xml);
  await connection.start(uuid);
}

describe('guests', () => {
  it('shut down when asked, after their time', async () => {
    host.guest(uuid, { shutdown: { afterMs: 3000 } });
    await running();
    await connection.requestShutdown(uuid);
    await clock.advance(2999);
    expect(host.domains.get(uuid)?.power).toBe('Running');
    await clock.advance(1);
    expect(await connection.domain(uuid)).toMatchObject({ power: 'Stopped', cause: 'Guest' });
  });

  it('may ignore it, and hear nothing while paused', async () => {
    await running();
    host.outside.suspend(uuid);
    await connection.requestShutdown(uuid);
    host.outside.resume(uuid);
    host.guest(uuid, { shutdown: 'ignores' });
    await connection.requestShutdown(uuid);
    await clock.advance(3_600_000);
    expect(host.domains.get(uuid)?.power).toBe('Running');
  });

  it('forget a shutdown when they are powered off before it', async () => {
    await running();
    await connection.requestShutdown(uuid);
    await connection.powerOff(uuid);
    await connection.start(uuid);
    await clock.advance(60_000);
    expect(host.domains.get(uuid)?.power).toBe('Running');
    expect(clock.pendingTimers).toBe(0);
  });

  it('tell the addresses of their interfaces once the agent is up', async () => {
    host.guest(uuid, { agent: { afterMs: 500, addresses: [['10.0.0.1', 'fe80::1']] } });
    await running();
    expect(await connection.guestInterfaces(uuid)).toEqual([]);
    await clock.advance(500);
    expect(await connection.guestInterfaces(uuid)).toEqual([
      { macAddress: '52:54:00:00:00:01', addresses: ['10.0.0.1', 'fe80::1'] },
      { macAddress: '52:54:00:00:00:02', addresses: [] },
    ]);
  });

  it('crash, and are paused by errors', async () => {
    await running();
    host.outside.pauseByError(uuid);
    expect(await connection.domain(uuid)).toMatchObject({ power: 'Paused', cause: 'Error' });
    host.outside.crash(uuid);
    expect(await connection.domain(uuid)).toMatchObject({ power: 'Stopped', cause: 'Crashed' });
  });
});

describe('a host that fails', () => {
  it('refuses connections while it is down; its guests run on', async () => {
    await running();
    host.goDown();
    expect(await connection.closed).toMatchObject({ code: 'Unreachable' });
    await expect(connection.domains()).rejects.toMatchObject({ code: 'Unreachable' });
    await expect(hypervisor.connect(target('h1'))).rejects.toMatchObject({ code: 'Unreachable' });
    host.heal();
    connection = await hypervisor.connect(target('h1'));
    expect(await connection.domain(uuid)).toMatchObject({ power: 'Running' });
  });

  it('answers nothing while it is cut off, until keepalive gives up', async () => {
    await running();
    host.cutOff();
    const call = follow(connection.domains());
    const attempt = follow(hypervisor.connect(target('h1')));
    expect(await call()).toBe('pending');
    await clock.advance(10_000);
    expect(await attempt()).toBe('Unreachable');
    expect(await follow(connection.closed)()).toBe('pending');
    await clock.advance(10_000);
    expect(await call()).toBe('Unreachable');
    expect(await connection.closed).toMatchObject({ code: 'Unreachable' });
    expect(host.domains.get(uuid)?.power).toBe('Running');
  });

  it('keeps its connections over a short cut, and calls that were lost time out', async () => {
    host.cutOff();
    const call = follow(connection.domains());
    await settle();
    host.heal();
    await clock.advance(30_000);
    expect(await call()).toBe('Timeout');
    expect(await connection.domains()).toEqual([]);
  });

  it('lets a call that hangs be given up', async () => {
    host.cutOff();
    const giveUp = new AbortController();
    const call = follow(connection.start(uuid, { signal: giveUp.signal }));
    await settle();
    giveUp.abort('given up');
    expect(await call()).toBe('given up');
  });

  it('may not like certificates', async () => {
    host.rejectCertificate();
    await expect(hypervisor.connect(target('h1'))).rejects.toMatchObject({ code: 'CertificateRejected' });
  });

  it('loses its guests with its power, but not their definitions', async () => {
    await running();
    host.losePower();
    host.heal();
    connection = await hypervisor.connect(target('h1'));
    expect(await connection.domain(uuid)).toMatchObject({ power: 'Stopped', persistent: true });
  });

  it('does not exist unless it was added', async () => {
    await expect(hypervisor.connect(target('h9'))).rejects.toMatchObject({ code: 'Unreachable' });
  });
});

describe('a call that fails', () => {
  it('did not happen when it fails before', async () => {
    host.failNext('define', { when: 'before', outcome: new HypervisorError('Busy', 'not now') });
    await expect(connection.define(xml)).rejects.toMatchObject({ code: 'Busy' });
    expect(host.domains.size).toBe(0);
    await connection.define(xml);
    expect(host.domains.size).toBe(1);
  });

  it('happened when only its response is lost, and takes the connection along', async () => {
    await connection.define(xml);
    host.failNext('start', { when: 'after' });
    await expect(connection.start(uuid)).rejects.toMatchObject({ code: 'Unreachable' });
    expect(host.domains.get(uuid)?.power).toBe('Running');
    expect(await connection.closed).toMatchObject({ code: 'Unreachable' });
    expect(host.connectionCount).toBe(0);
  });

  it('may hang after it happened', async () => {
    host.failNext('define', { when: 'after', outcome: 'hang' });
    const call = follow(connection.define(xml));
    expect(await call()).toBe('pending');
    expect(host.domains.size).toBe(1);
    await clock.advance(30_000);
    expect(await call()).toBe('Timeout');
  });

  it('may be slow', async () => {
    host.slowByMs = 100;
    const call = connection.define(xml);
    await clock.advance(99);
    expect(host.domains.size).toBe(0);
    await clock.advance(1);
    await call;
    expect(host.domains.size).toBe(1);
  });
});

describe('events', () => {
  it('reach every connection after the call, and none that is closed', async () => {
    const seen: [string, DomainEvent][] = [];
    const second = await hypervisor.connect(target('h1'));
    await connection.subscribe((event) => seen.push(['first', event]));
    await second.subscribe((event) => seen.push(['second', event]));
    await connection.define(xml);
    await settle();
    await second.close();
    await connection.start(uuid);
    await settle();
    expect(seen.map(([who, { kind }]) => `${who} ${kind}`)).toEqual([
      ...['first Changed', 'second Changed', 'first Changed'],
    ]);
  });

  it('may be lost', async () => {
    const seen: DomainEvent[] = [];
    await connection.subscribe((event) => seen.push(event));
    host.loseEvents = true;
    await connection.define(xml);
    await settle();
    expect(seen).toEqual([]);
  });
});

describe('the record', () => {
  it('has every call with its outcome, and the changes apart', async () => {
    await running();
    await connection.domains();
    await connection.start('none').catch(() => {});
    expect(hypervisor.calls.map(({ call }) => call)).toEqual([
      'connect',
      'define',
      'start',
      'domains',
      'start',
    ]);
    expect(hypervisor.changes).toEqual([
      { host: 'h1', call: 'define', argument: xml, atMs: 0, outcome: 'ok' },
      { host: 'h1', call: 'start', argument: uuid, atMs: 0, outcome: 'ok' },
      {
        host: 'h1',
        call: 'start',
        argument: 'none',
        atMs: 0,
        outcome: expect.objectContaining({ code: 'NotFound' }),
      },
    ]);
  });

  it('tells where a domain runs', async () => {
    const other = hypervisor.addHost('h2');
    await running();
    other.outside.create(xml);
    expect(hypervisor.runningOn(uuid)).toEqual(['h1', 'h2']);
    other.outside.destroy(uuid);
    expect(hypervisor.runningOn(uuid)).toEqual(['h1']);
    expect(other.domains.size).toBe(0);
  });

  it('tells a test of its own mistakes', () => {
    expect(() => host.outside.destroy('none')).toThrow('no domain none');
    expect(() => hypervisor.host('h9')).toThrow('no fake host at h9');
    expect(() => hypervisor.addHost('h1')).toThrow('already');
  });
});
