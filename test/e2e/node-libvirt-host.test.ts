import { ByteStream, type DefaultKind, Host, type HostEvent } from 'node-libvirt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guestDomainXml } from '../../hack/lab/guest-domain.ts';
import { type Certificate, issue } from '../../hack/pki.ts';
import { waitFor } from '../../hack/wait.ts';
import { labOfTests } from './lab-of-tests.ts';

const tests = labOfTests();
let certificate: Certificate;
let host: Host;
let events: HostEvent<DefaultKind>[];

const target = () => tests.target(tests.host, certificate);

beforeEach(async () => {
  certificate = tests.lab.pki.client;
  events = [];
  // Quick, so that a partition is found within two seconds.
  host = new Host(target, { keepalive: { intervalMs: 500, count: 2 }, connectTimeoutMs: 2_000 });
  void collect(host);
  await host.connected();
});
afterEach(async () => {
  await host.close();
  await tests.host.virsh(['destroy', 'guest']).catch(() => {});
  await tests.host.virsh(['undefine', 'guest']).catch(() => {});
});

async function collect(from: Host): Promise<void> {
  for await (const event of from.events()) events.push(event);
}

const kindsOf = () => events.map(({ kind }) => kind);
const relists = () => events.filter(({ kind }) => kind === 'relist').length;
const wait = (what: string, look: () => boolean) => waitFor(what, async () => look(), { timeoutMs: 60_000 });

async function startGuest(): Promise<void> {
  const hypervisor = await host.connected();
  const domain = await hypervisor.defineXml(guestDomainXml({ name: 'guest', image: tests.lab.guest }));
  await domain.create();
}

describe('a real host that is kept connected', () => {
  it('tells of everything after its relist', async () => {
    await startGuest();
    await wait('the start', () =>
      events.some((event) => event.kind === 'lifecycle' && event.event === 'Started'),
    );
    expect(events[0]).toEqual({ kind: 'relist', because: 'connected' });
  });

  it('is back after its libvirtd was killed, and the guest was never gone', async () => {
    await startGuest();
    const { guests } = await tests.host.pids();
    await tests.host.restartLibvirtd('SIGKILL');
    await wait('the second relist', () => relists() === 2);
    expect(kindsOf().indexOf('disconnected')).toBeLessThan(kindsOf().lastIndexOf('relist'));
    const hypervisor = await host.connected();
    expect(await hypervisor.listDomains({ flags: 1 })).toMatchObject([{ name: 'guest' }]);
    expect((await tests.host.pids()).guests).toEqual(guests);
    await tests.host.virsh(['destroy', 'guest']);
    await wait('an event after it', () =>
      events.some((e) => e.kind === 'lifecycle' && e.event === 'Stopped'),
    );
  });

  it('is found lost when it is cut off, and what happened meanwhile is seen by listing at the relist', async () => {
    await startGuest();
    await tests.host.cutOff();
    await wait('the loss', () => host.state.state === 'waiting');
    expect(events.find(({ kind }) => kind === 'disconnected')).toMatchObject({
      error: { name: 'KeepaliveTimeout' },
    });
    await tests.host.virsh(['destroy', 'guest']);
    await tests.host.reconnect();
    await wait('the relist', () => relists() === 2);
    expect(await (await host.connected()).listDomains({ flags: 1 })).toEqual([]);
    expect(events.some((event) => event.kind === 'lifecycle' && event.event === 'Stopped')).toBe(false);
  });

  it('changes to another certificate while it is connected, without losing an event', async () => {
    const namesThere = async () => {
      const list = await tests.host.exec(['virt-admin', '-q', 'client-list', 'libvirtd']);
      const ids = list.split('\n').flatMap((line) => /^\s*(\d+)\s+tls/.exec(line)?.[1] ?? []);
      const each = ids.map((id) => tests.host.exec(['virt-admin', 'client-info', 'libvirtd', id]));
      return (await Promise.all(each)).flatMap((text) => /CN=([\w-]+)/.exec(text)?.[1] ?? []);
    };
    const before = await host.connected();
    expect(await namesThere()).not.toContain('rotated');
    certificate = await issue(tests.lab.pki.authority, tests.dir, { name: 'rotated', commonName: 'rotated' });
    await host.renew();
    expect(await before.closed).toBeUndefined();
    expect(await namesThere()).toEqual(['rotated']);
    expect(kindsOf()).toEqual(['relist', 'relist']);
    expect(events[1]).toEqual({ kind: 'relist', because: 'renewed' });
    await startGuest();
    await wait('the start', () =>
      events.some((event) => event.kind === 'lifecycle' && event.event === 'Started'),
    );
  });

  it('lends a connection for a console, and answers on the first one meanwhile', async () => {
    await startGuest();
    const hypervisor = await host.connected();
    const [guest] = await hypervisor.listDomains({ flags: 1 });
    const console = await host.openStream((apart) => apart.domain(guest?.uuid ?? '').openConsole());
    expect(console).toBeInstanceOf(ByteStream);
    let heard = '';
    console.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    await wait('the guest to be up', () => heard.includes('READY'));
    expect(await hypervisor.host.hostname()).toBe(tests.host.name);
    expect(hypervisor.connection.load).toMatchObject({ unanswered: 0 });
    console.destroy();
  });
});
