import {
  type Clock,
  type DomainEvent,
  ErrorCode,
  type HypervisorConnection,
  KeepaliveTimeout,
  LibvirtError,
  ListDomainsFlag,
  openHypervisor,
  systemClock,
  type TlsTarget,
} from 'node-libvirt';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, issue, readIdentity } from '../../hack/pki.ts';
import { isAlive } from '../../hack/process-record.ts';
import { waitFor } from '../../hack/wait.ts';
import { daemonOfTests, domainXml, virsh } from './daemon-of-tests.ts';

const tests = daemonOfTests();
let hypervisor: HypervisorConnection;

beforeEach(async () => {
  hypervisor = await tests.open();
});

describe('the test driver of a real libvirtd', () => {
  it('says the same about itself as it says to virsh', async () => {
    const { host } = hypervisor;
    expect(await host.hostname()).toBe((await virsh(tests.daemon, 'hostname')).trim());
    expect(await virsh(tests.daemon, 'version', '--daemon')).toContain(
      `against daemon: ${await host.libVersion()}`,
    );
    expect(await host.uri()).toBe('test:///default');
    expect(await virsh(tests.daemon, 'capabilities')).toContain((await host.capabilitiesXml()).trim());
    const { cpus, memoryBytes, numaNodes } = await host.nodeInfo();
    expect({ cpus, memoryBytes, numaNodes }).toEqual({ cpus: 16, memoryBytes: 3 * 2 ** 30, numaNodes: 2 });
    expect(await host.cellsFreeMemoryBytes()).toHaveLength(numaNodes);
    expect(await host.freeMemoryBytes()).toBeGreaterThan(0);
  });

  it('takes a domain through its life, and each step shows in state and events', async () => {
    const events: DomainEvent[] = [];
    await hypervisor.events.subscribe((event) => events.push(event));
    const domain = await hypervisor.defineXml(domainXml('life'));
    expect(await domain.state()).toMatchObject({ state: 'Shutoff' });
    await domain.create();
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Booted' });
    await domain.suspend();
    expect(await domain.state()).toMatchObject({ state: 'Paused', reason: 'User' });
    await domain.resume();
    await domain.shutdown();
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Shutdown' });
    await domain.create();
    await domain.destroy();
    await domain.undefine();
    await waitFor('the last event', () => events.length === 8, { timeoutMs: 5_000, everyMs: 5 });
    expect(events.map((event) => event.kind === 'lifecycle' && `${event.event} ${event.detail}`)).toEqual([
      ...['Defined Added', 'Started Booted', 'Suspended Paused', 'Resumed Unpaused'],
      ...['Stopped Shutdown', 'Started Booted', 'Stopped Destroyed', 'Undefined Removed'],
    ]);
    expect(new Set(events.map(({ uuid, name }) => `${uuid} ${name}`))).toEqual(
      new Set([`${domain.uuid} life`]),
    );
  });

  it('shows the same domains and the same description as to virsh', async () => {
    const domain = await hypervisor.defineXml(domainXml('grüße'));
    await domain.create();
    const active = (await hypervisor.listDomains({ flags: ListDomainsFlag.Active })).map(({ uuid }) => uuid);
    const lines = (await virsh(tests.daemon, 'list', '--uuid')).split('\n').filter((line) => line !== '');
    expect(active.toSorted()).toEqual(lines.toSorted());
    expect((await virsh(tests.daemon, 'dumpxml', domain.uuid)).trim()).toBe((await domain.xml()).trim());
    expect((await virsh(tests.daemon, 'dumpxml', '--inactive', domain.uuid)).trim()).toBe(
      (await domain.xml({ inactive: true })).trim(),
    );
    expect(await virsh(tests.daemon, 'domstate', '--reason', domain.uuid)).toBe('running (booted)\n');
    expect(await domain.lookup()).toMatchObject({ name: 'grüße', id: expect.any(Number) });
    expect(await domain.info()).toMatchObject({ state: 'Running', maxMemoryBytes: 64 * 2 ** 20, vcpus: 2 });
    await domain.destroy();
    await domain.undefine();
  });

  it('keeps metadata of ours, and forgets it', async () => {
    const domain = await hypervisor.defineXml(domainXml('labelled'));
    const uri = 'https://example.com/owner';
    await domain.setMetadata({ uri, prefix: 'own', xml: '<owner uid="42"/>' });
    expect(await domain.metadata(uri)).toBe('<owner uid="42"/>');
    expect(await virsh(tests.daemon, 'metadata', domain.uuid, uri)).toContain('<owner uid="42"/>');
    await domain.setMetadata({ uri, prefix: 'own', xml: null });
    await expect(domain.metadata(uri)).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN_METADATA });
    await domain.undefine();
  });

  it('forgets a transient domain when it stops', async () => {
    const domain = await hypervisor.createXml(domainXml('transient'));
    expect(await hypervisor.listDomains({ flags: ListDomainsFlag.Transient })).toMatchObject([
      { name: 'transient' },
    ]);
    await domain.destroy();
    await expect(domain.state()).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN });
  });

  it('gives statistics of chosen domains', async () => {
    const [listed] = await hypervisor.listDomains();
    const [record] = await hypervisor.domainStats({ uuids: [listed?.uuid ?? ''] });
    expect(record).toMatchObject({ name: 'test', uuid: listed?.uuid });
    expect(record?.stats.get('state.state')).toBe(1);
  });

  it('answers mistakes with errors that tell them apart', async () => {
    const missing = hypervisor.domain('00000000-0000-4000-8000-000000000000');
    await expect(missing.state()).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN, retryable: false });
    await expect(hypervisor.defineXml('<domain')).rejects.toMatchObject({ code: ErrorCode.XML_DETAIL });
    await expect(hypervisor.host.domainCapabilitiesXml()).rejects.toMatchObject({
      code: ErrorCode.NO_SUPPORT,
    });
    await expect(tests.open({ uri: 'nonsense:///' })).rejects.toBeInstanceOf(LibvirtError);
  });

  it('lets a read-only connection look and not touch', async () => {
    const reader = await tests.open({ readOnly: true });
    const [running] = await reader.listDomains();
    const denied = reader.domain(running?.uuid ?? '').destroy();
    await expect(denied).rejects.toMatchObject({ code: ErrorCode.OPERATION_DENIED });
  });

  it('answers a hundred calls made at once, within its own limit of five', async () => {
    const [running] = await hypervisor.listDomains();
    const domain = hypervisor.domain(running?.uuid ?? '');
    const texts = await Promise.all(Array.from({ length: 100 }, () => domain.xml()));
    expect(new Set(texts).size).toBe(1);
  });
});

