import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine, VirtualMachineStatus } from '../../api/virtualmachine.ts';
import { keyOf, type ObjectKey } from '../../kube/object.ts';
import type { PlacementRequest } from '../../placement/model/decision.ts';
import type { PlacedVm } from '../../placement/model/vm.ts';
import { preempt } from '../../placement/preemption/preempt.ts';
import type { Stores } from '../stores.ts';
import type { PoolModel } from './pool-model.ts';
import { isLeaving, mayMakeWay } from './victims.ts';

/** As a victim's status says for whom it makes way. */
export type Claim = NonNullable<VirtualMachineStatus['makesWayFor']>;

/** A host that is being cleared for a VM. */
interface Clearing {
  uid: string;
  host: string;
  /** By key; `isMarked` once the status of the victim has been seen to say so. */
  victims: Map<ObjectKey, { uid: string; isMarked: boolean }>;
}

/** VMs, by key, that make way on a host. */
export interface Victims {
  host: string;
  victims: readonly ObjectKey[];
}

export type Progress = { kind: 'ready'; host: string } | ({ kind: 'waiting' } & Victims);

type Model = Pick<
  PoolModel,
  'engine' | 'gate' | 'line' | 'request' | 'alike' | 'count' | 'recount' | 'release' | 'isConnected'
>;

/**
 * Which hosts are being cleared for which VMs. Until the victims are gone the place is held: the VM counts on the host. What
 * victims' statuses say is all that has to outlive the operator; the rest is decided anew, and each victim asks again before
 * each step whether it is still wanted.
 */
export class Preemptions {
  readonly #stores: Stores;
  readonly #model: Model;
  readonly #byPreemptor = new Map<ObjectKey, Clearing>();
  readonly #preemptorOf = new Map<ObjectKey, ObjectKey>();
  readonly #leaving = new Set<ObjectKey>();
  /** Uids of VMs that turned out not to be able to make way. */
  readonly #spared = new Set<string>();
  readonly #listeners: ((victims: readonly ObjectKey[]) => void)[] = [];

  constructor(stores: Stores, model: Model) {
    this.#stores = stores;
    this.#model = model;
  }

