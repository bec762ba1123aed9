import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../hack/wait.ts';

/** A libvirtd with its own state, reached by its socket only; nothing of the machine's own libvirt is touched. */
export interface PrivateLibvirtd {
  dir: string;
  socket: string;
  stop(): Promise<void>;
}

const stateDirs = [
  '/run/libvirt',
  '/var/lib/libvirt',
  '/var/cache/libvirt',
  '/var/log/libvirt',
  '/etc/libvirt',
];

/** Own tmpfs over every place that libvirtd keeps state in, so that only its socket is seen from outside. */
const script = `
set -e
for d in ${stateDirs.join(' ')}; do mkdir -p $d; mount -t tmpfs none $d; done
exec libvirtd --config "$1/libvirtd.conf" --pid-file "$1/pid"
`;

/** Resolves once it answers. */
export async function startPrivateLibvirtd(): Promise<PrivateLibvirtd> {
  const dir = await mkdtemp(join(tmpdir(), 'private-libvirtd-'));
  const conf = `unix_sock_dir = "${dir}"\nauth_unix_rw = "none"\nlog_outputs = "3:file:${dir}/libvirtd.log"\n`;
  await writeFile(join(dir, 'libvirtd.conf'), conf);
  const unshare = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', dir];
  // It ends with this process, also where that is killed.
  const process = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const socket = join(dir, 'libvirt-sock');
  const stop = async () => {
    const gone = new Promise((resolve) => process.once('exit', resolve));
    if (process.kill('SIGKILL')) await gone; // false once it has ended
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await waitFor('libvirtd', () => canConnect(socket), { timeoutMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { dir, socket, stop };
}

function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const stream = createConnection(path);
    stream.once('error', () => resolve(false));
    stream.once('connect', () => {
      stream.destroy();
      resolve(true);
    });
  });
}
