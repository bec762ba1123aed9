import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { lastSizeOf } from '../../domain/size.ts';
import { keyOf, type ObjectKey } from '../../kube/object.ts';
import { usualCpuWeight } from '../../placement/shares/weights.ts';
import type { HostLinks } from '../host/recorded-links.ts';
import { classOf, type Stores } from '../stores.ts';
import { heldBy } from './counting.ts';
import type { Shares } from './shares.ts';

/** A weight is left as it is while it is within a tenth, or each VM that comes would have all of its host set anew. */
const tolerance = 0.1;

/**
 * By which weights hosts divide their CPUs among VMs of pools whose shares have weights. What each runs with, its live XML
 * says; what is remembered here saves looks at VMs whose weight is as it should be.
 */
export class CpuWeights {
  readonly #stores: Stores;
  readonly #shares: Shares;
  /** What VMs were last seen to run with, by uid. */
  readonly #known = new Map<string, number>();
  /** Hosts that cannot divide CPUs, until they are connected anew. */
  readonly #unable = new Set<string>();

  constructor(stores: Stores, connections: HostLinks, shares: Shares) {
    this.#stores = stores;
    this.#shares = shares;
    connections.listen({
      onLink: (hostName) => {
        if (connections.link(hostName)?.state !== 'Connected') this.#unable.delete(hostName);
      },
      onDomainEvent: () => {},
    });
  }

  /**
   * The weight that the VM should be given on its host, where it runs with `actual`, or with none of its own; undefined when
   * that may stay. One whose pool has no weights, or none any more, has the usual one, or what its definition says.
   */
  due(vm: VirtualMachine, actual: number | undefined, defined: number | undefined): number | undefined {
    const { uid } = vm.metadata;
    const { hostName = '' } = vm.status ?? {};
    const shares = this.#shares.of(poolOf(vm));
    if (this.#unable.has(hostName)) return undefined;
    if (!shares?.dividesCpus) {
      this.#known.delete(uid);
      const isChanged = actual !== undefined && actual !== (defined ?? usualCpuWeight);
      return isChanged ? (defined ?? usualCpuWeight) : undefined;
    }
    const wanted = this.#wanted(hostName, vm).get(keyOf(vm));
    if (wanted === undefined || !isNear(actual, wanted)) return wanted;
    this.#known.set(uid, actual);
    return undefined;
  }

  given(vm: VirtualMachine, weight: number): void {
    if (this.#shares.of(poolOf(vm))?.dividesCpus) this.#known.set(vm.metadata.uid, weight);
  }

  forget({ metadata }: Pick<VirtualMachine, 'metadata'>): void {
    this.#known.delete(metadata.uid);
  }

  /** The host cannot; true when that is news. */
  cannot(hostName: string): boolean {
    const isNews = !this.#unable.has(hostName);
    this.#unable.add(hostName);
    return isNews;
  }

  /** VMs on the host whose weight is not what it should be by now. */
  uneven(hostName: string): ObjectKey[] {
    if (!this.#shares.divideCpus || this.#unable.has(hostName)) return [];
    const wanted = this.#wanted(hostName);
    return this.#running(hostName).flatMap((vm) => {
      const [known, weight] = [this.#known.get(vm.metadata.uid), wanted.get(keyOf(vm))];
      const isUneven = known !== undefined && weight !== undefined && !isNear(known, weight);
      return isUneven ? [keyOf(vm)] : [];
    });
  }

  /** Of all that run on the host, and of this one, which may just have been started. */
  #wanted(hostName: string, started?: VirtualMachine): Map<ObjectKey, number> {
    const vms = this.#running(hostName, started);
    const weights = [...Map.groupBy(vms, poolOf)].flatMap(([pool, members]) => {
      const weighed = members.map((vm) => ({
        ...{ id: keyOf(vm), namespace: vm.metadata.namespace ?? '' },
        cpus: Math.max(1, heldBy(vm)?.cpu.cores ?? lastSizeOf(vm, classOf(this.#stores, vm)).cpuCores),
      }));
      return [...(this.#shares.of(pool)?.cpuWeights(weighed) ?? [])];
    });
    return new Map(weights);
  }

  #running(hostName: string, started?: VirtualMachine): VirtualMachine[] {
    return this.#stores.virtualMachines.byIndex('host', hostName).filter(({ metadata, status }) => {
      const { powerState } = status ?? {};
      return metadata.uid === started?.metadata.uid || powerState === 'Running' || powerState === 'Paused';
    });
  }
}

function isNear(actual: number | undefined, wanted: number): actual is number {
  return actual !== undefined && Math.abs(actual - wanted) <= wanted * tolerance;
}

const poolOf = ({ spec }: VirtualMachine) => spec.placement.hostPoolRef.name;
