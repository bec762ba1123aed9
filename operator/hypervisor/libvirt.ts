import { type OpenOptions, openHypervisor } from 'node-libvirt';
import type { CallOptions, HostConnection, HostTarget, Hypervisor } from './hypervisor.ts';
import { LibvirtConnection } from './libvirt/connection.ts';
import { asPortError } from './libvirt/errors.ts';

/** Hosts by libvirt's own protocol over mutual TLS; one connection each. */
export class LibvirtHypervisor implements Hypervisor {
  readonly #options: OpenOptions;

  /** Times and limits of the connections; every one has a default. */
  constructor(options: Omit<OpenOptions, 'signal' | 'readOnly'> = {}) {
    this.#options = options;
  }

  async connect(target: HostTarget, { signal }: CallOptions = {}): Promise<HostConnection> {
    const { address: host, port, credentials } = target;
    const { ca, certificate: cert, key } = credentials;
    try {
      const tls = { transport: 'tls', host, port, ca, cert, key } as const;
      return new LibvirtConnection(await openHypervisor(tls, { ...this.#options, signal }));
    } catch (error) {
      throw asPortError(error);
    }
  }
}
