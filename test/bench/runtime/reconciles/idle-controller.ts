import { Controller, type ControllerOptions } from '../../../../operator/kube/controller.ts';
import { type KubeObject, keyOf } from '../../../../operator/kube/object.ts';
import { done } from '../../../../operator/kube/result.ts';
import { vmType } from '../vm-type.ts';

/** Reads its object, and hands in the status that the object has already: all is as it should be. */
export class IdleController {
  readonly #controller: Controller<KubeObject>;
  readonly #store: ControllerOptions<KubeObject>['store'];
  #isStarted = false;
  #left = 0;
  #finish: () => void = () => {};

  /** Of a store that is synced. */
  constructor(options: Omit<ControllerOptions<KubeObject>, 'name' | 'type' | 'reconcile'>) {
    this.#store = options.store;
    this.#controller = new Controller({
      ...{ ...options, name: 'idle', type: vmType },
      reconcile: async (key, { cluster }) => {
        const vm: (KubeObject & { status?: object }) | undefined = this.#store.get(key);
        if (vm) await cluster.patchStatus(vmType, vm, vm.status ?? {});
        this.#left -= 1;
        if (this.#left === 0) this.#finish();
        return done;
      },
    });
  }

  /** Reconciles every object once; the first time that is the controller's start. @returns how many there were */
  async reconcileAll(): Promise<number> {
    const keys = this.#store.list().map(keyOf);
    this.#left = keys.length;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#finish = resolve;
    if (this.#isStarted) for (const key of keys) this.#controller.enqueue(key);
    else this.#controller.start();
    this.#isStarted = true;
    await promise;
    return keys.length;
  }
}
