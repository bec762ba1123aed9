import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingRequirement } from '../apt/apt.ts';
import { freePort } from '../control-plane/ports.ts';
import { type ConfValue, conf, unconfined } from '../lab/host-files.ts';
import { createLabPki, issueHostCertificate, type LabPki } from '../lab/lab-pki.ts';
import type { Certificate } from '../pki.ts';
import { childrenOf, killAndWait, recordOf } from '../process-record.ts';
import { type NamedProcess, Processes } from '../processes.ts';
import { type Isolation, unshareArguments } from './isolation.ts';
import { uriAt, virsh } from './virsh.ts';

export interface PrivateLibvirtdOptions extends Isolation {
  /** Holds its sockets, certificates and logs; made if it is not there. */
  dir: string;
  /** Settings of libvirtd.conf besides its own, or instead of them. */
  settings?: Record<string, ConfValue>;
  signal?: AbortSignal | undefined;
}

/**
 * A libvirtd with its own state, sockets and ports, on the machine's own network unless it is isolated. Nothing of the
 * machine's own libvirt is touched: mounts of its own hide every place that libvirtd keeps state in.
 */
export interface PrivateLibvirtd {
  dir: string;
  socket: string;
  tlsPort: number;
  tcpPort: number;
  /** The authority of its certificate; clients called `operator` are let in over TLS. */
  pki: LabPki;
  /** libvirtd itself, to be killed or stopped by signals; of an isolated one, the parent of its PID 1. */
  process: NamedProcess;
  stop(): Promise<void>;
}

/**
 * Starts one and returns once it answers. It ends with this process, also where that is killed.
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
  await writeFile(join(dir, 'qemu.conf'), conf(unconfined));
  const processes = new Processes(dir);
  const record = processes.start('libvirtd', 'unshare', unshareArguments(dir, options));
  const stop = async () => {
    if (options.isolated) await endNamespace(record);
    await processes.stop('libvirtd');
  };
  try {
    await processes.untilReady('libvirtd', () => answers(dir), { timeoutMs: 30_000, signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return { dir, socket: join(dir, 'libvirt-sock'), tlsPort, tcpPort, pki, process: record, stop };
}

const ownSettings = (dir: string, pki: LabPki, certificate: Certificate): Record<string, ConfValue> => ({
  unix_sock_dir: dir,
  auth_unix_ro: 'none',
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

/** Its sockets, of every kind, answer from the same moment on; the read-only one asks nobody for a password. */
async function answers(dir: string): Promise<boolean> {
  const uri = uriAt(join(dir, 'libvirt-sock-ro'), 'test:///default');
  await virsh(uri, ['-r', 'uri'], { signal: AbortSignal.timeout(5_000) });
  return true;
}

/** With PID 1 ends all that is in its namespace, and PID 1 is gone once all of that is. */
async function endNamespace({ pid }: NamedProcess): Promise<void> {
  await killAndWait(childrenOf(pid).flatMap((child) => recordOf(child) ?? []));
}
