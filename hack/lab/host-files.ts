import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../pki.ts';
import { hostInitScript, hostMounts } from './init-scripts.ts';
import type { HostState } from './state.ts';

/** libvirtd.conf of a lab host: mutual TLS is the only way in from outside. */
export function libvirtdConf(uuid: string): string {
  return conf([
    // Two daemons on one machine read the same UUID from its firmware, and refuse to migrate to each other.
    ['host_uuid', uuid],
    ['listen_tls', 1],
    ['listen_tcp', 0],
    ['auth_tls', 'none'],
    ['auth_unix_ro', 'none'],
    ['auth_unix_rw', 'none'],
    // A daemon with a certificate of the wrong authority would else not start, and no client could meet it.
    ['tls_no_sanity_certificate', 1],
    // The default of 5 requests per connection lets one hung guest stall everything else on it.
    ['max_client_requests', 20],
    ['max_workers', 50],
    ['prio_workers', 10],
    ['keepalive_interval', 5],
    ['keepalive_count', 3],
    ['log_outputs', '3:file:/var/log/libvirt/libvirtd.log'],
  ]);
}

/** For qemu.conf: root without confinement, as a namespace has neither cgroups nor a udev of its own. */
export const unconfined: readonly (readonly [string, ConfValue])[] = [
  ['user', 'root'],
  ['group', 'root'],
  ['cgroup_controllers', []],
  ['security_driver', 'none'],
  ['remember_owner', 0],
  ['namespaces', []],
  ['stdio_handler', 'file'],
];

/** qemu.conf of a lab host. */
export function qemuConf(address: string): string {
  return conf([
    ...unconfined,
    ['default_tls_x509_cert_dir', '/etc/pki/qemu'],
    ['default_tls_x509_verify', 1],
    ['migration_host', address],
    ['keepalive_interval', 5],
    ['keepalive_count', 3],
  ]);
}

/** Writes a host's disk: configuration, certificates and the script of its PID 1. Defined domains are kept. */
export async function writeHostFiles(
  hostDir: string,
  host: HostState,
  pki: { caPath: string; certificate: Certificate },
): Promise<void> {
  for (const [folder] of hostMounts) await mkdir(join(hostDir, folder), { recursive: true });
  await writeFile(join(hostDir, 'etc/libvirtd.conf'), libvirtdConf(host.uuid));
  await writeFile(join(hostDir, 'etc/qemu.conf'), qemuConf(host.address));
  await writeFile(join(hostDir, 'init.sh'), hostInitScript(hostDir, host));
  await placeCertificates(join(hostDir, 'pki'), pki.caPath, pki.certificate);
}

/** The folders that libvirt (as server, and as client of other hosts) and QEMU look into. */
async function placeCertificates(pkiDir: string, caPath: string, certificate: Certificate): Promise<void> {
  for (const folder of ['CA', 'libvirt/private', 'qemu'])
    await mkdir(join(pkiDir, folder), { recursive: true });
  await copyFile(caPath, join(pkiDir, 'CA/cacert.pem'));
  await copyFile(caPath, join(pkiDir, 'qemu/ca-cert.pem'));
  await placeServerCertificate(pkiDir, certificate);
  await copyPair(
    certificate,
    join(pkiDir, 'libvirt/clientcert.pem'),
    join(pkiDir, 'libvirt/private/clientkey.pem'),
  );
  for (const role of ['server', 'client']) {
    await copyPair(certificate, join(pkiDir, `qemu/${role}-cert.pem`), join(pkiDir, `qemu/${role}-key.pem`));
  }
}

/** The certificate that libvirtd shows to its clients, and nothing else. */
export async function placeServerCertificate(pkiDir: string, certificate: Certificate): Promise<void> {
  await copyPair(
    certificate,
    join(pkiDir, 'libvirt/servercert.pem'),
    join(pkiDir, 'libvirt/private/serverkey.pem'),
  );
}

async function copyPair(certificate: Certificate, certPath: string, keyPath: string): Promise<void> {
  await copyFile(certificate.certPath, certPath);
  await copyFile(certificate.keyPath, keyPath);
  await chmod(keyPath, 0o600);
}

/** A value of libvirt's configuration files. */
export type ConfValue = string | number | readonly string[];

/** A configuration file of libvirt's. */
export function conf(settings: readonly (readonly [string, ConfValue])[]): string {
  return settings.map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('');
}
