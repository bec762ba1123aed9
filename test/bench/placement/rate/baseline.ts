import type { Placer } from '../placer.ts';
import { amount, type WorkloadHost, type WorkloadVm, zoneKey } from '../workload/model.ts';

/** Worth of a host by the shares of its CPU and memory that are left after placing, from 0 to 1; the least wins. */
export type Fitness = (cpuLeft: number, memoryLeft: number) => number;

export const fitnesses = {
  /** The fullest host that still has room. */
  'best fit': (cpuLeft, memoryLeft) => cpuLeft + memoryLeft,
  /** The same, but what is left shall be of both, so that none is stranded (Verma et al., Borg, EuroSys 2015). */
  'hybrid fit': (cpuLeft, memoryLeft) => cpuLeft + memoryLeft + 2 * Math.abs(cpuLeft - memoryLeft),
} as const satisfies Record<string, Fitness>;

/** Where the VMs of one application are, and how many in each zone. */
interface Group {
  hosts: Set<number>;
  inZone: number[];
}

/**
 * A scan over plain arrays as one writes it for this workload alone: VMs that have `app` in common are never on one host
 * and at most one more in a zone than in another, and the only label that a VM asks for is its disk. What an engine
 * that reads rules costs is what it takes beyond this.
 */
export class BaselinePlacer implements Placer {
  readonly #fitness: Fitness;
  readonly #names: string[];
  readonly #limits: { cpu: Float64Array; memory: Float64Array };
  readonly #free: { cpu: Float64Array; memory: Float64Array };
  readonly #zoneOf: Uint8Array;
  readonly #zones: number;
  readonly #disks: string[];
  readonly #groups = new Map<string, Group>();
  readonly #placed = new Map<string, { vm: WorkloadVm; host: number }>();

  constructor(hosts: readonly WorkloadHost[], fitness: Fitness) {
    this.#fitness = fitness;
    this.#names = hosts.map(({ name }) => name);
    const column = (dimension: string) => Float64Array.from(hosts, ({ limits }) => amount(limits, dimension));
    this.#limits = { cpu: column('cpu'), memory: column('memory') };
    this.#free = { cpu: column('cpu'), memory: column('memory') };
    const zones = [...new Set(hosts.map(({ labels }) => labels[zoneKey]))];
    this.#zones = zones.length;
    this.#zoneOf = Uint8Array.from(hosts, ({ labels }) => zones.indexOf(labels[zoneKey]));
    this.#disks = hosts.map(({ labels }) => labels['disk'] ?? '');
  }

  place(vm: WorkloadVm): string | undefined {
    const group = this.#groupOf(vm);
    const host = this.#best(vm, group);
    if (host === undefined) return undefined;
    this.#placed.set(vm.id, { vm, host });
    group.hosts.add(host);
    this.#count(vm, group, host, 1);
    return this.#names[host];
  }

  remove(id: string): void {
    const placed = this.#placed.get(id);
    if (!placed) return;
    this.#placed.delete(id);
    const group = this.#groupOf(placed.vm);
    group.hosts.delete(placed.host);
    this.#count(placed.vm, group, placed.host, -1);
  }

  #best(vm: WorkloadVm, group: Group): number | undefined {
    const [cpu, memory] = [amount(vm.requests, 'cpu'), amount(vm.requests, 'memory')];
    const disk = vm.hostLabels?.['disk'];
    const fewest = Math.min(...group.inZone);
    let best: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let host = 0; host < this.#names.length; host++) {
      const cpuLeft = (this.#free.cpu[host] ?? 0) - cpu;
      const memoryLeft = (this.#free.memory[host] ?? 0) - memory;
      if (cpuLeft < 0 || memoryLeft < 0) continue;
      if (disk !== undefined && this.#disks[host] !== disk) continue;
      if ((group.inZone[this.#zoneOf[host] ?? 0] ?? 0) > fewest || group.hosts.has(host)) continue;
      const fitness = this.#fitness(
        cpuLeft / (this.#limits.cpu[host] ?? 1),
        memoryLeft / (this.#limits.memory[host] ?? 1),
      );
      if (fitness >= least) continue;
      least = fitness;
      best = host;
    }
    return best;
  }

  #groupOf({ namespace, labels }: WorkloadVm): Group {
    const key = `${namespace}/${labels['app']}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const group = { hosts: new Set<number>(), inZone: new Array<number>(this.#zones).fill(0) };
    this.#groups.set(key, group);
    return group;
  }

  #count({ requests }: WorkloadVm, group: Group, host: number, sign: 1 | -1): void {
    const { cpu, memory } = this.#free;
    cpu[host] = (cpu[host] ?? 0) - sign * amount(requests, 'cpu');
    memory[host] = (memory[host] ?? 0) - sign * amount(requests, 'memory');
    const zone = this.#zoneOf[host] ?? 0;
    group.inZone[zone] = (group.inZone[zone] ?? 0) + sign;
  }
}
