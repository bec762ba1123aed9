import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HypervisorConnection, openHypervisor } from 'node-libvirt';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../../../hack/libvirtd/private-libvirtd.ts';
import { uriAt } from '../../../hack/libvirtd/virsh.ts';
import { unixTarget } from '../daemon-of-tests.ts';
import { files, imageFolder } from './files.ts';
import type { Driver } from './row.ts';
import type { VirshOptions } from './virsh.ts';

const uris = { test: 'test:///default', qemu: 'qemu:///system', reader: 'test:///default' } as const;

/** One machine to all, so that nothing but what was done to them tells two daemons apart. */
const settings = { host_uuid: '6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c00' };

/** One of two equal daemons. Connections stay open: the test driver forgets all with its last one. */
export class Twin {
  readonly #daemon: PrivateLibvirtd;
  readonly #connections: Record<Driver, HypervisorConnection>;

  private constructor(daemon: PrivateLibvirtd, connections: Record<Driver, HypervisorConnection>) {
    this.#daemon = daemon;
    this.#connections = connections;
  }

  static async start(): Promise<Twin> {
    const dir = await mkdtemp(join(tmpdir(), 'virsh-table-'));
    const daemon = await startPrivateLibvirtd({
      ...{ dir, settings, isolated: true, before: `mkdir -p ${imageFolder}` },
    });
    const target = unixTarget(daemon);
    const [test, qemu, reader] = await Promise.all([
      openHypervisor(target, { uri: uris.test }),
      openHypervisor(target, { uri: uris.qemu }),
      openHypervisor(target, { uri: uris.reader, readOnly: true }),
    ]);
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
    return new Twin(daemon, { test, qemu, reader });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.#connections).map((connection) => connection.close()));
    await this.#daemon.stop();
    await rm(this.#daemon.dir, { recursive: true, force: true });
  }

  hypervisor(driver: Driver): HypervisorConnection {
    return this.#connections[driver];
  }

  /** How virsh gets to it; `files` are in its folder. */
  virsh(driver: Driver): VirshOptions {
    const { socket, dir: cwd } = this.#daemon;
    return { uri: uriAt(socket, uris[driver]), cwd, readOnly: driver === 'reader' };
  }
}
