import type { Logger } from 'pino';
import type { Hypervisor } from '../../operator/hypervisor/hypervisor.ts';
import type { Clock } from '../../operator/kube/clock.ts';
import { Operator } from '../../operator/operator.ts';
import { Mortal } from '../chaos/mortal.ts';
import { type Client, connect } from './kube-client.ts';

export interface LifeOptions {
  kubeconfigPath: string;
  hypervisor: Hypervisor;
  clock: Clock;
  log: Logger;
  lease?: { namespace: string; name: string };
  /** Where the real one exits. */
  onLost: () => void;
}

/** One life of an operator, in this process, from its start to its sudden end. */
export class OperatorLife {
  readonly #client: Client;
  readonly #mortal: Mortal;
  readonly #operator: Operator;

  static async begin(options: LifeOptions): Promise<OperatorLife> {
    return new OperatorLife(await connect(options.kubeconfigPath), options);
  }

  constructor(client: Client, options: LifeOptions) {
    const { clock, log, onLost, lease } = options;
    this.#client = client;
    this.#mortal = new Mortal({ cluster: client.cluster, hypervisor: options.hypervisor });
    this.#operator = new Operator({
      ...{ cluster: this.#mortal.cluster, hypervisor: this.#mortal.hypervisor },
      ...{ clock, log, onLost, random: Math.random, metrics: client.metrics },
      ...{ identity: crypto.randomUUID(), graceMs: 0 },
      ...(lease ? { lease } : {}),
    });
    void this.#operator.start();
  }

  /** Nothing of it reaches anybody any more, from this call on; resolves when it holds no resources either. */
  async kill(): Promise<void> {
    this.#mortal.die();
    await this.#client.transport.close();
    await this.#operator.stop();
  }
}
