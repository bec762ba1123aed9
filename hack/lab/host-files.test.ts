import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { libvirtdConf, placeServerCertificate, qemuConf, writeHostFiles } from './host-files.ts';

const uuid = 'fcc3b652-1bba-4f44-834b-b9569c7d371b';
const host = { name: 'h1', index: 1, address: '192.168.200.11', uuid };

describe('libvirtdConf', () => {
  const lines = libvirtdConf(uuid).split('\n');

  it('lets nobody in from outside but by TLS', () => {
    expect(lines).toContain('listen_tls = 1');
    expect(lines).toContain('listen_tcp = 0');
    expect(lines.join()).not.toContain('tls_no_verify_certificate');
  });

  it('has its own identity and the limits that busy clients need', () => {
    expect(lines).toContain(`host_uuid = "${uuid}"`);
    expect(lines).toContain('max_client_requests = 20');
    expect(lines).toContain('max_workers = 50');
    expect(lines).toContain('prio_workers = 10');
    expect(lines).toContain('keepalive_interval = 5');
    expect(lines).toContain('keepalive_count = 3');
  });
});

describe('qemuConf', () => {
  it('verifies both ends of a migration and offers the address that the certificate names', () => {
    const lines = qemuConf(host.address).split('\n');
    expect(lines).toContain('default_tls_x509_verify = 1');
    expect(lines).toContain('migration_host = "192.168.200.11"');
    expect(lines).toContain('cgroup_controllers = []');
  });
});

describe('the files of a host', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vmfabric-host-'));
    for (const name of ['ca.crt', 'h1.crt', 'h1.key', 'x.crt', 'x.key'])
      await writeFile(join(dir, name), name);
    await writeHostFiles(join(dir, 'h1'), host, { caPath: join(dir, 'ca.crt'), certificate: pair('h1') });
    return () => rm(dir, { recursive: true });
  });

  const pair = (name: string) => ({ certPath: join(dir, `${name}.crt`), keyPath: join(dir, `${name}.key`) });
  const read = (path: string) => readFile(join(dir, 'h1/pki', path), 'utf8');

  it.each([
    ['CA/cacert.pem', 'ca.crt'],
    ['libvirt/servercert.pem', 'h1.crt'],
    ['libvirt/private/serverkey.pem', 'h1.key'],
    ['libvirt/clientcert.pem', 'h1.crt'],
    ['libvirt/private/clientkey.pem', 'h1.key'],
    ['qemu/ca-cert.pem', 'ca.crt'],
    ['qemu/server-cert.pem', 'h1.crt'],
    ['qemu/client-key.pem', 'h1.key'],
  ])('has %s', async (path, content) => {
    expect(await read(path)).toBe(content);
  });

  it('has keys that only root reads', async () => {
    expect((await stat(join(dir, 'h1/pki/libvirt/private/serverkey.pem'))).mode & 0o777).toBe(0o600);
  });

  it('changes the certificate shown to clients and no other', async () => {
    await placeServerCertificate(join(dir, 'h1/pki'), pair('x'));
    expect(await read('libvirt/servercert.pem')).toBe('x.crt');
    expect(await read('libvirt/clientcert.pem')).toBe('h1.crt');
    expect(await read('qemu/server-cert.pem')).toBe('h1.crt');
  });

  it('keeps defined domains when it is written again', async () => {
    const domain = join(dir, 'h1/etc/domain.xml');
    await writeFile(domain, '<domain/>');
    await writeHostFiles(join(dir, 'h1'), host, { caPath: join(dir, 'ca.crt'), certificate: pair('h1') });
    expect(await readFile(domain, 'utf8')).toBe('<domain/>');
  });
});
