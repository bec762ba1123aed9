import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { inject } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts';
import { waitFor } from '../../hack/wait.ts';
import type { HostPool } from '../../operator/api/hostpool.ts';
import { hostPools, hosts, virtualMachines } from '../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../operator/api/virtualmachine.ts';
import { secrets } from '../../operator/controllers/host/credentials.ts';
import { FakeHypervisor } from '../../operator/hypervisor/fake.ts';
import type { Clock } from '../../operator/kube/clock.ts';
import { namespaceType } from '../../operator/kube/contract-objects.ts';
import { ApiError } from '../../operator/kube/errors.ts';
import { clientPem } from '../../operator/testing/client-pem.ts';
import { type FaultProxy, startFaultProxy } from '../chaos/fault-proxy/fault-proxy.ts';
import { describeCall } from '../chaos/fault-proxy/recording.ts';
import { withCrds } from './api-objects.ts';
import { OperatorLife } from './chaos-life.ts';
import { type Client, connect } from './kube-client.ts';

const namespace = 'shop';
/** Kinds of which a quiet operator may write. */
const restless = ['leases'];
/** Calls to hosts that must not happen twice. */
const creating: ReadonlySet<string> = new Set(['define', 'start', 'undefine']);

/** Longest wait for anything that is to come, in real milliseconds; generous, as the machine may have much else to do. */
const patienceMs = 180_000;

/** How busy hosts are is told some time after they are ready, and belongs to what there is in the end. */
const tellsUse = (status: HostPool['status']) =>
  status?.resources?.every(({ usedPercent }) => usedPercent !== undefined) === true;

/**
 * A control plane of its own, the fault proxy before it, two fake hosts, a HostPool of them, and an operator that sees
 * the API server through the proxy and can be killed. The test itself speaks to the API server directly.
 */
export class ChaosWorld {
  readonly controlPlane: ControlPlane;
  readonly proxy: FaultProxy;
  readonly hypervisor: FakeHypervisor;
  readonly clock: Clock;
  readonly #admin: Client;
  readonly #lease: boolean;
  /** The last lines of the operator's log, for messages of failed tests. */
  readonly #lines: string[] = [];
  readonly #log = pino(
    { level: 'warn', serializers: { err: (error: Error) => error.message } },
    { write: (line: string) => void this.#lines.splice(0, this.#lines.push(line) - 20) },
  );
  #life: OperatorLife | undefined;

  /**
   * `clock` is the operator's and the hosts'. With `lease` the operator runs for leadership. Without
   * `controllerManager` (the default) nobody collects the Hosts of a pool that is gone.
   */
  static async start(options: {
    clock: Clock;
    lease?: boolean;
    controllerManager?: boolean;
  }): Promise<ChaosWorld> {
    const dir = await mkdtemp(join(tmpdir(), 'vmfabric-chaos-'));
    const binaries = inject('binaries');
    const controlPlane = await startControlPlane({
      ...{ dir, binaries, controllerManager: options.controllerManager ?? false },
    });
    await withCrds(dir);
    const proxy = await startFaultProxy({ kubeconfigPath: controlPlane.adminKubeconfigPath });
    const admin = await connect(controlPlane.adminKubeconfigPath);
    const world = new ChaosWorld({ controlPlane, proxy, admin, ...options });
    await world.#prepare();
    return world;
  }

  constructor(parts: {
    controlPlane: ControlPlane;
    proxy: FaultProxy;
    admin: Client;
    clock: Clock;
    lease?: boolean;
  }) {
    this.controlPlane = parts.controlPlane;
    this.proxy = parts.proxy;
    this.#admin = parts.admin;
    this.clock = parts.clock;
    this.#lease = parts.lease ?? false;
    this.hypervisor = new FakeHypervisor({ clock: parts.clock });
  }

  /** Starts an operator; resolves at once, as it may find no API server. */
  async launch(): Promise<void> {
    this.#life = await OperatorLife.begin({
      kubeconfigPath: this.proxy.kubeconfigPath,
      ...{ hypervisor: this.hypervisor, clock: this.clock, log: this.#log },
      ...(this.#lease ? { lease: { namespace: 'vmfabric-system', name: 'vmfabric' } } : {}),
      onLost: () => void this.#relaunch(),
    });
  }

  /** How often the operator was started anew because it had lost its Lease. */
  relaunches = 0;

