import { freePort } from '../../../hack/control-plane/ports.ts';
import { waitFor } from '../../../hack/wait.ts';
import type { TestFabric } from '../fabric-kit.ts';
import { type HostChange, HostProxy } from './host-proxy.ts';

/** The proxies before all hosts of a fabric. */
export class HostProxies {
  readonly each: readonly HostProxy[];

  constructor(each: readonly HostProxy[]) {
    this.each = each;
  }

  /** Puts one before each host and leads the operator, which must run, to them: by the Nodes' addresses and the pool's port. */
  static async before(fabric: TestFabric): Promise<HostProxies> {
    const { lab } = fabric.fabric;
    const port = await freePort();
    const each = await Promise.all(
      // All of 127.0.0.0/8 is this machine's.
      lab.hosts.map((host, index) => HostProxy.start(lab, host, { address: `127.0.1.${index + 1}`, port })),
    );
    const pool = JSON.stringify({ spec: { connection: { port } } });
    await fabric.kubectl('patch', 'hostpool', 'default', '--type=merge', '-p', pool);
    for (const { host, address } of each) {
      const node = JSON.stringify({ status: { addresses: [{ type: 'InternalIP', address }] } });
      await fabric.kubectl('patch', 'node', host.name, '--subresource=status', '--type=merge', '-p', node);
    }
    const proxies = new HostProxies(each);
    await proxies.connected();
    return proxies;
  }

  /** What was asked for on all hosts, the oldest first. */
  get changes(): HostChange[] {
    return this.each.flatMap(({ changes }) => changes).sort((one, other) => one.at - other.at);
  }

  /** Waits until somebody is connected to every host. */
  async connected(): Promise<void> {
    const all = () => this.each.every(({ clients }) => clients > 0);
    await waitFor('a connection to every host', all, { timeoutMs: 30_000 });
  }

  /** As `HostProxy.keepAnswerBack`, of the `nth` that matches, from 0, whichever host it is asked of. */
  async keepAnswerBack(matches: (change: HostChange) => boolean, nth: number): Promise<HostChange> {
    let seen = 0;
    const isIt = (change: HostChange) => matches(change) && seen++ === nth;
    return Promise.race(this.each.map((proxy) => proxy.keepAnswerBack(isIt)));
  }

  forget(): void {
    for (const proxy of this.each) proxy.forget();
  }

  async stop(): Promise<void> {
    await Promise.all(this.each.map((proxy) => proxy.stop()));
  }
}
