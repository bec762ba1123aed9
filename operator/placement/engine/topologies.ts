import { type Labels, labelOf } from '../model/selector.ts';
import { RecentlyUsed } from './recently-used.ts';

/** Keeps something by domain, and hears when a host goes from one domain to another; 0 is none. */
export interface Follower {
  moved(topology: Topology, row: number, from: number, to: number): void;
  /** The topology is kept up no longer. */
  forgotten(topology: Topology): void;
}

/** One label key of hosts as a column: the domain of each row, by number; 0 where the label is missing. */
export class Topology {
  readonly key: string;
  column: Int32Array;
  readonly followers = new Set<Follower>();
  readonly #numbers = new Map<string, number>();
  readonly #hosts: number[] = [0];
  readonly #values: string[] = [''];
  readonly #unused: number[] = [];
  #scratch = new Int32Array(64);

  constructor(key: string, capacity: number) {
    this.key = key;
    this.column = new Int32Array(capacity);
  }

  /** Puts the row into the domain of its labels; undefined takes it out of any. */
  assign(row: number, labels: Labels | undefined): void {
    const value = labels && labelOf(labels, this.key);
    const from = this.column[row] as number;
    if (from === 0 ? value === undefined : value === this.#values[from]) return;
    const to = value === undefined ? 0 : this.#enter(value);
    this.column[row] = to;
    for (const follower of this.followers) follower.moved(this, row, from, to);
    if (from !== 0) this.#leave(from);
  }

  valueOf(domain: number): string {
    return this.#values[domain] ?? '';
  }

  grow(capacity: number): void {
    const column = new Int32Array(capacity);
    column.set(this.column);
    this.column = column;
  }

  /** Zeros, one for each domain number there is: to lay counts out on, and to be zeros again before the next use. */
  get scratch(): Int32Array {
    if (this.#scratch.length < this.#values.length) this.#scratch = new Int32Array(2 * this.#values.length);
    return this.#scratch;
  }

  #enter(value: string): number {
    let domain = this.#numbers.get(value);
    if (domain === undefined) {
      domain = this.#unused.pop() ?? this.#values.length;
      this.#numbers.set(value, domain);
      this.#values[domain] = value;
      this.#hosts[domain] = 0;
    }
    (this.#hosts[domain] as number) += 1;
    return domain;
  }

  #leave(domain: number): void {
    (this.#hosts[domain] as number) -= 1;
    if (this.#hosts[domain] !== 0) return;
    this.#numbers.delete(this.valueOf(domain));
    this.#unused.push(domain);
  }
}

/** Keys kept at once; one that made way is read from the labels again when asked for. */
const kept = 64;

/** The topology keys that rules ask for. */
export class Topologies {
  readonly #byKey = new RecentlyUsed<Topology>(kept, (topology) => {
    for (const follower of topology.followers) follower.forgotten(topology);
  });

  /** `labels` gives each known host's labels by row, for a key that is new. */
  get(key: string, labels: () => Iterable<[number, Labels]>, capacity: number): Topology {
    return this.#byKey.get(key, () => {
      const topology = new Topology(key, capacity);
      for (const [row, of] of labels()) topology.assign(row, of);
      return topology;
    });
  }

  assign(row: number, labels: Labels | undefined): void {
    for (const topology of this.#byKey.values()) topology.assign(row, labels);
  }

  grow(capacity: number): void {
    for (const topology of this.#byKey.values()) topology.grow(capacity);
  }
}
