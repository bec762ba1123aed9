import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHypervisor } from 'node-libvirt';
import { waitFor } from '../../hack/wait.ts';

/** A libvirtd of this process, on a unix socket, with its own state. */
export interface ContractDaemon {
  socket: string;
  stop(): Promise<void>;
}

/** Own tmpfs over every place that libvirtd keeps state in, so that only its socket is seen from outside. */
const script = `
set -e
for d in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt; do
  mkdir -p $d; mount -t tmpfs none $d
done
exec libvirtd --config "$1/libvirtd.conf" --pid-file "$1/pid"
`;

const conf = (dir: string) => `
unix_sock_dir = "${dir}"
auth_unix_rw = "none"
log_outputs = "3:file:${dir}/libvirtd.log"
`;

/** Starts it; it ends with this process, also where that is killed. */
export async function startContractDaemon(): Promise<ContractDaemon> {
  const dir = await mkdtemp(join(tmpdir(), 'node-libvirt-contract-'));
  await writeFile(join(dir, 'libvirtd.conf'), conf(dir));
  const inside = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', dir];
  const daemon = spawn('setpriv', ['--pdeathsig', 'KILL', ...inside], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const socket = join(dir, 'libvirt-sock');
  const answers = async () => {
    const connection = await openHypervisor({ transport: 'unix', path: socket }, { uri: 'test:///default' });
    await connection.close();
    return true;
  };
  await waitFor('libvirtd', answers, { timeoutMs: 20_000 });
  return {
    socket,
    stop: async () => {
      const gone = new Promise((resolve) => daemon.once('exit', resolve));
      if (daemon.kill('SIGKILL')) await gone;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
