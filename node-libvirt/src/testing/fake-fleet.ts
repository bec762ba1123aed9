import type { Duplex } from 'node:stream';
import { FakeHost, type FakeHostOptions } from './fake-host/fake-host.ts';
import { type Listener, listenTls, type ServerIdentity } from './listeners.ts';

export interface FleetOptions {
  /** Running domains that each host has. Default 0. */
  domainsPerHost?: number | undefined;
  /** Hosts that take a client's connection and never answer. */
  isHung?: boolean | undefined;
  host?: FakeHostOptions | undefined;
}

/** Hosts without number behind one port of mutual TLS: every connection leads to one of its own, which ends with it. */
export class FakeFleet {
  readonly #options: FleetOptions;
  readonly #hosts = new Set<FakeHost>();
  #listener: Listener | undefined;

  constructor(options: FleetOptions = {}) {
    this.#options = options;
  }

  /** Those that have a client now. */
  get hosts(): ReadonlySet<FakeHost> {
    return this.#hosts;
  }

  /** Serves on the loopback interface; gives the port. */
  async listen(identity: ServerIdentity): Promise<number> {
    this.#listener = await listenTls(identity, (stream) => this.#accept(stream));
    return this.#listener.port;
  }

  /** Ends all connections and the listener. */
  async close(): Promise<void> {
    await this.#listener?.close();
  }

  #accept(stream: Duplex): void {
    const host = new FakeHost(this.#options.host);
    if (this.#options.isHung) host.faults.hang();
    for (let number = 1; number <= (this.#options.domainsPerHost ?? 0); number++)
      host.state.domains.createTransient(domainXml(number), 0);
    this.#hosts.add(host);
    stream.once('close', () => this.#hosts.delete(host));
    host.accept(stream);
  }
}

function domainXml(number: number): string {
  return `<domain type='kvm'><name>vm-${number}</name><memory unit='MiB'>512</memory><vcpu>1</vcpu></domain>`;
}
