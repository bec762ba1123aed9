import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HypervisorConnection, type OpenOptions, openHypervisor } from 'node-libvirt';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { run } from '../../hack/command.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../../hack/libvirtd/private-libvirtd.ts';

export interface DaemonOfTests {
  /** A folder that goes with it. */
  readonly dir: string;
  readonly daemon: PrivateLibvirtd;
  /** A connection that ends with the test; to the test driver, unless options name another one. */
  open(options?: OpenOptions): Promise<HypervisorConnection>;
}

/** One libvirtd for all tests of a file. */
export function daemonOfTests(): DaemonOfTests {
  const opened: HypervisorConnection[] = [];
  let dir = '';
  let daemon: PrivateLibvirtd | undefined;
  const running = () => {
    if (!daemon) throw new Error('the libvirtd of these tests has not started');
    return daemon;
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'node-libvirt-'));
    daemon = await startPrivateLibvirtd({ dir });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((connection) => connection.close()));
  });
  afterAll(async () => {
    await daemon?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    get dir() {
      return dir;
    },
    get daemon() {
      return running();
    },
    async open(options) {
      const connection = await connect(running(), options);
      opened.push(connection);
      return connection;
    },
  };
}

/** To libvirt's own test driver, unless options name another one. */
export function connect(
  { socket: path }: PrivateLibvirtd,
  options: OpenOptions = {},
): Promise<HypervisorConnection> {
  return openHypervisor({ transport: 'unix', path }, { uri: 'test:///default', ...options });
}

/** What libvirt's own client says of the test driver. */
export function virsh({ socket }: PrivateLibvirtd, ...command: string[]): Promise<string> {
  const uri = `test+unix:///default?socket=${socket}`;
  return run('virsh', ['-q', '-c', uri, ...command], { env: { ...process.env, LC_ALL: 'C' } });
}

/** The words of each line that virsh prints. */
export async function virshTable(daemon: PrivateLibvirtd, ...command: string[]): Promise<string[][]> {
  const lines = (await virsh(daemon, ...command)).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/\s+/));
}

/** A domain of the test driver; `devices` is XML. */
export function domainXml(name: string, devices = ''): string {
  return `<domain type='test'><name>${name}</name><memory unit='MiB'>64</memory><vcpu>2</vcpu><os><type>hvm</type></os>${
    devices && `<devices>${devices}</devices>`
  }</domain>`;
}