describe('over the network, a real libvirtd', () => {
  async function tls(certificate = tests.daemon.pki.client): Promise<TlsTarget> {
    const { pki, tlsPort: port } = tests.daemon;
    return { transport: 'tls', host: '127.0.0.1', port, ...(await readIdentity(pki.caPath, certificate)) };
  }

  it('is reached by mutual TLS', async () => {
    const remote = await tests.openAt(await tls());
    expect(await remote.listDomains()).toEqual(await hypervisor.listDomains());
  });

  it('refuses a client whose name it does not allow, and we can tell', async () => {
    const { authority, dir } = tests.daemon.pki;
    const somebody = await issue(authority, dir, { name: 'somebody', commonName: 'somebody' });
    await expect(openHypervisor(await tls(somebody))).rejects.toMatchObject({
      ...{ name: 'CertificateRejected', by: 'server' },
    });
  });

  it('refuses a client of another authority, and we can tell', async () => {
    const other = await createAuthority(tests.daemon.pki.dir, 'other', 'another authority');
    const stranger = await tls(other);
    await expect(openHypervisor(stranger)).rejects.toMatchObject({
      name: 'CertificateRejected',
      by: 'server',
    });
  });

  it('is not trusted under another name', async () => {
    const target = { ...(await tls()), serverName: 'host2.example' };
    await expect(openHypervisor(target)).rejects.toMatchObject({ name: 'CertificateRejected', by: 'client' });
  });

  it('is reached by plain TCP where it is told to', async () => {
    const { tcpPort: port } = tests.daemon;
    const remote = await tests.openAt({ transport: 'tcp', host: '127.0.0.1', port });
    expect(await remote.host.uri()).toBe('test:///default');
  });
});

