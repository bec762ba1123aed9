import type { HostConnection, Hypervisor } from '../../operator/hypervisor/hypervisor.ts';
import type { Cluster } from '../../operator/kube/cluster.ts';

/** The ports of a process that can die: from then on nothing that it still does reaches anything. */
export class Mortal {
  readonly cluster: Cluster;
  readonly hypervisor: Hypervisor;
  readonly #connections = new Set<HostConnection>();
  #isDead = false;

  constructor(ports: { cluster: Cluster; hypervisor: Hypervisor }) {
    this.cluster = this.#gate(ports.cluster);
    this.hypervisor = this.#gate<Hypervisor>({
      connect: async (target, options) => this.#keep(await ports.hypervisor.connect(target, options)),
    });
  }

  /** Its calls fail from now on, and its connections to hosts close as those of a process that is gone. */
  die(): void {
    this.#isDead = true;
    for (const connection of this.#connections) void connection.close();
  }

  #keep(connection: HostConnection): HostConnection {
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    if (this.#isDead) void connection.close();
    return this.#gate(connection);
  }

  #gate<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (this.#isDead) throw new Error('this process is dead');
          return Reflect.apply(member, target, args);
        };
      },
    });
  }
}
