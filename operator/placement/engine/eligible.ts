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
  /** How many of the hosts each domain has. */
  readonly #hosts = new Map<Topology, ReadonlyMap<number, number>>();
  #rowSet: ReadonlySet<number> | undefined;

  constructor(hosts: HostTable, rows: Int32Array, points: Float64Array | undefined) {
    this.version = hosts.version;
    this.rows = rows;
    this.points = points;
  }

  /**
   * The fewest in any domain that has one of the hosts beside those that are gone; infinite when there is none. Others'
   * domains do not count as empty.
   */
  minimum(topology: Topology, counts: Int32Array, gone: readonly number[] = []): number {
    const domains = this.domains(topology);
    let minimum = Number.POSITIVE_INFINITY;
    for (let at = 0; at < domains.length; at++) {
      const domain = domains[at] as number;
      const count = counts[domain] as number;
      if (count < minimum && !this.#isGone(topology, domain, gone)) minimum = count;
    }
    return minimum;
  }

  /** Whether the domain has none of the hosts but those of these rows. */
  #isGone(topology: Topology, domain: number, gone: readonly number[]): boolean {
    if (gone.length === 0) return false;
    const hosts = this.#hostsIn(topology).get(domain) ?? 0;
    if (hosts > gone.length) return false;
    this.#rowSet ??= new Set(this.rows);
    let lost = 0;
    for (const row of gone) if (topology.column[row] === domain && this.#rowSet.has(row)) lost += 1;
    return lost === hosts;
  }

  #hostsIn(topology: Topology): ReadonlyMap<number, number> {
    const known = this.#hosts.get(topology);
    if (known) return known;
    const hosts = new Map<number, number>();
    for (const row of this.rows) {
      const domain = topology.column[row] as number;
      hosts.set(domain, (hosts.get(domain) ?? 0) + 1);
    }
    this.#hosts.set(topology, hosts);
    return hosts;
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
