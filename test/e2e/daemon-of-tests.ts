import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HypervisorConnection, OpenOptions, Target } from 'node-libvirt';
import { afterAll, beforeAll } from 'vitest';
import {
  type PrivateLibvirtd,
  type PrivateLibvirtdOptions,
  startPrivateLibvirtd,
} from '../../hack/libvirtd/private-libvirtd.ts';
import { virsh as runVirsh, uriAt } from '../../hack/libvirtd/virsh.ts';
import { connectionsOfTests } from './connections-of-tests.ts';

export interface DaemonOfTests {
  /** A folder that goes with it. */
  readonly dir: string;
  readonly daemon: PrivateLibvirtd;
  /** A connection to its socket that ends with the test; to the test driver, unless options name another one. */
  open(options?: OpenOptions): Promise<HypervisorConnection>;
  /** The same by another way in. */
  openAt(target: Target, options?: OpenOptions): Promise<HypervisorConnection>;
}

/** Options of a daemon, made when its folder is there. */
type OptionsIn = (dir: string) => Promise<Omit<PrivateLibvirtdOptions, 'dir'>>;

/** One libvirtd for all tests of a file or of a `describe`. */
export function daemonOfTests(optionsIn: OptionsIn = async () => ({})): DaemonOfTests {
  const connect = connectionsOfTests();
  let dir = '';
  let daemon: PrivateLibvirtd | undefined;
  const running = () => {
    if (!daemon) throw new Error('the libvirtd of these tests has not started');
    return daemon;
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'node-libvirt-'));
    daemon = await startPrivateLibvirtd({ dir, ...(await optionsIn(dir)) });
  });
  afterAll(async () => {
    await daemon?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const openAt = (target: Target, options?: OpenOptions) =>
    connect(target, { uri: 'test:///default', ...options });
  return {
    get dir() {
      return dir;
    },
    get daemon() {
      return running();
    },
    open: (options) => openAt(unixTarget(running()), options),
    openAt,
  };
}

/** A daemon's socket. */
export function unixTarget({ socket: path }: PrivateLibvirtd): Target {
  return { transport: 'unix', path };
}

/** What libvirt's own client says of the test driver. */
export function virsh({ socket }: PrivateLibvirtd, ...command: string[]): Promise<string> {
  return runVirsh(uriAt(socket, 'test:///default'), command);
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
