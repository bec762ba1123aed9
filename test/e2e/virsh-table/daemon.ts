import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HypervisorConnection, openHypervisor } from 'node-libvirt';
import { waitFor } from '../../../hack/wait.ts';

/** A libvirtd with state, network and processes of its own; its guests end with it. */
export interface Daemon {
  dir: string;
  socket: string;
  process: ChildProcess;
}

const stateDirs = [
  '/run/libvirt',
  '/var/lib/libvirt',
  '/var/cache/libvirt',
  '/var/log/libvirt',
  '/etc/libvirt',
];

/**
 * Own tmpfs over every place that libvirtd keeps state in: equal paths for any number of them. The shell stays as PID 1
 * and buries guests, whom libvirtd would else wait for in vain.
 */
const script = `
set -e
for d in ${stateDirs.join(' ')}; do mkdir -p $d; mount -t tmpfs none $d; done
mkdir -p /var/lib/libvirt/images
cp "$1/qemu.conf" /etc/libvirt/
libvirtd --config "$1/libvirtd.conf" --pid-file "$1/pid" &
wait $!
`;

const qemuConf = `
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
remember_owner = 0
`;

/** One machine to all, so that nothing but what was done to them tells two daemons apart. */
const libvirtdConf = (dir: string) => `
host_uuid = "6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c00"
unix_sock_dir = "${dir}"
auth_unix_rw = "none"
log_outputs = "3:file:${dir}/libvirtd.log"
`;

/** PID 1 of namespaces of its own: with it ends all that it started, also where this process is killed. */
const isolated = [
  ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--pid', '--fork', '--kill-child'],
  ...['--mount-proc', '--propagation', 'private'],
];

export async function startDaemon(): Promise<Daemon> {
  const dir = await mkdtemp(join(tmpdir(), 'virsh-table-'));
  await writeFile(join(dir, 'libvirtd.conf'), libvirtdConf(dir));
  await writeFile(join(dir, 'qemu.conf'), qemuConf);
  const args = [...isolated, 'sh', '-c', script, 'sh', dir];
  const process = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const daemon = { dir, socket: join(dir, 'libvirt-sock'), process };
  const answers = async () => (await connect(daemon, 'test:///default')).close().then(() => true);
  try {
    await waitFor('libvirtd', answers, { timeoutMs: 30_000 });
  } catch (error) {
    await stopDaemon(daemon);
    throw error;
  }
  return daemon;
}

export async function stopDaemon({ process, dir }: Daemon): Promise<void> {
  const gone = new Promise((resolve) => process.once('exit', resolve));
  if (process.kill('SIGKILL')) await gone; // false once it has ended
  await rm(dir, { recursive: true, force: true, maxRetries: 5 }); // its last words may come meanwhile
}

export function connect(
  { socket: path }: Daemon,
  uri: string,
  options: { readOnly?: boolean } = {},
): Promise<HypervisorConnection> {
  return openHypervisor({ transport: 'unix', path }, { uri, ...options });
}