  /** Told of VMs that have become victims, or are victims no more, and of those that have to look for others. */
  listen(listener: (victims: readonly ObjectKey[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Where a place is held for the VM. */
  hostFor(vm: VirtualMachine): string | undefined {
    const clearing = this.#byPreemptor.get(keyOf(vm));
    return clearing?.uid === vm.metadata.uid ? clearing.host : undefined;
  }

  /** Whether the VM is bound to the host and makes way there; wherever it goes next it counts as any VM. */
  isVictimOn(vm: VirtualMachine, host: string): boolean {
    const clearing = this.#byPreemptor.get(this.#preemptorOf.get(keyOf(vm)) ?? '');
    return clearing?.host === host && vm.status?.hostName === host && this.#victim(vm) !== undefined;
  }

  /** Victims that are on the host still, where the VM counts as well for which they make way. */
  victimsOn(host: string): ObjectKey[] {
    return [...this.#byPreemptor]
      .filter(
        ([preemptor, clearing]) => clearing.host === host && this.#model.engine.vm(preemptor)?.host === host,
      )
      .flatMap(([, clearing]) => this.#remaining(clearing).map(keyOf));
  }

  /** Keeps up with the VM, as a victim and as one for whom others make way. */
  see(vm: VirtualMachine): void {
    const key = keyOf(vm);
    if (isLeaving(vm)) this.#leaving.add(key);
    else this.#leaving.delete(key);
    if (vm.status?.hostName || vm.metadata.deletionTimestamp) this.drop(key);
    const claim = vm.status?.makesWayFor;
    if (claim) this.#recall(vm, claim);
    else if (this.#victim(vm)?.isMarked && vm.status?.hostName) this.#excuse(key);
  }

  forget(vm: VirtualMachine): void {
    this.#leaving.delete(keyOf(vm));
    this.#spared.delete(vm.metadata.uid);
    this.#excuse(keyOf(vm));
    this.drop(keyOf(vm));
  }

  /** A host that can be cleared for the VM, if its pool allows that; nobody is told. */
  choose(vm: VirtualMachine, pool: HostPool): Victims | undefined {
    if (pool.spec.preemption.mode === 'Disabled') return undefined;
    const { engine, gate, alike } = this.#model;
    const request = this.#model.request(vm, pool);
    return alike.clearing(request, () => {
      const one = preempt(engine, request, {
        leaving: this.#onTheirWay(),
        mayMakeWay: (vm) => this.#mayMakeWay(vm),
        isRefused: (host, leaving) =>
          gate.refusal(request.pool, [{ ...request.vm, host }], leaving) !== undefined,
      });
      return one && one.victims.length > 0 ? one : undefined;
    });
  }

  /** Holds the place for the VM on the host that `choose` found, as things are still. Victims are told. */
  hold(vm: VirtualMachine, { host, victims: keys }: Victims): void {
    const victims = keys.flatMap((key) => this.#stores.virtualMachines.get(key) ?? []);
    const of = victims.map((one) => [keyOf(one), { uid: one.metadata.uid, isMarked: false }] as const);
    this.#hold(keyOf(vm), { uid: vm.metadata.uid, host, victims: new Map(of) });
    this.#tell(keys);
  }

  /**
   * How far the clearing of a host for the VM is; undefined when there is none, or none any more. Victims that do not say
   * yet for whom they make way are told again: they may have asked before it was seen that the VM waits.
   */
  pursue(vm: VirtualMachine): Progress | undefined {
    const clearing = this.#byPreemptor.get(keyOf(vm));
    if (!clearing) return undefined;
    if (!this.#isSound(keyOf(vm), clearing)) {
      this.drop(keyOf(vm));
      return undefined;
    }
    const { host, victims } = clearing;
    if (this.#isCleared(vm, clearing)) return { kind: 'ready', host };
    this.#tell([...victims].flatMap(([key, { isMarked }]) => (isMarked ? [] : [key])));
    return { kind: 'waiting', host, victims: [...victims.keys()].sort() };
  }

  /** The host that is cleared for the VM, once it takes it as things are; whoever is placed before may be in its way again. */
  clearedFor(vm: VirtualMachine): string | undefined {
    const clearing = this.#byPreemptor.get(keyOf(vm));
    if (!clearing || !this.#isSound(keyOf(vm), clearing)) return undefined;
    return this.#isCleared(vm, clearing) ? clearing.host : undefined;
  }

  /** For whom the VM is to be stopped and taken off its host; asked before each step of that. */
  claimOn(vm: VirtualMachine): Claim | undefined {
    const preemptor = this.#preemptorOf.get(keyOf(vm)) ?? '';
    const clearing = this.#byPreemptor.get(preemptor);
    if (!clearing || !this.isVictimOn(vm, clearing.host) || !this.#isSound(preemptor, clearing))
      return undefined;
    const { namespace = '', name, uid } = this.#stores.virtualMachines.get(preemptor)?.metadata ?? {};
    return name === undefined || uid === undefined ? undefined : { namespace, name, uid };
  }

  /** The VM cannot make way, as was found in the attempt. */
  spare(vm: VirtualMachine): void {
    this.#spared.add(vm.metadata.uid);
    const preemptor = this.#preemptorOf.get(keyOf(vm));
    if (preemptor !== undefined) this.#tell([preemptor]);
  }

  /** Ends the clearing of a host for the VM; victims that are still there go on as if nothing had been. */
  drop(preemptor: ObjectKey): void {
    const clearing = this.#byPreemptor.get(preemptor);
    if (!clearing) return;
    const victims = [...clearing.victims.keys()];
    this.#byPreemptor.delete(preemptor);
    for (const key of victims) this.#preemptorOf.delete(key);
    this.#model.release(preemptor);
    for (const key of victims) this.#model.recount(key);
    this.#tell(victims);
  }

  #tell(victims: readonly ObjectKey[]): void {
    for (const listener of this.#listeners) listener(victims);
  }

  #hold(preemptor: ObjectKey, clearing: Clearing): void {
    this.#byPreemptor.set(preemptor, clearing);
    for (const key of clearing.victims.keys()) {
      this.#preemptorOf.set(key, preemptor);
      this.#model.recount(key);
    }
    const vm = this.#stores.virtualMachines.get(preemptor);
    if (vm?.metadata.uid === clearing.uid && !vm.status?.hostName)
      this.#model.count(vm, { host: clearing.host });
  }

  /** A victim says for whom it makes way, as an operator before this one decided. */
  #recall(victim: VirtualMachine, { namespace, name, uid }: Claim): void {
    const { hostName } = victim.status ?? {};
    const preemptor = keyOf({ namespace, name });
    const clearing = this.#byPreemptor.get(preemptor) ?? { uid, host: hostName ?? '', victims: new Map() };
    if (hostName === undefined || clearing.host !== hostName || clearing.uid !== uid) return;
    clearing.victims.set(keyOf(victim), { uid: victim.metadata.uid, isMarked: true });
    this.#hold(preemptor, clearing);
  }

  #victim(vm: VirtualMachine) {
    const preemptor = this.#preemptorOf.get(keyOf(vm)) ?? '';
    const victim = this.#byPreemptor.get(preemptor)?.victims.get(keyOf(vm));
    return victim?.uid === vm.metadata.uid ? victim : undefined;
  }

  /** The VM is a victim no more; the last one ends the clearing, which is not what was asked for then. */
  #excuse(key: ObjectKey): void {
    const preemptor = this.#preemptorOf.get(key) ?? '';
    const clearing = this.#byPreemptor.get(preemptor);
    this.#preemptorOf.delete(key);
    clearing?.victims.delete(key);
    if (clearing) this.#model.recount(key);
    if (clearing?.victims.size === 0) this.drop(preemptor);
    if (clearing) this.#tell([preemptor]);
  }

  /** Whether all is still so that the VM may have others stopped, and has a place once they are gone. */
  #isSound(preemptor: ObjectKey, clearing: Clearing): boolean {
    const { line, engine } = this.#model;
    const vm = this.#stores.virtualMachines.get(preemptor);
    const pool = vm && this.#stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
    if (vm?.metadata.uid !== clearing.uid || !line.has(preemptor) || !pool) return false;
    if (pool.spec.preemption.mode === 'Disabled') return false;
    const remaining = this.#remaining(clearing);
    const priority = line.priorityOf(vm);
    const makesWay = (one: VirtualMachine) =>
      this.#isWilling(one) &&
      line.priorityOf(one) < priority &&
      engine.mayPreempt(labelled(vm), labelled(one));
    if (!remaining.every(makesWay)) return false;
    // A connection that breaks for a moment changes nothing; what lasts, the victims' statuses tell.
    if (remaining.length > 0 && !this.#model.isConnected(clearing.host)) return true;
    return this.#takes(clearing.host, this.#model.request(vm, pool));
  }

  /** Whether the host takes the VM once all are gone that are to leave. */
  #takes(host: string, request: PlacementRequest): boolean {
    const { engine, gate } = this.#model;
    const leaving = this.#onTheirWay();
    const isFull = engine.trial(() => {
      for (const key of leaving) engine.removeVm(key);
      return engine.refusalOn(request, host) !== undefined;
    });
    return !isFull && gate.refusal(request.pool, [{ ...request.vm, host }], leaving) === undefined;
  }

  /** Whether all victims are gone, and the host takes the VM as things are. */
  #isCleared(vm: VirtualMachine, clearing: Clearing): boolean {
    const { host } = clearing;
    if (this.#remaining(clearing).length > 0) return false;
    const pool = this.#stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
    return (
      pool !== undefined && this.#model.engine.refusalOn(this.#model.request(vm, pool), host) === undefined
    );
  }

  /** All that leave their hosts by themselves, or for somebody. */
  #onTheirWay(): ObjectKey[] {
    return [...this.#leaving, ...this.#preemptorOf.keys()];
  }

  /** The victims that are still on the host. */
  #remaining({ host, victims }: Clearing): VirtualMachine[] {
    return [...victims].flatMap(([key, { uid }]) => {
      const vm = this.#stores.virtualMachines.get(key);
      return vm?.metadata.uid === uid && vm.status?.hostName === host ? [vm] : [];
    });
  }

  #mayMakeWay({ id, host }: PlacedVm): boolean {
    const vm = this.#stores.virtualMachines.get(id);
    return vm?.status?.hostName === host && this.#isWilling(vm);
  }

  #isWilling(vm: VirtualMachine): boolean {
    return mayMakeWay(vm) && !this.#spared.has(vm.metadata.uid);
  }
}

/** By what policies know the VM. */
function labelled({ metadata: { namespace = '', labels = {} } }: VirtualMachine) {
  return { namespace, labels };
}
