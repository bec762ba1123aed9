import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { type KubeObject, keyOf } from '../../kube/object.ts';
import { Store } from '../../kube/store.ts';
import type { Decision } from '../../placement/model/decision.ts';
import { RecordedLinks } from '../host/recorded-links.ts';
import { PoolModel } from '../pool/pool-model.ts';
import { addIndexes, type Stores } from '../stores.ts';
import { pauseAnnotation } from '../virtualmachine/pause.ts';
import type { DumpedObjects } from './dump.ts';
import { partNames } from './parts.ts';

/** The operator's own model of pools, over objects that were read once. */
export interface Snapshot {
  stores: Stores;
  pools: PoolModel;
}

/** Decides as the operator does: by the same code, told of the same objects. */
export function snapshotOf(objects: DumpedObjects): Snapshot {
  const onHandlerError = (error: unknown) => {
    throw error;
  };
  const stores = Object.fromEntries(
    partNames.map((name) => [name, new Store({ onHandlerError })]),
  ) as never as Stores;
  addIndexes(stores);
  const pools = new PoolModel(stores, new RecordedLinks(stores));
  for (const name of partNames) (stores[name] as unknown as Store<KubeObject>).replace(objects[name], '1');
  // A host that has another one's uuid is known by both.
  for (const { metadata } of stores.hosts.list()) pools.refreshHost(metadata.name);
  return { stores, pools };
}

export interface Replayed {
  vm: VirtualMachine;
  /** Undefined where the VM's HostPool is not there. */
  decision: Decision | undefined;
}

/**
 * What the operator would decide for the VMs that wait for a host, the oldest first, each placed before the next is asked
 * about. The snapshot is changed by it.
 */
export function replay({ stores, pools }: Snapshot): Replayed[] {
  return waiting(stores).map((vm) => {
    const pool = stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
    const decision = pool && pools.place(vm, pool);
    if (decision?.kind === 'placed') pools.assume(vm, decision.host);
    return { vm, decision };
  });
}

/** VMs that would be given a host if there were one, the oldest first. */
export function waiting({ virtualMachines }: Stores): VirtualMachine[] {
  const age = ({ metadata }: VirtualMachine) => `${metadata.creationTimestamp ?? ''} ${keyOf(metadata)}`;
  return virtualMachines
    .byIndex('unplaced', 'yes')
    .filter(waits)
    .sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

function waits({ metadata, spec }: VirtualMachine): boolean {
  const isPaused = metadata.annotations?.[pauseAnnotation] === 'true';
  return !metadata.deletionTimestamp && !isPaused && spec.runStrategy !== 'Halted';
}
