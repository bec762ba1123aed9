import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingRequirement } from '../apt/apt.ts';
import { freePort } from '../control-plane/ports.ts';
import { type ConfValue, conf } from '../lab/host-files.ts';
import { createLabPki, issueHostCertificate, type LabPki } from '../lab/lab-pki.ts';
import { acceptsClient } from '../lab/tls-ready.ts';
import type { Certificate } from '../pki.ts';
import { type NamedProcess, Processes } from '../processes.ts';

export interface PrivateLibvirtdOptions {
  /** Holds its sockets, certificates and logs; made if it is not there. */
  dir: string;
  /** Settings of libvirtd.conf besides its own, or instead of them. */
  settings?: Record<string, ConfValue>;
  signal?: AbortSignal | undefined;
}

/**
 * A libvirtd with its own state, sockets and ports, on the machine's own network. Nothing of the machine's own libvirt
 * is touched: mounts of its own hide every place that libvirtd keeps state in.
 */
export interface PrivateLibvirtd {
  dir: string;
  socket: string;
  tlsPort: number;
  tcpPort: number;
  /** The authority of its certificate; clients called `operator` are let in over TLS. */
  pki: LabPki;
  process: NamedProcess;
  stop(): Promise<void>;
}

const stateDirs = '/run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt';

const script = `
set -e
for d in ${stateDirs}; do mkdir -p $d; mount -t tmpfs none $d; done
cp "$1/qemu.conf" /etc/libvirt/
exec libvirtd --listen --config "$1/libvirtd.conf" --pid-file "$1/pid"
`;

/** Root without confinement, as a namespace has neither cgroups nor a udev of its own. */
const qemuConf = conf([
  ['user', 'root'],
  ['group', 'root'],
  ['security_driver', 'none'],
  ['cgroup_controllers', []],
  ['namespaces', []],
  ['stdio_handler', 'file'],
  ['remember_owner', 0],
]);

/**
 * Starts one and returns once it takes clients. It ends with this process, also where that is killed.
 * @throws MissingRequirement without root; ProcessEndedError with the end of its log when it does not start
 */
export async function startPrivateLibvirtd(options: PrivateLibvirtdOptions): Promise<PrivateLibvirtd> {
  if (process.getuid?.() !== 0)
    throw new MissingRequirement('Missing root: a libvirtd with mounts of its own needs it; use sudo.');
  const { dir, settings, signal } = options;
  const [tlsPort, tcpPort] = [await freePort(), await freePort()];
  await mkdir(dir, { recursive: true });
  const pki = await createLabPki(dir);
  const certificate = await issueHostCertificate(pki, 'host', '127.0.0.1');
  const own = { ...ownSettings(dir, pki, certificate), tls_port: `${tlsPort}`, tcp_port: `${tcpPort}` };
  await writeFile(join(dir, 'libvirtd.conf'), conf(Object.entries({ ...own, ...settings })));
  await writeFile(join(dir, 'qemu.conf'), qemuConf);
  const processes = new Processes(dir);
  const isolate = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', dir];
  const record = processes.start('libvirtd', 'unshare', isolate);
  const stop = () => processes.stop('libvirtd');
  try {
    await processes.untilReady('libvirtd', () => acceptsClient('127.0.0.1', tlsPort, pki.client), {
      timeoutMs: 20_000,
      signal,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { dir, socket: join(dir, 'libvirt-sock'), tlsPort, tcpPort, pki, process: record, stop };
}

const ownSettings = (dir: string, pki: LabPki, certificate: Certificate): Record<string, ConfValue> => ({
  unix_sock_dir: dir,
  auth_unix_rw: 'none',
  auth_tcp: 'none',
  auth_tls: 'none',
  listen_tls: 1,
  listen_tcp: 1,
  listen_addr: '127.0.0.1',
  ca_file: pki.caPath,
  cert_file: certificate.certPath,
  key_file: certificate.keyPath,
  tls_allowed_dn_list: ['*CN=operator*'],
  log_outputs: `3:file:${dir}/libvirtd.log`,
});
