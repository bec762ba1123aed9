import type { HostTable } from './hosts.ts';
import type { Topology } from './topologies.ts';

/** The hosts of a pool that VMs of one kind could go to as far as hosts alone decide, whatever VMs there are. */
export class Eligible {
  /** Of the hosts, when this was made. */
  readonly version: number;
  readonly rows: Int32Array;
  /** Points of preferred hosts by row; undefined when there are none. */
  readonly points: Float64Array | undefined;
  readonly #domains = new Map<Topology, Int32Array>();

  constructor(hosts: HostTable, rows: Int32Array, points: Float64Array | undefined) {
    this.version = hosts.version;
    this.rows = rows;
    this.points = points;
  }

  /** The fewest in any domain that has one of the hosts; infinite when there is none. Others' domains do not count as empty. */
  minimum(topology: Topology, counts: Int32Array): number {
    const domains = this.domains(topology);
    let minimum = Number.POSITIVE_INFINITY;
    for (let at = 0; at < domains.length; at++) {
      const count = counts[domains[at] as number] as number;
      if (count < minimum) minimum = count;
    }
    return minimum;
  }

  /** The domains that have one of the hosts. */
  domains(topology: Topology): Int32Array {
    const known = this.#domains.get(topology);
    if (known) return known;
    const domains = new Set<number>();
    for (const row of this.rows) domains.add(topology.column[row] as number);
    domains.delete(0);
    const made = Int32Array.from(domains);
    this.#domains.set(topology, made);
    return made;
  }
}
