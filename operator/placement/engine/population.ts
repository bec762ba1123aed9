import type { Selector } from '../model/selector.ts';
import { Counts } from './counts.ts';
import type { Namespace } from './namespace.ts';
import type { Follower, Topology } from './topologies.ts';

/** The placed VMs of one namespace that one selector selects, counted by row, and by domain of each key asked for. */
export class Population implements Follower {
  readonly namespace: Namespace;
  readonly selector: Selector;
  readonly byRow = new Counts();
  /** Whether it is kept up. */
  isOpen = true;
  /** When it was last asked for, on the clock of all populations. */
  lastAsked = 0;
  readonly #topologies: Topology[] = [];
  readonly #byDomain: Counts[] = [];

  constructor(namespace: Namespace, selector: Selector) {
    this.namespace = namespace;
    this.selector = selector;
  }

  add(row: number, amount: number): void {
    this.byRow.add(row, amount);
    for (let at = 0; at < this.#topologies.length; at++) {
      const domain = (this.#topologies[at] as Topology).column[row] as number;
      if (domain !== 0) (this.#byDomain[at] as Counts).add(domain, amount);
    }
  }

  /** VMs on hosts that lack the label are in no domain, and not counted. */
  over(topology: Topology): Counts {
    const known = this.#byDomain[this.#topologies.indexOf(topology)];
    if (known) return known;
    const counts = new Counts();
    this.byRow.forEach((row, count) => {
      const domain = topology.column[row] as number;
      if (domain !== 0) counts.add(domain, count);
    });
    this.#topologies.push(topology);
    this.#byDomain.push(counts);
    topology.followers.add(this);
    return counts;
  }

  moved(topology: Topology, row: number, from: number, to: number): void {
    const count = this.byRow.get(row);
    const counts = this.#byDomain[this.#topologies.indexOf(topology)];
    if (count === 0 || !counts) return;
    if (from !== 0) counts.add(from, -count);
    if (to !== 0) counts.add(to, count);
  }

  forgotten(topology: Topology): void {
    const at = this.#topologies.indexOf(topology);
    if (at < 0) return;
    this.#topologies.splice(at, 1);
    this.#byDomain.splice(at, 1);
  }

  /** Ends its being kept up. */
  close(): void {
    this.isOpen = false;
    for (const topology of this.#topologies) topology.followers.delete(this);
  }

  /** Memory taken, about. */
  get bytes(): number {
    return this.#byDomain.reduce((sum, counts) => sum + counts.bytes, 500 + this.byRow.bytes);
  }
}
