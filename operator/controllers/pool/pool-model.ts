import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import type { PlacementPolicy } from '../../api/placementpolicy.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { desiredDomain } from '../../domain/desired.ts';
import { lastSizeOf, type Size, sizeOf } from '../../domain/size.ts';
import { intentOf, keyOf, type ObjectKey } from '../../kube/object.ts';
import { compareResourceVersions } from '../../kube/resource-version.ts';
import type { Change } from '../../kube/store.ts';
import { PlacementEngine } from '../../placement/engine/engine.ts';
import { wouldFit, wouldFitSentence } from '../../placement/explain/would-fit.ts';
import { Gate, type Placed, type Refusal } from '../../placement/gate/gate.ts';
import type { Decision, Placement, PlacementRequest, Rejection } from '../../placement/model/decision.ts';
import type { Resources } from '../../placement/model/resources.ts';
import type { VmState } from '../../placement/model/vm.ts';
import type { Amounts } from '../host/capacity.ts';
import type { HostLinks } from '../host/recorded-links.ts';
import { classOf, type Stores } from '../stores.ts';
import { Alike } from './alike.ts';
import { type Books, roomOfHost } from './books.ts';
import { type Counting, countedSize, countingRemark } from './counting.ts';
import { CpuWeights } from './cpu-weights.ts';
import { FirstAttempts } from './first-attempts.ts';
import { Gangs } from './gangs.ts';
import { resourcesOfNoHost } from './named-resources.ts';
import { policyState } from './policy-state.ts';
import { Preemptions } from './preemptions.ts';
import { Reservations } from './reservations.ts';
import { Shares } from './shares.ts';
import { hostState, isCountedAlike, placedVm, vmState } from './translate.ts';
import { WaitingLine } from './waiting-line.ts';

/** A host chosen for a VM, and the version of the VM that the binding is to be written over. */
interface Assumption extends Placement {
  resourceVersion: string;
  /** Whether others have made way there. */
  by: 'line' | 'preemption';
}

/** What VMs have of a host. */
export interface PoolUsage extends Amounts {
  vms: number;
  /** In placement's words, CPUs and memory among them. */
  resources: Resources;
}

/**
 * The pools as the placement engine sees them, kept up with the stores and with the connections. A placement that is
 * decided but not yet seen in the store is assumed, so that two VMs placed at once do not share the last free place.
 */
export class PoolModel {
  readonly engine = new PlacementEngine();
  /** The VMs that wait for a host. */
  readonly line = new WaitingLine(this.engine, (vm) => this.state(vm));
  readonly gangs: Gangs;
  readonly shares = new Shares();
  readonly reservations = new Reservations(this.engine);
  readonly #books: readonly Books[] = [this.shares, this.reservations];
  /** Asked before any VM is counted on a host that it does not have yet. */
  readonly gate = new Gate(this.engine, [this.shares, this.reservations]);
  /** What was found out for VMs that find no place; told of all that is told to the engine and the books. */
  readonly alike = new Alike(this.engine);
  readonly preemptions: Preemptions;
  readonly cpuWeights: CpuWeights;
  readonly #stores: Stores;
  readonly #connections: HostLinks;
  /** Hosts chosen for VMs whose binding the store does not show yet, by VM key. */
  readonly #assumed = new Map<string, Assumption>();
  readonly #firstAttempts: FirstAttempts;