describe('the QEMU driver of a real libvirtd', () => {
  const xml = `<domain type='qemu'><name>q</name><memory unit='MiB'>32</memory><vcpu current='1'>2</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type></os>
    <devices>
      <controller type='scsi' model='virtio-scsi'/>
      <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    </devices></domain>`;
  const live = { flags: 1 };

  it('runs a paused guest, changes it while it runs, and has no agent in it', async () => {
    const qemu = await tests.open({ uri: 'qemu:///system' });
    const events: DomainEvent[] = [];
    await qemu.events.subscribe((event) => events.push(event));
    const capabilities = await qemu.host.domainCapabilitiesXml({ virtType: 'qemu', arch: 'x86_64' });
    expect(capabilities).toContain('<domain>qemu</domain>');
    const domain = await qemu.createXml(xml, { flags: 1 });
    try {
      expect(await domain.state()).toMatchObject({ state: 'Paused', reason: 'User' });
      await expect(domain.shutdown({ mode: 'agent' })).rejects.toBeInstanceOf(LibvirtError);
      await domain.resume();
      await expect(domain.resume()).rejects.toMatchObject({ code: ErrorCode.OPERATION_INVALID });
      await domain.attachDevice(`<input type='keyboard' bus='virtio'/>`, live);
      await waitFor('the device', () => events.some(({ kind }) => kind === 'device-added'), {
        timeoutMs: 5_000,
      });
      await domain.setMemory(16 * 2 ** 20, live);
      expect(await domain.jobStats()).toMatchObject({ type: 'None' });
      const unresponsive = { code: ErrorCode.AGENT_UNRESPONSIVE, retryable: true };
      await expect(domain.agentCommand({ execute: 'guest-ping' })).rejects.toMatchObject(unresponsive);
      await expect(domain.interfaceAddresses('agent')).rejects.toMatchObject(unresponsive);
      await domain.reset();
      await waitFor('the reboot', () => events.some(({ kind }) => kind === 'reboot'), { timeoutMs: 5_000 });
    } finally {
      await domain.destroy();
    }
  });
});

describe('a real libvirtd that goes away', () => {
  it('is found dead by keepalive when it is silent, and by its socket when it is killed', async () => {
    let ticks = 0;
    const tick = (callback: () => void) => () => {
      ticks++;
      callback();
    };
    const clock: Clock = { ...systemClock, setTimeout: (run, ms) => systemClock.setTimeout(tick(run), ms) };
    const impatient = await tests.open({ keepalive: { intervalMs: 100, count: 2 }, clock });
    await waitFor('ten quiet intervals', () => ticks > 10, { timeoutMs: 5_000 });
    expect(await impatient.host.hostname()).not.toBe(''); // it answers pings
    process.kill(tests.daemon.process.pid, 'SIGSTOP');
    expect(await impatient.closed).toBeInstanceOf(KeepaliveTimeout);
    process.kill(tests.daemon.process.pid, 'SIGCONT');
    expect(await hypervisor.host.hostname()).not.toBe('');
    process.kill(tests.daemon.process.pid, 'SIGKILL');
    await waitFor('the end of libvirtd', () => !isAlive(tests.daemon.process), { timeoutMs: 5_000 });
    expect(await hypervisor.closed).toMatchObject({ name: 'ConnectionClosed' });
    // While the kernel clears up after it, a connection may still be taken, and is lost at once.
    await expect(tests.open()).rejects.toMatchObject({
      name: expect.stringMatching(/^Connect(Failed|ionClosed)$/),
    });
  });
});
