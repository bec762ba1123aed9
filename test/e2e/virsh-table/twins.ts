import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HypervisorConnection } from 'node-libvirt';
import { connect, type Daemon, startDaemon, stopDaemon } from './daemon.ts';
import { files } from './files.ts';
import type { Driver } from './row.ts';
import type { VirshOptions } from './virsh.ts';

const uris = { test: 'test:///default', qemu: 'qemu:///system', reader: 'test:///default' } as const;

/** One of two equal daemons. Connections stay open: the test driver forgets all with its last one. */
export class Twin {
  readonly #daemon: Daemon;
  readonly #connections: Record<Driver, HypervisorConnection>;

  private constructor(daemon: Daemon, connections: Record<Driver, HypervisorConnection>) {
    this.#daemon = daemon;
    this.#connections = connections;
  }

  static async start(): Promise<Twin> {
    const daemon = await startDaemon();
    const [test, qemu, reader] = await Promise.all([
      connect(daemon, uris.test),
      connect(daemon, uris.qemu),
      connect(daemon, uris.reader, { readOnly: true }),
    ]);
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(daemon.dir, name), text)));
    return new Twin(daemon, { test, qemu, reader });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.#connections).map((connection) => connection.close()));
    await stopDaemon(this.#daemon);
  }

  hypervisor(driver: Driver): HypervisorConnection {
    return this.#connections[driver];
  }

  /** How virsh gets to it; `files` are in its folder. */
  virsh(driver: Driver): VirshOptions {
    const { socket, dir: cwd } = this.#daemon;
    const uri = `${uris[driver].replace(':', '+unix:')}?socket=${socket}`;
    return { uri, cwd, readOnly: driver === 'reader' };
  }
}