  /** Ends the operator at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#life?.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.launch();
  }

  async stop(): Promise<void> {
    this.proxy.rules.clear();
    await this.kill();
    await this.#admin.transport.close();
    await this.proxy.stop();
    await this.controlPlane.stop();
    await rm(this.controlPlane.dir, { recursive: true, force: true });
  }

  /** The user applies the VM, in whatever state it is to be. */
  async applyVm(name: string, runStrategy: 'Always' | 'Halted' = 'Always'): Promise<VirtualMachine> {
    const object = {
      ...{ apiVersion: 'vmfabric.io/v1alpha1', kind: 'VirtualMachine', metadata: { name, namespace } },
      spec: {
        ...{ runStrategy, memory: { size: '1Gi' }, kernel: { name: 'small' } },
        interfaces: [{ name: 'eth0', network: 'lab' }],
      },
    };
    return this.#admin.cluster.apply(virtualMachines, object, { fieldManager: 'user', force: true });
  }

  async deleteVm(name: string): Promise<void> {
    const vm = await this.vm(name);
    if (vm) await this.#admin.cluster.delete(virtualMachines, { namespace, name, uid: vm.metadata.uid });
  }

  /** The user applies a pool of these hosts, which answer from then on. */
  async applyPool(name: string, members: readonly string[]): Promise<void> {
    for (const member of members) {
      if (this.hypervisor.hosts.some((host) => host.name === member)) continue;
      this.hypervisor.addHost(member).defaultGuest = {
        ...{ shutdown: { afterMs: 500 }, agent: { afterMs: 1_000, addresses: [['10.77.0.10']] } },
      };
    }
    const object = {
      ...{ apiVersion: 'vmfabric.io/v1alpha1', kind: 'HostPool', metadata: { name } },
      spec: {
        connection: { tlsSecretRef: { namespace: 'vmfabric-system', name: 'libvirt-client' } },
        networks: [{ name: 'lab', bridge: 'br1' }],
        kernels: [{ name: 'small', imagePath: '/boot/vmlinuz', initrdPath: '/boot/initrd' }],
        staticHosts: members.map((member) => ({ name: member, address: member })),
      },
    };
    await this.#admin.cluster.apply(hostPools, object, { fieldManager: 'user', force: true });
  }

  async deletePool(name: string): Promise<void> {
    const { uid } = (await this.#admin.cluster.get(hostPools, { name })).metadata;
    await this.#admin.cluster.delete(hostPools, { name, uid });
  }

  /** Waits until all of the pool's hosts are ready, or the pool is gone, and the operator has no more to do. */
  async poolSettled(name: string, as: 'Ready' | 'Gone'): Promise<void> {
    await this.wait(`pool ${name}: ${as}`, async () => {
      const { items } = await this.#admin.cluster.list(hostPools);
      const status = items.find(({ metadata }) => metadata.name === name)?.status;
      if (as === 'Ready') return conditionsOf(status)?.[0] === 'Ready True HostsReady' && tellsUse(status);
      const members = await this.#admin.cluster.list(hosts);
      return !status && !members.items.some(({ spec }) => spec.hostPoolRef.name === name);
    });
    await this.quiet(15_000);
  }

  /** A change that wakes nobody but the watches. */
  async labelVm(name: string, value: string): Promise<void> {
    const object = { apiVersion: 'vmfabric.io/v1alpha1', kind: 'VirtualMachine' };
    const metadata = { name, namespace, labels: { touched: value } };
    await this.#admin.cluster.apply(
      virtualMachines,
      { ...object, metadata },
      { fieldManager: 'labels', force: true },
    );
  }

