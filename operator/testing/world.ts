import { type HostPool, hostPoolSpec } from '../api/hostpool.ts';
import { hostPools, hosts, placementPolicies, virtualMachineClasses, virtualMachines } from '../api/kinds.ts';
import { type PlacementPolicy, placementPolicySpec } from '../api/placementpolicy.ts';
import { type VirtualMachine, virtualMachineSpec } from '../api/virtualmachine.ts';
import { virtualMachineClassSpec } from '../api/virtualmachineclass.ts';
import { findCondition } from '../controllers/conditions.ts';
import { secrets } from '../controllers/host/credentials.ts';
import { domainUuidOf } from '../domain/identity.ts';
import { FakeHypervisor } from '../hypervisor/fake.ts';
import type { HostFacts } from '../hypervisor/hypervisor.ts';
import { FakeCluster } from '../kube/fake-cluster.ts';
import { createKubeMetrics } from '../kube/metrics.ts';
import { eventType } from '../kube/recorder.ts';
import { seeded } from '../kube/testing/seeded.ts';
import { VirtualClock } from '../kube/testing/virtual-clock.ts';
import { Operator, type OperatorOptions } from '../operator.ts';
import { createLog } from '../telemetry/log.ts';
import { clientPem } from './client-pem.ts';

const namespace = 'shop';
/** The schema admits no more. */
const mostInterfaces = 16;
const processor = { model: 'EPYC', vendor: 'AMD', architecture: 'x86_64', sockets: 1, threads: 1 };

export interface WorldOptions {
  /** Called for each operator that is made: what it gets otherwise, such as ports that a test can break. */
  operator?: (world: World) => Partial<OperatorOptions>;
}

