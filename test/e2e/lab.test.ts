import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { guestDomainXml } from '../../hack/lab/guest-domain.ts';
import type { LabHost } from '../../hack/lab/host.ts';
import { attachLab, type Lab, startLab, stopLab } from '../../hack/lab/lab.ts';
import { defaultLabName, type LabState, StateFile } from '../../hack/lab/state.ts';
import { acceptsClient } from '../../hack/lab/tls-ready.ts';
import { hideBrokenKvm, probeVirtType } from '../../hack/lab/virt-type.ts';
import { type Certificate, createAuthority, issue } from '../../hack/pki.ts';
import { isAlive, recordOf } from '../../hack/process-record.ts';
import { waitFor } from '../../hack/wait.ts';
import { addressOf, exitCodeInGuest } from './lab-guests.ts';
import { namespacesOf, remainsOf } from './lab-remains.ts';

const folders: string[] = [];

function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vmfabric-lab-'));
  folders.push(dir);
  return dir;
}

afterAll(async () => {
  for (const dir of folders) {
    await stopLab(dir);
    await rm(dir, { recursive: true });
  }
});

describe('a lab of two hosts', () => {
  let lab: Lab;
  let h1: LabHost;
  let h2: LabHost;

  beforeAll(async () => {
    lab = await startLab({ dir: temporaryFolder(), hosts: 2 });
    [h1, h2] = lab.hosts as [LabHost, LabHost];
    await startGuest(h1, 'g1');
    await startGuest(h2, 'g2');
  });

  async function startGuest(host: LabHost, name: string): Promise<void> {
    const input = guestDomainXml({ name, image: lab.guest, serialPath: `/var/log/libvirt/${name}.serial` });
    await host.virsh(['define', '/dev/stdin'], { input });
    await host.virsh(['start', name]);
  }

  /** virsh as an administrator would call it on the machine, outside of all hosts. */
  async function virshOverTls(host: LabHost, ...args: string[]): Promise<string> {
    const { address } = lab.clientAddressOf(host);
    return run('virsh', ['-q', '-c', `qemu+tls://${address}/system?pkipath=${lab.pki.pkiPath}`, ...args]);
  }

  it('takes the operator certificate over TLS and shows one that fits its address', async () => {
    expect(await virshOverTls(h1, 'hostname')).toBe('h1\n');
    expect(await virshOverTls(h2, 'hostname')).toBe('h2\n');
    for (const host of lab.hosts) expect(await virshOverTls(host, 'capabilities')).toContain(host.uuid);
    expect(h1.uuid).not.toBe(h2.uuid);
  });

  it('refuses a client without certificate, and one of another authority', async () => {
    expect(await answersWithoutCertificate(h1)).toBe(false);
    const dir = temporaryFolder();
    const stranger = await issue(await createAuthority(dir, 'ca', 'elsewhere'), dir, {
      name: 'operator',
      commonName: 'operator',
    });
    expect(await acceptsClient(h1.address, h1.port, stranger)).toBe(false);
    expect(await acceptsClient(h1.address, h1.port, lab.pki.client)).toBe(true);
  });

  it('boots guests that print READY, answer by agent and reach each other across hosts', async () => {
    const [first, second] = await Promise.all([addressOf(h1, 'g1'), addressOf(h2, 'g2')]);
    expect(first).toMatch(/^10\.77\./);
    expect(second).toMatch(/^10\.77\./);
    expect(first).not.toBe(second);
    expect(readFileSync(join(h1.dir, 'log/g1.serial'), 'utf8').split(/\r?\n/)).toContain('READY');
    expect(await exitCodeInGuest(h1, 'g1', '/bin/ping', ['-c', '1', '-W', '5', second])).toBe(0);
    expect(await exitCodeInGuest(h2, 'g2', '/bin/ping', ['-c', '1', '-W', '5', first])).toBe(0);
  });

  it('gives an address to an interface that is plugged in later', async () => {
    await h1.virsh(['attach-interface', 'g1', 'bridge', 'br1', '--model', 'virtio', '--live']);
    const look = async () => /eth1 .*10\.77\./.test(await h1.virsh(['domifaddr', 'g1', '--source', 'agent']));
    await waitFor('an address on eth1 of g1', look, { timeoutMs: 30_000 });
  });

  it('migrates a live guest between hosts over TLS', async () => {
    const address = await addressOf(h2, 'g2');
    const how = ['--live', '--p2p', '--persistent', '--undefinesource', '--tls'];
    await h2.virsh(['migrate', ...how, 'g2', 'qemu+tls://h1/system']);
    expect(await runningOn(h2)).toEqual([]);
    expect(await runningOn(h1)).toEqual(['g1', 'g2']);
    expect(await addressOf(h1, 'g2')).toBe(address);
    await h1.virsh(['migrate', ...how, 'g2', 'qemu+tls://h2/system']);
    expect(await runningOn(h2)).toEqual(['g2']);
  });

  it.each(['acpi', 'agent'])('shuts a guest down gracefully by %s', async (mode) => {
    await addressOf(h2, 'g2');
    await h2.virsh(['shutdown', 'g2', '--mode', mode]);
    await waitFor('g2 to be off', async () => (await runningOn(h2)).length === 0, { timeoutMs: 30_000 });
    await h2.virsh(['start', 'g2']);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('keeps guests running when libvirtd gets %s', async (signal) => {
    const before = await h1.pids();
    await h1.restartLibvirtd(signal);
    const after = await h1.pids();
    expect(after.libvirtd).not.toBe(before.libvirtd);
    expect(after.guests).toEqual(before.guests);
    expect(after.guests['g1']).toBeGreaterThan(0);
    expect(await runningOn(h1)).toEqual(['g1']);
  });

  it('shows another certificate when told to', async () => {
    const dir = temporaryFolder();
    const wrong = await issue(await createAuthority(dir, 'ca', 'elsewhere'), dir, {
      name: 'h1',
      commonName: 'h1',
      ipAddresses: [h1.address],
    });
    await h1.useCertificate(wrong);
    await expect(virshOverTls(h1, 'hostname')).rejects.toThrow(/certificate/i);
    await h1.useCertificate(h1.certificate);
    expect(await virshOverTls(h1, 'hostname')).toBe('h1\n');
  });

  it('is dark while cut off, and heals with its guests alive', async () => {
    const { guests } = await h1.pids();
    await h1.cutOff();
    expect(await acceptsClient(h1.address, h1.port, lab.pki.client)).toBe(false);
    expect(await acceptsClient(h2.address, h2.port, lab.pki.client)).toBe(true);
    const g2 = await addressOf(h2, 'g2');
    expect(await exitCodeInGuest(h1, 'g1', '/bin/ping', ['-c', '1', '-W', '1', g2])).not.toBe(0);
    await h1.reconnect();
    await waitFor('h1 to answer again', () => acceptsClient(h1.address, h1.port, lab.pki.client), {
      timeoutMs: 30_000,
    });
    expect((await h1.pids()).guests).toEqual(guests);
    expect(await exitCodeInGuest(h1, 'g1', '/bin/ping', ['-c', '3', '-W', '2', g2])).toBe(0);
  });

  it('loses its guests in a crash and comes back with its domains defined and none running', async () => {
    const pids = await h1.pids();
    const records = [pids.init, ...Object.values(pids.guests)].flatMap((pid) => recordOf(pid) ?? []);
    expect(records).toHaveLength(2);
    const connection = await idleConnection(h1, lab.pki.client);
    await h1.crash();
    expect(records.filter(isAlive)).toEqual([]);
    expect(connection.closed || connection.readableEnded).toBe(false); // a host without power says no goodbye
    connection.destroy();
    await expect(h1.virsh(['list'])).rejects.toThrow('h1 is powered off');
    await h1.crash(); // power loss of a host without power
    await h1.start();
    expect(await h1.virsh(['list', '--all', '--name'])).toContain('g1');
    expect(await runningOn(h1)).toEqual([]);
    expect(await virshOverTls(h1, 'capabilities')).toContain(h1.uuid);
    await h1.virsh(['start', 'g1']);
    expect(await addressOf(h1, 'g1')).toMatch(/^10\.77\./);
  });

  it('says whether guests run under KVM, and keeps the answer', async () => {
    const type = await probeVirtType(lab, h1);
    expect(['kvm', 'qemu']).toContain(type);
    expect((await lab.state.mustRead()).virtType).toBe(type);
    expect(await h1.virsh(['list', '--all', '--name'])).not.toContain('probe-');
  });

  it('hides a KVM that no guest runs with, after a crash as well', async () => {
    await hideBrokenKvm(lab);
    const broken = (await probeVirtType(lab, h1)) === 'qemu';
    const looks = () => h1.exec(['sh', '-c', 'test -c /dev/kvm && echo shown || echo hidden']);
    // Without /dev/kvm on the machine there is none to hide, which looks the same.
    expect((await looks()).trim()).toBe(broken ? 'hidden' : 'shown');
    await h1.crash();
    await h1.start();
    expect((await looks()).trim()).toBe(broken ? 'hidden' : 'shown');
    expect(await h1.virsh(['capabilities'])).toMatch(broken ? /^((?!domain type='kvm').)*$/s : /type='kvm'/);
    await h1.virsh(['start', 'g1']);
  });

  it('is found by another process, grows, and does not mind a second lab', async () => {
    const attached = await attachLab(lab.dir);
    expect(attached.hosts.map(({ name, address }) => [name, address])).toEqual(
      lab.hosts.map(({ name, address }) => [name, address]),
    );
    const [second, h3] = await Promise.all([
      startLab({ dir: temporaryFolder(), hosts: 1 }),
      attached.addHost(),
    ]);
    expect(await virshOverTls(h3, 'hostname')).toBe('h3\n');
    expect(second.hosts[0]?.address.split('.')[2]).not.toBe(h1.address.split('.')[2]);
    expect(second.hosts[0]?.uuid).not.toBe(h1.uuid);
    await second.stop();
    expect(await remainsOf(second.dir, second.name)).toEqual([]);
    expect(await virshOverTls(h1, 'hostname')).toBe('h1\n');
  });

  it('refuses a second lab in its folder and one with its name', async () => {
    await expect(startLab({ dir: lab.dir, hosts: 1 })).rejects.toThrow(`lab ${lab.name} runs in ${lab.dir}`);
    const namesake = startLab({ dir: temporaryFolder(), hosts: 1, name: lab.name });
    await expect(namesake).rejects.toThrow(`vmf-${lab.name} exists`);
    expect(await virshOverTls(h1, 'hostname')).toBe('h1\n');
  });

  it('leaves nothing on the machine once stopped', async () => {
    const namespaces = await namespacesOf(lab);
    expect(namespaces.size).toBeGreaterThan(9); // switch and three hosts, three kinds of namespace and more each
    const { guests } = await h1.pids();
    expect(Object.keys(guests)).toEqual(['g1']);
    await lab.stop();
    expect(await remainsOf(lab.dir, lab.name, namespaces)).toEqual([]);
    await lab.stop();
  });

  async function runningOn(host: LabHost): Promise<string[]> {
    return (await host.virsh(['list', '--name'])).split('\n').filter(Boolean).sort();
  }
});

describe('a start that is killed', () => {
  const points: [string, (state: LabState) => boolean][] = [
    ['before anything is made', () => true],
    ['with the switch running', (state) => state.switch !== undefined],
    ['with the machine tied to it', (state) => state.subnet !== undefined],
    ['with the first host running', (state) => state.hosts.some(({ init }) => init)],
    ['with both hosts running', (state) => state.hosts.filter(({ init }) => init).length === 2],
  ];

  it.each(points)('is undone by stopLab: %s', async (_, reached) => {
    const dir = temporaryFolder();
    const lab = new URL('../../hack/lab/lab.ts', import.meta.url).href;
    const script = `import { startLab } from ${JSON.stringify(lab)};
      await startLab({ dir: ${JSON.stringify(dir)}, hosts: 2 });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const file = new StateFile(dir);
    const look = async () => {
      const state = await file.read();
      return state !== undefined && reached(state);
    };
    await waitFor('the point to kill at', look, { timeoutMs: 60_000, everyMs: 1 });
    child.kill('SIGKILL');
    await ended;
    await stopLab(dir);
    expect(await remainsOf(dir, defaultLabName(dir))).toEqual([]);
  });

  it('is undone too where it was killed between starting a thing and recording it', async () => {
    const lab = await startLab({ dir: temporaryFolder(), hosts: 1 });
    const namespaces = await namespacesOf(lab);
    await lab.state.update((state) => {
      delete state.switch;
      for (const host of state.hosts) delete host.init;
    });
    await stopLab(lab.dir);
    expect(await remainsOf(lab.dir, lab.name, namespaces)).toEqual([]);
  });

  it('can be aborted, and cleans up by itself', async () => {
    const dir = temporaryFolder();
    const abort = new AbortController();
    const start = startLab({
      dir,
      hosts: 2,
      signal: abort.signal,
      onProgress: (line) => line.startsWith('starting') && abort.abort(new Error('no longer wanted')),
    });
    await expect(start).rejects.toThrow('no longer wanted');
    expect(await remainsOf(dir, defaultLabName(dir))).toEqual([]);
  });
});

/** Whether libvirtd lets a client in that shows no certificate. */
async function answersWithoutCertificate(host: LabHost): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port: host.port, rejectUnauthorized: false });
    socket.once('data', (data) => resolve(data[0] === 1));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/** A connection as the operator holds it between calls. */
async function idleConnection(host: LabHost, client: Certificate): Promise<TLSSocket> {
  const [cert, key] = [readFileSync(client.certPath), readFileSync(client.keyPath)];
  const socket = connect({ host: host.address, port: host.port, cert, key, rejectUnauthorized: false });
  const [admission] = (await once(socket, 'data')) as [Buffer];
  expect(admission[0]).toBe(1);
  return socket.resume();
}
