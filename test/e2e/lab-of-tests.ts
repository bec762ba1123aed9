import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsTarget } from 'node-libvirt';
import { afterAll, beforeAll } from 'vitest';
import type { LabHost } from '../../hack/lab/host.ts';
import { type Lab, startLab } from '../../hack/lab/lab.ts';
import { type Certificate, readIdentity } from '../../hack/pki.ts';

export interface LabOfTests {
  /** A folder that goes with it. */
  readonly dir: string;
  readonly lab: Lab;
  /** Its first host. */
  readonly host: LabHost;
  hostAt(index: number): LabHost;
  /** A host as a client connects to it over TLS: the first one, by the lab's own certificate for clients. */
  target(host?: LabHost, certificate?: Certificate): Promise<TlsTarget>;
}

/** One lab of this many hosts for all tests of a file or of a `describe`. */
export function labOfTests(hosts = 1): LabOfTests {
  let dir = '';
  let lab: Lab | undefined;
  const running = () => {
    if (!lab) throw new Error('the lab of these tests has not started');
    return lab;
  };
  const hostAt = (index: number) => {
    const host = running().hosts[index];
    if (!host) throw new Error(`the lab of these tests has ${hosts} hosts, and none at ${index}`);
    return host;
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vmfabric-e2e-'));
    lab = await startLab({ dir, hosts });
  });
  afterAll(async () => {
    await lab?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    get dir() {
      return dir;
    },
    get lab() {
      return running();
    },
    get host() {
      return hostAt(0);
    },
    hostAt,
    async target(host = hostAt(0), certificate = running().pki.client) {
      const { address, port } = running().clientAddressOf(host);
      const identity = await readIdentity(running().pki.caPath, certificate);
      return { transport: 'tls', host: address, port, ...identity };
    },
  };
}
