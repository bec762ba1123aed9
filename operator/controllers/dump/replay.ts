import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { KubeObject } from '../../kube/object.ts';
import { Store } from '../../kube/store.ts';
import { bySize } from '../../placement/model/size.ts';
import type { VmState } from '../../placement/model/vm.ts';
import { RecordedLinks } from '../host/recorded-links.ts';
import { type Choice, type Clears, chooseHost } from '../pool/choose-host.ts';
import { PoolModel } from '../pool/pool-model.ts';
import { addIndexes, type Stores } from '../stores.ts';
import { isPaused } from '../virtualmachine/pause.ts';
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
  choice: Choice | Clears | undefined;
}

/**
 * What the operator would decide for the VMs that wait for a host, in its order: the most important first, of these the
 * largest, each placed before the next is asked about. The snapshot is changed by it.
 */
export function replay({ stores, pools }: Snapshot): Replayed[] {
  return inOrder(pools, waiting(stores)).map((vm) => {
    const pool = stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
    const choice = pool && chooseHost(pools, vm, pool);
    if (choice?.kind === 'host') pools.assume(vm, choice.place);
    if (choice?.kind === 'clears') pools.preemptions.hold(vm, choice);
    return { vm, choice };
  });
}

/** VMs that would be given a host if there were one, the operator knows of them or not. */
export function waiting({ virtualMachines }: Stores): VirtualMachine[] {
  return virtualMachines.byIndex('unplaced', 'yes').filter(waits);
}

function waits(vm: VirtualMachine): boolean {
  return !vm.metadata.deletionTimestamp && !isPaused(vm) && vm.spec.runStrategy !== 'Halted';
}

function inOrder(pools: PoolModel, vms: readonly VirtualMachine[]): VirtualMachine[] {
  const states = vms.map((vm) => ({ vm, state: pools.state(vm) }));
  const priorities = new Map(states.map(({ state }) => [state.id, pools.engine.priorityOf(state)]));
  const priority = ({ id }: VmState) => priorities.get(id) ?? 0;
  const size = bySize(states.map(({ state }) => state));
  return states
    .sort(({ state: a }, { state: b }) => priority(b) - priority(a) || size(a, b))
    .map(({ vm }) => vm);
}
