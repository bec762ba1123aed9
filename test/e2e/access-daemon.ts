import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../hack/command.ts';
import { freePort } from '../../hack/control-plane/ports.ts';
import { createAuthority, issue } from '../../hack/pki.ts';

/** A libvirtd of a test's own that lets users in by password, or over ssh; the machine's libvirt is not touched. */
export interface AccessDaemon {
  dir: string;
  socket: string;
  tlsPort: number;
  tcpPort: number;
  process: ChildProcess;
}

export interface AccessOptions {
  /** What SASL offers. */
  mechanisms: string;
  /** Made in the daemon's own database; the passwords are in it as they are. */
  users: Readonly<Record<string, string>>;
  /** Lines for libvirtd.conf, after those that every daemon has. */
  conf: string;
  /** Puts more files into its folder before it starts. */
  prepare?: (dir: string) => Promise<void>;
  /** Run by sh in the daemon's mount namespace before it; `$1` is its folder. */
  before?: string;
}

const ownDirs = [
  ...['/run/libvirt', '/var/lib/libvirt', '/var/cache/libvirt', '/var/log/libvirt', '/etc/libvirt'],
  '/etc/sasl2',
];

const script = (before: string) => `
set -e
for d in ${ownDirs.join(' ')}; do mkdir -p $d; mount -t tmpfs none $d; done
cp "$1/sasl.conf" /etc/sasl2/libvirt.conf
${before}
exec libvirtd --listen --config "$1/libvirtd.conf" --pid-file "$1/pid"
`;

function libvirtdConf({ dir, tlsPort, tcpPort }: Omit<AccessDaemon, 'process'>): string {
  return `
unix_sock_dir = "${dir}"
listen_tls = 1
listen_tcp = 1
listen_addr = "127.0.0.1"
tls_port = "${tlsPort}"
tcp_port = "${tcpPort}"
ca_file = "${dir}/cacert.pem"
cert_file = "${dir}/host.crt"
key_file = "${dir}/host.key"
log_outputs = "3:file:${dir}/libvirtd.log"
`;
}

/** Starts it; it listens soon after. It ends with this process, also where that is killed. */
export async function startAccessDaemon(options: AccessOptions): Promise<AccessDaemon> {
  const dir = await mkdtemp(join(tmpdir(), 'node-libvirt-access-'));
  const places = {
    dir,
    socket: join(dir, 'libvirt-sock'),
    tlsPort: await freePort(),
    tcpPort: await freePort(),
  };
  await writeCertificates(dir);
  await writeUsers(dir, options);
  await writeFile(join(dir, 'libvirtd.conf'), libvirtdConf(places) + options.conf);
  await options.prepare?.(dir);
  const shell = ['sh', '-c', script(options.before ?? ''), 'sh', dir];
  const args = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', ...shell];
  const process = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return { ...places, process };
}

export async function stopAccessDaemon(daemon: AccessDaemon | undefined): Promise<void> {
  if (!daemon) return;
  const gone = new Promise((resolve) => daemon.process.once('exit', resolve));
  if (daemon.process.kill('SIGKILL')) await gone; // false once it has ended
  await rm(daemon.dir, { recursive: true, force: true });
}

/** Under the names that virsh looks for in its `pkipath`, which are ours as well. */
async function writeCertificates(dir: string): Promise<void> {
  const ca = await createAuthority(dir, 'ca', 'node-libvirt test');
  await issue(ca, dir, { name: 'host', commonName: 'host', ipAddresses: ['127.0.0.1'] });
  await issue(ca, dir, { name: 'client', commonName: 'client' });
  const copies = [
    ['ca.crt', 'cacert.pem'],
    ['client.crt', 'clientcert.pem'],
    ['client.key', 'clientkey.pem'],
  ] as const;
  for (const [from, to] of copies) await run('cp', [join(dir, from), join(dir, to)]);
}

async function writeUsers(dir: string, { mechanisms, users }: AccessOptions): Promise<void> {
  const database = join(dir, 'passwd.db');
  await writeFile(join(dir, 'sasl.conf'), `mech_list: ${mechanisms}\nsasldb_path: ${database}\n`);
  for (const [name, password] of Object.entries(users))
    await run('saslpasswd2', ['-p', '-c', '-a', 'libvirt', '-f', database, name], { input: password });
}
