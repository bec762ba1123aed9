import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { acceptsClient } from '../../hack/lab/tls-ready.ts';
import {
  type PrivateLibvirtd,
  type PrivateLibvirtdOptions,
  startPrivateLibvirtd,
} from '../../hack/libvirtd/private-libvirtd.ts';
import { uriAt, virsh } from '../../hack/libvirtd/virsh.ts';
import { isAlive, processesWithEnvironment } from '../../hack/process-record.ts';

let dir: string;
let daemon: PrivateLibvirtd | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'private-libvirtd-'));
});
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
  await rm(dir, { recursive: true, force: true });
});

async function start(options: Partial<PrivateLibvirtdOptions> = {}): Promise<PrivateLibvirtd> {
  daemon = await startPrivateLibvirtd({ dir, ...options });
  return daemon;
}

const seen = async (name: string) => (await readFile(join(dir, name), 'utf8')).trim().split('\n');

describe('a private libvirtd', () => {
  it('sees none of what the machine keeps for its own, and ends when it is stopped', async () => {
    const before = 'ls -A /etc/libvirt /etc/apt > "$1/seen"';
    const { process, stop } = await start({ folders: ['/etc/apt'], before });
    expect(await seen('seen')).toEqual(['/etc/apt:', '', '/etc/libvirt:', 'qemu.conf']);
    expect(isAlive(process)).toBe(true);
    await stop();
    expect(isAlive(process)).toBe(false);
  });

  it('answers at its socket and over TLS once it has started, with the settings that it was given', async () => {
    const { socket, tlsPort, pki } = await start({ settings: { max_clients: 77 } });
    expect(await acceptsClient('127.0.0.1', tlsPort, pki.client)).toBe(true);
    expect(await virsh(uriAt(socket, 'test:///default'), ['list', '--name'])).toMatch(/^test\n/);
    const admin = `libvirtd:///system?socket=${join(dir, 'libvirt-admin-sock')}`;
    const limits = await run('virt-admin', ['-c', admin, 'server-clients-info', 'libvirtd']);
    expect(limits).toMatch(/nclients_max +: 77\n/);
  });

  it('that cannot start says why', async () => {
    const starting = start({ before: 'echo "no such luck" >&2; false' });
    await expect(starting).rejects.toMatchObject({ name: 'ProcessEndedError' });
    await expect(starting).rejects.toThrow(/no such luck/);
  });
});

describe('an isolated libvirtd', () => {
  it('has a network of its own, and all that it started ends with it', async () => {
    const entry = `PRIVATE_LIBVIRTD_OF=${dir}`;
    const before = `ip -o link > "$1/links"\n${entry} setsid sleep 1000 &\necho $$ > "$1/pid-of-shell"`;
    const { tlsPort, pki, stop } = await start({ isolated: true, before });
    expect((await seen('links')).map((line) => line.split(': ')[1])).toEqual(['lo']);
    expect(await seen('pid-of-shell')).toEqual(['1']);
    expect(await acceptsClient('127.0.0.1', tlsPort, pki.client)).toBe(false);
    expect(processesWithEnvironment(entry)).toHaveLength(1);
    await stop();
    expect(processesWithEnvironment(entry)).toEqual([]);
  });
});