/** The whole operator in a world of fakes: an API server, hosts and a clock that the test moves. */
export class World {
  readonly clock = new VirtualClock();
  readonly cluster = new FakeCluster({ clock: this.clock });
  readonly hypervisor = new FakeHypervisor({ clock: this.clock });
  readonly #random = seeded(1);
  readonly #options: WorldOptions;
  operator: Operator;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.operator = this.newOperator();
  }

  /** A world with a pool `default` of hosts h1 … hN at addresses of the same names, and a running operator. */
  static async withHosts(
    count: number,
    facts: Partial<HostFacts> = {},
    options: WorldOptions = {},
  ): Promise<World> {
    const world = new World(options);
    const names = Array.from({ length: count }, (_, index) => `h${index + 1}`);
    for (const name of names) world.hypervisor.addHost(name, facts);
    world.putSecret();
    world.putPool({ staticHosts: names.map((name) => ({ name, address: name })) });
    await world.operator.start();
    await world.run(5000);
    return world;
  }

  /** Hosts h1 … hN with so many CPUs each, none of which is promised twice, in a pool of which the rest is said, and a running operator. */
  static async withCpus(cpus: readonly number[], spec: object = {}): Promise<World> {
    const world = new World();
    const hosts = cpus.map((count, index) => ({ name: `h${index + 1}`, count }));
    for (const { name, count } of hosts)
      world.hypervisor.addHost(name, { cpu: { ...processor, cores: count, count } });
    world.putSecret();
    world.putPool({
      staticHosts: hosts.map(({ name }) => ({ name, address: name })),
      overcommit: { cpuPercent: 100, memoryPercent: 100 },
      ...spec,
    });
    await world.operator.start();
    await world.run(5000);
    return world;
  }

  /** One host, and on it the VM `web-1`, which runs. */
  static async withRunningVm(spec: object = {}): Promise<World> {
    const world = await World.withHosts(1);
    world.putVm('web-1', spec);
    await world.run(10_000);
    return world;
  }

  /** Lets time pass with everything that happens in it. */
  run(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Stops the operator in order, and starts another one. */
  async restartOperator(): Promise<void> {
    await this.stopOperator();
    await this.startOperator();
  }

  /** Starts another operator, whatever became of the one before. */
  async startOperator(): Promise<void> {
    this.operator = this.newOperator();
    await this.operator.start();
  }

  async stopOperator(): Promise<void> {
    const stopped = this.operator.stop();
    await this.run(1000);
    await stopped;
  }

  /** An operator of this world, not started yet. */
  newOperator(options: Partial<OperatorOptions> = {}): Operator {
    return new Operator({
      cluster: this.cluster,
      hypervisor: this.hypervisor,
      clock: this.clock,
      random: this.#random,
      log: createLog({ level: 'silent' }),
      metrics: createKubeMetrics(),
      identity: 'test',
      graceMs: 100,
      ...this.#options.operator?.(this),
      ...options,
    });
  }

  putSecret(data: Record<string, string> = clientPem): void {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    this.cluster.put(secrets, {
      ...{ apiVersion: 'v1', kind: 'Secret', data: Object.fromEntries(encoded) },
      metadata: { namespace: 'vmfabric-system', name: 'libvirt-client' },
    });
  }

  putPool(spec: object, name = 'default'): void {
    const full = hostPoolSpec.parse({
      connection: { tlsSecretRef: { namespace: 'vmfabric-system', name: 'libvirt-client' } },
      networks: [{ name: 'lab', bridge: 'br1' }],
      kernels: [{ name: 'small', imagePath: '/boot/vmlinuz', initrdPath: '/boot/initrd' }],
      ...spec,
    });
    this.cluster.put(hostPools, {
      apiVersion: 'vmfabric.io/v1alpha1',
      kind: 'HostPool',
      metadata: { name },
      spec: full,
    });
  }

  /** Creates the VM with the defaults that the API server would set; returns it as stored. With `status` it has a past. */
  putVm(
    name: string,
    spec: object = {},
    metadata: object = {},
    status?: VirtualMachine['status'],
  ): VirtualMachine {
    const full = virtualMachineSpec.parse({
      ...('classRef' in spec ? {} : { memory: { size: '1Gi' } }),
      kernel: { name: 'small' },
      interfaces: [{ name: 'eth0', network: 'lab' }],
      ...spec,
    });
    const object = {
      apiVersion: 'vmfabric.io/v1alpha1',
      kind: 'VirtualMachine',
      metadata: { name, namespace, ...metadata },
      spec: full,
      ...(status ? { status } : {}),
    };
    const vm = this.cluster.put(virtualMachines, object);
    this.#programGuest(vm);
    return vm;
  }

  putPolicy(name: string, spec: object): void {
    const full = placementPolicySpec.parse(spec);
    const object = {
      apiVersion: 'vmfabric.io/v1alpha1',
      kind: 'PlacementPolicy',
      metadata: { name, namespace },
      spec: full,
    };
    this.cluster.put(placementPolicies, object);
  }

  /** A cluster-wide class; replaces one of the same name. */
  putClass(name: string, spec: object): void {
    this.cluster.put(virtualMachineClasses, {
      apiVersion: 'vmfabric.io/v1alpha1',
      kind: 'VirtualMachineClass',
      metadata: { name },
      spec: virtualMachineClassSpec.parse(spec),
    });
  }

  deleteClass(name: string): void {
    this.cluster.remove(virtualMachineClasses, { name });
  }

  vm(name: string): VirtualMachine {
    const vm = this.findVm(name);
    if (!vm) throw new Error(`there is no VM ${name}`);
    return vm;
  }

  findVm(name: string): VirtualMachine | undefined {
    return this.cluster.peek(virtualMachines, { namespace, name });
  }

  editVm(name: string, change: (vm: VirtualMachine) => void): void {
    this.cluster.edit(virtualMachines, { namespace, name }, change);
  }

  halt(name: string): void {
    this.editVm(name, (vm) => {
      vm.spec.runStrategy = 'Halted';
    });
  }

  editPool(change: (pool: HostPool) => void, name = 'default'): void {
    this.cluster.edit(hostPools, { name }, change);
  }

  deleteVm(name: string): void {
    this.cluster.remove(virtualMachines, { namespace, name });
  }

  pool(name = 'default'): HostPool | undefined {
    return this.cluster.peek(hostPools, { name });
  }

  hostObject(name: string) {
    return this.cluster.peek(hosts, { name });
  }

  policy(name: string): PlacementPolicy | undefined {
    return this.cluster.peek(placementPolicies, { namespace, name });
  }

  /** `True Running` */
  condition(name: string, type: string): string {
    const condition = findCondition(this.vm(name), type);
    return condition ? `${condition.status} ${condition.reason}` : 'absent';
  }

  message(name: string, type: string): string {
    return findCondition(this.vm(name), type)?.message ?? '';
  }

  uuid(name: string): string {
    return domainUuidOf(this.vm(name));
  }

  /** The hosts on which the VM's domain runs. */
  runsOn(name: string): string[] {
    return this.hypervisor.runningOn(this.uuid(name));
  }

  /** The fake host that the VM is bound to. */
  hostOf(name: string) {
    return this.hypervisor.host(this.vm(name).status?.hostName ?? 'none');
  }

  /** Reasons of the Events about the object, in no order: the API server keeps none. */
  events(name: string): string[] {
    return this.#eventsOf(name).map(({ reason }) => reason);
  }

  /** What the Events about the object with this reason say. */
  notes(name: string, reason: string): string[] {
    return this.#eventsOf(name)
      .filter((event) => event.reason === reason)
      .map(({ note }) => note);
  }

  #eventsOf(name: string): { reason: string; note: string }[] {
    type Event = ReturnType<typeof this.cluster.objects>[number] & {
      reason: string;
      note: string;
      regarding: { name: string };
    };
    return (this.cluster.objects(eventType) as Event[]).filter(({ regarding }) => regarding.name === name);
  }

  /** Writes to objects of this kind since the last `forgetCalls`, as `verb key`. */
  writes(kind: string): string[] {
    return this.cluster.writes
      .filter((call) => call.type.kind === kind)
      .map(({ verb, key }) => `${verb} ${key}`);
  }

  /** Starts counting writes and calls anew. */
  forgetCalls(): void {
    this.cluster.calls.length = 0;
    this.hypervisor.calls.length = 0;
  }

  /** Its agent reports an address of each interface, also of later ones, 3 s after the start, as the small guest of the lab does. */
  #programGuest(vm: VirtualMachine): void {
    const addresses = Array.from({ length: mostInterfaces }, (_, index) => [`10.77.0.${index + 10}`]);
    for (const host of this.hypervisor.hosts)
      host.guest(domainUuidOf(vm), { agent: { afterMs: 3000, addresses } });
  }
}