  constructor(stores: Stores, connections: HostLinks) {
    this.#stores = stores;
    this.#connections = connections;
    this.#firstAttempts = new FirstAttempts(
      stores,
      connections,
      (hostName) => this.engine.usage(hostName).vms > 0,
    );
    this.gangs = new Gangs(stores, this);
    this.preemptions = new Preemptions(stores, this);
    this.cpuWeights = new CpuWeights(stores, connections, this.shares);
    stores.virtualMachines.subscribe(({ type, object }) =>
      type === 'deleted' ? this.#removeVm(object) : this.#seeVm(object),
    );
    stores.hosts.subscribe(({ type, object }) =>
      type === 'deleted' ? this.#removeHost(object.metadata.name) : this.#seeHost(object),
    );
    stores.placementPolicies.subscribe((change) => this.#seePolicy(change));
    stores.hostPools.subscribe((change) => this.#seePool(change));
    stores.virtualMachineClasses.subscribe(({ object }) => this.#seeVmsOf('class', object.metadata.name));
    stores.nodes.subscribe(({ object }) => this.refreshHost(object.metadata.name));
    connections.listen({ onLink: (hostName) => this.refreshHost(hostName), onDomainEvent: () => {} });
  }

  /** The host for the VM in `pool`; undefined when there is none, which is found out once for all VMs that are alike. */
  find(vm: VirtualMachine, pool: HostPool): Placed | undefined {
    this.line.tried(keyOf(vm));
    return this.#find(this.request(vm, pool));
  }

  #find(request: PlacementRequest): Placed | undefined {
    return this.alike.place(request, () => this.gate.find(request));
  }

  /**
   * Chooses a host for the VM in `pool`, or says why none fits and what would change that, which takes ten times as long as
   * `find`; of VMs that are alike the first has said it for all until something changes.
   */
  place(vm: VirtualMachine, pool: HostPool): Decision {
    const request = this.request(vm, pool);
    const hosts = () => this.engine.hostsOf(request.pool).flatMap((name) => this.engine.host(name) ?? []);
    const decide = () => this.#decide(request, vm.spec.resources ? resourcesOfNoHost(vm, pool, hosts()) : '');
    const decision = this.alike.decision(request, decide);
    return decision.kind === 'placed' ? decision : this.#remarked(vm, decision);
  }

  /** `noWay`: what is to be said of an amount that the pool does not have at all. */
  #decide(request: PlacementRequest, noWay: string): Decision {
    const refusal = this.gate.refusalAnywhere(request.pool, [request.vm]);
    if (refusal) return refusal;
    const decision = this.engine.place(request);
    if (decision.kind === 'placed') return this.gate.choose(request, decision);
    const { offers, barred } = wouldFit(this.engine, this.gate, request, decision.rejections);
    const way = barred ? this.reservations.bars(request.pool, barred) : wouldFitSentence(offers);
    return { ...decision, message: sentences(decision.message, way || noWay) };
  }