  /** As the API server has it. */
  async vm(name: string): Promise<VirtualMachine | undefined> {
    try {
      return await this.#admin.cluster.get(virtualMachines, { namespace, name });
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound) return undefined;
      throw error;
    }
  }

  /** Waits until the VM runs and its address is known, is stopped, or is gone, and the operator has no more to do. */
  async settled(name: string, as: 'Running' | 'Stopped' | 'Gone'): Promise<void> {
    await this.vmIs(name, as);
    await this.quiet(15_000);
  }

  async vmIs(name: string, as: 'Running' | 'Stopped' | 'Gone'): Promise<void> {
    await this.wait(`${name}: ${as}`, async () => {
      const vm = await this.vm(name);
      if (!vm || as === 'Gone') return !vm && as === 'Gone';
      const { powerState, interfaces = [] } = vm.status ?? {};
      return powerState === as && (as === 'Stopped' || (interfaces[0]?.addresses?.length ?? 0) > 0);
    });
  }

  /** The version that the API server has come to. */
  async resourceVersion(): Promise<string> {
    return (await this.#admin.cluster.list(virtualMachines)).resourceVersion;
  }

  /**
   * All that matters of the API and the hosts, less what differs from run to run: uids, versions, times, and which of
   * the two equal hosts was taken.
   */
  async state(): Promise<object> {
    const [vms, pools, machines] = await Promise.all([
      this.#admin.cluster.list(virtualMachines),
      this.#admin.cluster.list(hostPools),
      this.#admin.cluster.list(hosts),
    ]);
    const domains = this.hypervisor.hosts.flatMap((host) => [...host.domains.values()]);
    return {
      vms: vms.items.map(({ metadata, spec, status }) => ({
        ...{ name: metadata.name, finalizers: metadata.finalizers, spec },
        ...{ isPlaced: status?.hostName !== undefined, powerState: status?.powerState },
        ...{ interfaces: status?.interfaces?.map(({ addresses }) => addresses) },
        conditions: conditionsOf(status),
      })),
      pools: pools.items.map(({ metadata, status }) => ({
        ...{ name: metadata.name, finalizers: metadata.finalizers },
        ...{ status: { ...status, conditions: conditionsOf(status) } },
      })),
      hosts: machines.items.map(({ metadata, status }) => [metadata.name, conditionsOf(status)]),
      allocated: machines.items.map(({ status }) => JSON.stringify(status?.allocated)).sort(),
      domains: domains.map(({ name, power }) => `${name} ${power}`).sort(),
    };
  }

  /** Waits for the state to be this. */
  async reach(wanted: object): Promise<void> {
    const text = JSON.stringify(wanted);
    await this.wait(`the state ${text}`, async () => JSON.stringify(await this.state()) === text);
  }

  /** Waits; on failure tells what the operator did last. */
  async wait(what: string, look: () => Promise<boolean> | boolean, timeoutMs = patienceMs): Promise<void> {
    try {
      await waitFor(what, look, { timeoutMs });
    } catch (cause) {
      const calls = this.proxy.recording.calls.slice(-30).map(describeCall).join('\n');
      const state = JSON.stringify(await this.state().catch(String));
      throw new Error(`${what}: not so\n${state}\n${calls}\n${this.#lines.join('')}`, { cause });
    }
  }

  /**
   * Waits until the operator has written nothing, to the API or to a host, for this long on its own clock: Leases aside.
   * One that goes on for ever writing what is there already never gets there.
   */
  async quiet(forMs: number): Promise<void> {
    const count = () => this.proxy.recording.writes(restless).length + this.hypervisor.changes.length;
    let last = count();
    let since = this.clock.now();
    await this.wait(`no write for ${forMs} ms`, () => {
      if (count() !== last) [last, since] = [count(), this.clock.now()];
      return this.clock.now() - since >= forMs;
    });
  }

  /**
   * What was made and removed, and how often: the calls to hosts that took effect, and objects that were made. A delete
   * counts once for each object: of one that is on its way already it may be said again. Events are left out, as a
   * process that dies may tell them twice or not at all.
   */
  creations(): Record<string, number> {
    const onHosts = this.hypervisor.changes.filter(({ outcome }) => outcome === 'ok').map(({ call }) => call);
    const inApi = this.proxy.recording.writes(['events']);
    const made = inApi.filter(({ code }) => code === 201).map(({ resource }) => `create ${resource}`);
    const deleted = inApi.filter(({ verb, code = 0 }) => verb === 'delete' && code < 300);
    const counted = [
      ...onHosts.filter((call) => creating.has(call)),
      ...made,
      ...new Set(deleted.map(({ resource, name }) => `delete ${resource} ${name}`)),
    ].sort();
    return Object.fromEntries(counted.map((what) => [what, counted.filter((one) => one === what).length]));
  }

  /** Starts counting anew. */
  forget(): void {
    this.proxy.recording.clear();
    this.hypervisor.calls.length = 0;
  }

  async #relaunch(): Promise<void> {
    this.relaunches += 1;
    await this.restart();
  }

  async #prepare(): Promise<void> {
    const { cluster } = this.#admin;
    for (const name of [namespace, 'vmfabric-system'])
      await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const encoded = Object.entries(clientPem).map(([key, text]) => [
      key,
      Buffer.from(text).toString('base64'),
    ]);
    await cluster.create(secrets, {
      ...{ apiVersion: 'v1', kind: 'Secret', data: Object.fromEntries(encoded) },
      metadata: { namespace: 'vmfabric-system', name: 'libvirt-client' },
    });
    await this.applyPool('default', ['h1', 'h2']);
  }
}

interface Conditioned {
  conditions?: { type: string; status: string; reason: string }[] | undefined;
}

function conditionsOf(status: Conditioned | undefined) {
  return status?.conditions?.map(({ type, status: value, reason }) => `${type} ${value} ${reason}`);
}
