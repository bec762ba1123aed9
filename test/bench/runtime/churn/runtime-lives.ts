import type { Clock } from '../../../../operator/kube/clock.ts';
import type { Cluster } from '../../../../operator/kube/cluster.ts';
import { Controller, type ReconcileContext } from '../../../../operator/kube/controller.ts';
import { createKubeMetrics } from '../../../../operator/kube/metrics.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../../../../operator/kube/object.ts';
import { Reflector } from '../../../../operator/kube/reflector.ts';
import { done, type Result } from '../../../../operator/kube/result.ts';
import { type Change, Store } from '../../../../operator/kube/store.ts';
import { createLog } from '../../../../operator/telemetry/log.ts';
import { fleetNamespace } from '../population.ts';
import { vmType } from '../vm-type.ts';
import { forEach, vmManifest } from '../vms.ts';

type Vm = KubeObject & { status?: { observedGeneration?: number } };

const finalizer = 'vmfabric.io/domain';

/** VMs that come and go by way of a reflector, a store, a queue and a controller that does what every operator's does. */
export class RuntimeLives {
  readonly #cluster: Cluster;
  readonly #store = new Store<Vm>();
  readonly #waiting = new Map<ObjectKey, { until: (vm: Vm | undefined) => boolean; resolve: () => void }>();
  #lived = 0;

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#store.addIndexer('namespace', ({ metadata: { namespace = '' } }) => [namespace]);
  }

  static async open(cluster: Cluster, clock: Clock): Promise<RuntimeLives> {
    const lives = new RuntimeLives(cluster);
    const parts = { cluster, clock, random: Math.random, log: createLog({ level: 'silent' }) };
    const shared = { ...parts, metrics: createKubeMetrics(), type: vmType, store: lives.#store };
    const reflector = new Reflector({ ...shared, namespace: fleetNamespace });
    reflector.start();
    await reflector.synced;
    const reconcile = (key: ObjectKey, context: ReconcileContext) => lives.#reconcile(key, context);
    new Controller({ ...shared, name: 'lives', reconcile }).start();
    lives.#store.subscribe((change) => lives.#tell(change));
    return lives;
  }

  /** Creates so many, and deletes each once the controller has seen it; returns when all are gone. */
  async live(count: number): Promise<void> {
    await forEach(count, async () => {
      this.#lived += 1;
      const manifest = vmManifest(fleetNamespace, `life-${this.#lived}`);
      const ref = manifest.metadata;
      const isSeen = this.#until(keyOf(ref), (vm) => vm?.status?.observedGeneration !== undefined);
      const { uid } = (await this.#cluster.create(vmType, manifest)).metadata;
      await isSeen;
      const isGone = this.#until(keyOf(ref), (vm) => vm === undefined);
      await this.#cluster.delete(vmType, { ...ref, uid });
      await isGone;
    });
  }

  #until(key: ObjectKey, until: (vm: Vm | undefined) => boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(key, { until, resolve }));
  }

  #tell({ type, object }: Change<Vm>): void {
    const key = keyOf(object);
    const waiting = this.#waiting.get(key);
    if (!waiting?.until(type === 'deleted' ? undefined : object)) return;
    this.#waiting.delete(key);
    waiting.resolve();
  }

  async #reconcile(key: ObjectKey, { cluster }: ReconcileContext): Promise<Result> {
    const vm = this.#store.get(key);
    if (!vm) return done;
    const { deletionTimestamp, generation = 0 } = vm.metadata;
    if (deletionTimestamp) await cluster.setFinalizers(vmType, vm, []);
    else {
      const kept = await cluster.setFinalizers(vmType, vm, [finalizer]);
      await cluster.patchStatus<Vm>(vmType, kept, { observedGeneration: generation });
    }
    return done;
  }
}
