import { systemNamespace } from '../../../../hack/start/cluster-objects.ts';
import type { Host } from '../../../../operator/api/host.ts';
import { hostPools, virtualMachines } from '../../../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../../../operator/api/virtualmachine.ts';
import { findCondition } from '../../../../operator/controllers/conditions.ts';
import { desiredDomain } from '../../../../operator/domain/desired.ts';
import { domainUuidOf } from '../../../../operator/domain/identity.ts';
import { domainXml } from '../../../../operator/domain/write.ts';
import { FakeHypervisor } from '../../../../operator/hypervisor/fake.ts';
import type { Clock } from '../../../../operator/kube/clock.ts';
import type { Cluster } from '../../../../operator/kube/cluster.ts';
import { createKubeMetrics, type KubeMetrics } from '../../../../operator/kube/metrics.ts';
import { Operator } from '../../../../operator/operator.ts';
import { createLog } from '../../../../operator/telemetry/log.ts';
import { hostNames } from '../population.ts';
import { guestAddress } from '../vms.ts';

export interface RigOptions {
  cluster: Cluster;
  clock: Clock;
  metrics?: KubeMetrics;
  /** How many fake hosts there are. */
  hosts: number;
  /** Name of its Lease; without one it leads from the start. */
  lease?: string | undefined;
}

/** Each with room for a hundred VMs of the fleet. */
const facts = {
  cpu: {
    ...{ model: 'EPYC', vendor: 'AMD', architecture: 'x86_64' },
    ...{ sockets: 2, cores: 64, threads: 1, count: 128 },
  },
  memoryBytes: 256 * 2 ** 30,
};

/** The whole operator as main composes it, but on hosts in memory, and with eyes that see when it has come to rest. */
export class OperatorRig {
  readonly operator: Operator;
  readonly hypervisor: FakeHypervisor;
  readonly #hosts: number;
  readonly #metrics: KubeMetrics;
  readonly #cluster: Cluster;
  /** Domains whose guest was asked for its addresses, the last step of a reconcile. */
  readonly #walked = new Set<string>();

  constructor({ cluster, clock, metrics = createKubeMetrics(), hosts, lease }: RigOptions) {
    this.#hosts = hosts;
    this.#cluster = cluster;
    this.#metrics = metrics;
    this.hypervisor = new FakeHypervisor({ clock });
    for (const name of hostNames(hosts)) {
      // Its address is there with the guest.
      const agent = { afterMs: 0, addresses: [[guestAddress]] };
      this.hypervisor.addHost(name, facts).defaultGuest = { shutdown: { afterMs: 0 }, agent };
    }
    this.operator = new Operator({
      ...{ cluster, clock, metrics, hypervisor: this.hypervisor, random: Math.random },
      ...{ log: createLog({ level: 'silent' }), identity: 'bench', graceMs: 1_000 },
      ...(lease === undefined ? {} : { lease: { namespace: systemNamespace, name: lease } }),
    });
  }

  /** Lets the VMs that run according to their status run on the fake hosts, as an operator that restarts finds them. */
  async seed(): Promise<void> {
    const { items: vms } = await this.#cluster.list(virtualMachines);
    const pool = (await this.#cluster.list(hostPools)).items[0];
    for (const vm of vms) {
      const host = vm.status?.hostName;
      const desired = host !== undefined && pool && desiredDomain(vm, pool, 'KVM');
      if (!desired || desired.kind === 'problem') continue;
      this.hypervisor.host(host).define(domainXml(desired.domain));
      this.hypervisor.host(host).domains.get(domainUuidOf(vm))?.start();
    }
  }

  /** Reconciles of VMs so far. */
  async reconciles(): Promise<number> {
    const { values } = await this.#metrics.reconciles.get();
    return values
      .filter(({ labels }) => labels['controller'] === 'virtualmachine')
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** Whether all Hosts and VMs are Ready, each VM was reconciled to its end, and nothing is left to do at once. */
  get isQuiet(): boolean {
    this.takeCalls();
    if (!this.#isIdle) return false;
    const { hosts, virtualMachines: vms } = this.operator.stores;
    if (hosts.size < this.#hosts || !hosts.list().every(isReady)) return false;
    return vms.list().every((vm) => isReady(vm) && hasAddresses(vm) && this.#walked.has(domainUuidOf(vm)));
  }

  /** The fake keeps its calls for tests; here they would be a leak. */
  takeCalls(): void {
    for (const { call, argument } of this.hypervisor.calls.splice(0))
      if (call === 'guestInterfaces' && argument !== undefined) this.#walked.add(argument);
  }

  /** Forgets which VMs were reconciled: it would grow with each that ever was. */
  forgetWalks(): void {
    this.takeCalls();
    this.#walked.clear();
  }

  get #isIdle(): boolean {
    return [...this.#metrics.queues].every((sample) => {
      const { depth, runningSeconds } = sample();
      return runningSeconds.length === 0 && [...depth.values()].every((keys) => keys === 0);
    });
  }
}

function isReady(object: Host | VirtualMachine): boolean {
  return findCondition(object, 'Ready')?.status === 'True';
}

function hasAddresses({ status }: VirtualMachine): boolean {
  return status?.interfaces?.every(({ addresses = [] }) => addresses.length > 0) === true;
}
