import { virtualMachines } from '../../../../operator/api/kinds.ts';
import type { FakeCluster } from '../../../../operator/kube/fake-cluster.ts';
import type { VirtualClock } from '../../../../operator/kube/testing/virtual-clock.ts';
import { OperatorRig } from '../operator/rig.ts';
import { createPool, fleetNamespace, prepare } from '../population.ts';
import { forEach, vmManifest } from '../vms.ts';

const hosts = 10;
/** At a time. */
const batch = 100;
/** Of the clock, which costs nothing: long enough for VMs to come up, and for what is kept for minutes to be let go. */
const [upMs, downMs] = [10_000, 10_000];

/** VMs that come and go by way of the whole operator. */
export class OperatorLives {
  readonly #cluster: FakeCluster;
  readonly #clock: VirtualClock;
  readonly #rig: OperatorRig;
  #lived = 0;

  private constructor(cluster: FakeCluster, clock: VirtualClock) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#rig = new OperatorRig({ cluster, clock, hosts });
  }

  static async open(cluster: FakeCluster, clock: VirtualClock): Promise<OperatorLives> {
    await prepare(cluster, [fleetNamespace]);
    await createPool(cluster, hosts);
    const lives = new OperatorLives(cluster, clock);
    await lives.#rig.operator.start();
    await clock.advance(upMs);
    return lives;
  }

  /** Creates so many, and deletes them when they are Ready. @throws Error when some do not come up, or do not go */
  async live(count: number): Promise<void> {
    for (let left = count; left > 0; left -= batch) await this.#liveAtOnce(Math.min(left, batch));
  }

  async #liveAtOnce(count: number): Promise<void> {
    await forEach(count, async () => {
      this.#lived += 1;
      await this.#cluster.create(virtualMachines, vmManifest(fleetNamespace, `life-${this.#lived}`));
    });
    await this.#clock.advance(upMs);
    const vms = this.#rig.operator.stores.virtualMachines.list();
    if (vms.length !== count || !this.#rig.isQuiet) throw new Error(`not all of ${count} VMs came up`);
    for (const { metadata } of vms) await this.#cluster.delete(virtualMachines, metadata);
    await this.#clock.advance(downMs);
    const { size } = this.#rig.operator.stores.virtualMachines;
    if (size > 0) throw new Error(`${size} of ${count} VMs did not go`);
    this.#rig.forgetWalks();
  }
}