  /** Whether the VM's size is known: it is not while its class is not there, and without it no host can be chosen. */
  isSized(vm: VirtualMachine): boolean {
    return sizeOf(vm, classOf(this.#stores, vm)) !== undefined;
  }

  /** Whether a domain can be made of the VM, wherever it is. */
  isRunnable(vm: VirtualMachine, pool: HostPool): boolean {
    return desiredDomain(vm, pool, 'KVM', classOf(this.#stores, vm)).kind !== 'problem';
  }

  /** The VM in placement's words. */
  state(vm: VirtualMachine): VmState {
    return vmState(vm, this.#counting(vm));
  }

  /** What the VM asks the engine. */
  request(vm: VirtualMachine, pool: HostPool): PlacementRequest {
    return requestOf(this.state(vm), pool);
  }

  /**
   * Assumes hosts for those who wait, in their order, as far as they fit; each finds it when its turn comes.
   */
  placeWaiting(vm: VirtualMachine): void {
    for (const { vm: waiting, state } of this.line.due(vm)) {
      this.line.tried(keyOf(waiting));
      const assembly = this.gangs.assemble(waiting);
      const pool = this.#poolOf(waiting);
      const mayCome = !assembly || assembly.kind === 'stands';
      if (!pool || !mayCome || !this.isSized(waiting) || this.#assumed.has(keyOf(waiting))) continue;
      if (this.preemptions.hostFor(waiting)) {
        // Before those who made way are placed anew, maybe where they would be in its way by a rule.
        const cleared = this.preemptions.clearedFor(waiting);
        if (cleared) this.assume(waiting, this.placeOn(waiting, pool, cleared), 'preemption');
        continue;
      }
      const found = this.#find(requestOf(state, pool));
      if (found) this.assume(waiting, found);
    }
  }

  /** Whether the first attempt to connect to one of the pool's hosts, or to make them, is still under way. */
  isConnecting(pool: HostPool): boolean {
    return this.#firstAttempts.areUnderWay(pool.metadata.name) ?? pool.status === undefined;
  }

  /** Whether the host answers just now. */
  isConnected(hostName: string): boolean {
    return this.#connections.link(hostName)?.state === 'Connected';
  }

  /** The required rule that the VM breaks on the host, if any. */
  check(vm: VirtualMachine, pool: HostPool, hostName: string): Rejection | undefined {
    return this.engine.check(this.request(vm, pool), hostName);
  }

  /** The VM with the NUMA cell that it would get on the host, the preferred one if it has the room, if it wants one. */
  placeOn(vm: VirtualMachine, pool: HostPool, hostName: string, preferredCell?: number): Placement {
    const cell = this.engine.cellOn(this.request(vm, pool), hostName, preferredCell);
    return { host: hostName, ...(cell === undefined ? {} : { cell }) };
  }

  /** What the host lacks for the VM if it has this size, beside all others on it; undefined when nothing. */
  shortageOn(vm: VirtualMachine, pool: HostPool, hostName: string, size: Size): string | undefined {
    return this.engine.shortageOn(this.#requestOf(vm, pool, size), hostName);
  }

  /** Why nobody gives the VM so much, whatever its host has; undefined when it may have it. */
  refusalOfSize(vm: VirtualMachine, pool: HostPool, size: Size): string | undefined {
    return this.gate.refusalAnywhere(pool.metadata.name, [this.#requestOf(vm, pool, size).vm])?.message;
  }

  #requestOf(vm: VirtualMachine, pool: HostPool, size: Size): PlacementRequest {
    const request = this.request(vm, pool);
    const counted = countedSize(size, lastSizeOf(vm, classOf(this.#stores, vm)), pool);
    return { ...request, vm: { ...request.vm, requests: { ...request.vm.requests, ...counted } } };
  }

  /**
   * Counts the VM on the host from now on, until the store shows what became of its binding. An answer that is an error
   * is not waited for: the write may have arrived all the same. As the binding is written over one version of the VM, any
   * later version tells: it has the binding, or another write was first and there is none.
   */
  assume(vm: VirtualMachine, placement: Placement, by: Assumption['by'] = 'line'): void {
    this.#assumed.set(keyOf(vm), { ...placement, by, resourceVersion: vm.metadata.resourceVersion });
    this.count(vm, placement);
  }

  /**
   * The place assumed for the VM as it is, while that takes VMs: another one chosen in its place would leave the first
   * uncounted.
   */
  assumedPlace(vm: VirtualMachine): Assumption | undefined {
    const assumed = this.#assumed.get(keyOf(vm));
    if (assumed?.resourceVersion !== vm.metadata.resourceVersion) return undefined;
    return this.engine.takesVms(assumed.host) ? assumed : undefined;
  }

  /** A place is held for the VM no more; what is bound, or decided, stays. */
  release(key: ObjectKey): void {
    const vm = this.#stores.virtualMachines.get(key);
    if (!vm?.status?.hostName && !this.#assumed.has(key)) this.#dropVm(key);
  }

  /**
   * What VMs count on the host, placements that are decided and not yet seen included; parts of CPUs as they are. One for which
   * the host is being cleared counts in place of those that make way, which are still among `vms`.
   */
  usage(hostName: string): PoolUsage {
    const { vms, resources: all } = this.engine.usage(hostName);
    const leaving = this.preemptions.victimsOn(hostName);
    const resources = leaving.length === 0 ? all : this.#resourcesWithout(hostName, leaving);
    return { vms, cpu: resources['cpu'] ?? 0, memoryBytes: resources['memory'] ?? 0, resources };
  }

  #resourcesWithout(hostName: string, vms: readonly ObjectKey[]): Resources {
    return this.engine.trial(() => {
      for (const key of vms) this.engine.removeVm(key);
      return this.engine.usage(hostName).resources;
    });
  }

  refreshHost(hostName: string): void {
    const host = this.#stores.hosts.get(hostName);
    if (host) this.#seeHost(host);
  }

  #counting(vm: VirtualMachine): Counting {
    return { pool: this.#poolOf(vm), vmClass: classOf(this.#stores, vm) };
  }

  #seeVm(vm: VirtualMachine): void {
    const key = keyOf(vm);
    const bound = vm.status?.hostName;
    if (bound || this.#isDecided(vm)) this.#assumed.delete(key);
    this.line.see(vm);
    this.preemptions.see(vm);
    const held = this.preemptions.hostFor(vm);
    const place = bound ? { host: bound } : (this.#assumed.get(key) ?? (held && { host: held }));
    if (place) this.count(vm, place);
    else this.#dropVm(key);
  }

  #poolOf(vm: VirtualMachine): HostPool | undefined {
    return this.#stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
  }

  #isDecided(vm: VirtualMachine): boolean {
    const assumed = this.#assumed.get(keyOf(vm));
    return !assumed || compareResourceVersions(vm.metadata.resourceVersion, assumed.resourceVersion) > 0;
  }

  #removeVm(vm: VirtualMachine): void {
    this.#assumed.delete(keyOf(vm));
    this.line.remove(keyOf(vm));
    this.preemptions.forget(vm);
    this.cpuWeights.forget(vm);
    this.#dropVm(keyOf(vm));
  }

  /**
   * Counts the VM on the host, for all that reckon with room. For one that makes way no room is kept any more: its place is
   * promised to another. Its share has it until it is gone, as it may yet stay.
   */
  count(vm: VirtualMachine, place: Placement): void {
    const placed = placedVm(vm, this.#counting(vm), place);
    this.alike.forget();
    this.engine.upsertVm(placed);
    const pool = vm.spec.placement.hostPoolRef.name;
    this.shares.seeVm(pool, placed);
    if (this.preemptions.isVictimOn(vm, place.host)) this.reservations.removeVm(placed.id);
    else this.reservations.seeVm(pool, placed);
  }

  /** Counts the VM anew where it is bound to, after it has become a victim or is one no more. */
  recount(key: ObjectKey): void {
    const vm = this.#stores.virtualMachines.get(key);
    if (vm?.status?.hostName) this.count(vm, { host: vm.status.hostName });
  }

  #dropVm(key: string): void {
    // Of those that wait, each thing that they say is seen; it bears on nobody.
    if (this.engine.vm(key)) this.alike.forget();
    this.engine.removeVm(key);
    for (const books of this.#books) books.removeVm(key);
  }

  /** With a word on amounts that are not those that the VM asks for. */
  #remarked(vm: VirtualMachine, refusal: Refusal): Refusal {
    return { ...refusal, message: sentences(refusal.message, countingRemark(vm, this.#counting(vm))) };
  }

  #removeHost(name: string): void {
    this.alike.forget();
    this.engine.removeHost(name);
    for (const books of this.#books) books.removeHost(name);
  }

  #seeHost(host: Host): void {
    const { name } = host.metadata;
    const view = {
      host,
      pool: this.#stores.hostPools.get(host.spec.hostPoolRef.name),
      node: this.#stores.nodes.get(name),
      link: this.#connections.link(name),
      twin: this.#connections.sharesUUID(name),
    };
    const state = hostState(view);
    this.alike.forget();
    this.engine.upsertHost(state);
    this.engine.hint(name, { contention: (host.status?.contentionPercent ?? 0) / 100 });
    const room = roomOfHost(view, state, this.#firstAttempts.isUnderWay(host));
    for (const books of this.#books) books.seeHost(room);
  }

  /** What a policy's status tells changes nothing. The rules of one that is being deleted hold no more. */
  #seePolicy(change: Change<PlacementPolicy>): void {
    if (change.type === 'updated' && intentOf(change.old) === intentOf(change.object)) return;
    const { name, namespace = '', deletionTimestamp } = change.object.metadata;
    const before = this.engine.policy(namespace, name);
    this.alike.forget();
    if (change.type === 'deleted' || deletionTimestamp) this.engine.removePolicy(namespace, name);
    else this.engine.upsertPolicy(policyState(change.object));
    this.reservations.seePolicy(namespace);
    const after = this.engine.policy(namespace, name);
    // Also when it selects others than before.
    if (before?.priority !== undefined || after?.priority !== undefined) this.line.weighAnew();
  }

  /** What a pool's status tells changes nothing for its hosts and VMs. */
  #seePool(change: Change<HostPool>): void {
    if (change.type === 'updated' && intentOf(change.old) === intentOf(change.object)) return;
    const { name } = change.object.metadata;
    this.alike.forget();
    for (const books of this.#books) {
      if (change.type === 'deleted') books.removePool(name);
      else books.seePool(change.object);
    }
    try {
      eachOf(this.#stores.hosts.byIndex('pool', name), (host) => this.#seeHost(host));
    } finally {
      const isSame = change.type === 'updated' && isCountedAlike(change.old, change.object);
      if (!isSame) this.#seeVmsOf('pool', name);
    }
  }

  /** Counts all VMs of a pool or class anew. */
  #seeVmsOf(index: 'pool' | 'class', name: string): void {
    eachOf(this.#stores.virtualMachines.byIndex(index, name), (vm) => this.#seeVm(vm));
  }
}

function requestOf(vm: VmState, pool: HostPool): PlacementRequest {
  return { vm, pool: pool.metadata.name, strategy: pool.spec.strategy };
}

const sentences = (...texts: string[]) => texts.filter((text) => text !== '').join(' ');

/** One that cannot be understood, as it is older than the schema, keeps nobody from seeing the others. @throws AggregateError */
function eachOf<T>(objects: readonly T[], see: (object: T) => void): void {
  const errors: unknown[] = [];
  for (const object of objects) {
    try {
      see(object);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'objects that cannot be understood are left out');
}
