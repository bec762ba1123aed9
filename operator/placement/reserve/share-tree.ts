/** A share of the pool: of a team, say, with those of its namespaces below it. Vectors have one amount by dimension. */
export interface Share {
  name: string;
  /** The share of which this one is a part; undefined: the pool itself. */
  parent?: string;
  /** What is set aside for it, whether it is used or not. */
  reservation: readonly number[];
  /** More than this it never gets; Infinity for no limit. */
  limit: readonly number[];
  /** Whether it may have more than its reservation, of what its parent has left. */
  isExpandable: boolean;
  /** Its weight beside those of the same parent when CPUs are short. */
  shares: number;
}

/** Why there is no more for a share. */
export interface ShareRefusal {
  /** The share that stands in the way, the asking one or one above it; undefined: the pool has no more. */
  share: string | undefined;
  because: 'limit' | 'reservation' | 'pool';
  dimension: number;
  missing: number;
}

interface Node extends Share {
  parentNode: Node | undefined;
  children: Node[];
  /** What VMs of this very share have. */
  used: number[];
}

/**
 * The tree of shares of one pool: who may have how much of it. A share claims of its parent what is reserved for it, or
 * what it uses where that is more, so that whatever is reserved is there when it is asked for (the expandable reservations
 * of VMware's resource pools).
 */
export class ShareTree {
  readonly #nodes = new Map<string, Node>();
  readonly #dimensions: number;
  #capacity: readonly number[];

  /**
   * `capacity` is what all VMs of the pool may have in all.
   * @throws RangeError that names the share for a parent that does not exist, for a circle, and for two of one name
   */
  constructor(capacity: readonly number[], shares: readonly Share[]) {
    this.#capacity = capacity;
    this.#dimensions = capacity.length;
    for (const share of shares) {
      if (this.#nodes.has(share.name)) throw new RangeError(`there are two shares ${share.name}`);
      const used = new Array<number>(this.#dimensions).fill(0);
      this.#nodes.set(share.name, { ...share, parentNode: undefined, children: [], used });
    }
    for (const node of this.#nodes.values()) this.#attach(node);
    for (const node of this.#nodes.values()) this.#checkRoots(node);
  }

  setCapacity(capacity: readonly number[]): void {
    this.#capacity = capacity;
  }

  /** Counts a VM of the share, whatever the limits; negative amounts for one that is gone. */
  use(name: string, amounts: readonly number[]): void {
    const { used } = this.#node(name);
    for (let d = 0; d < this.#dimensions; d++) used[d] = (used[d] ?? 0) + (amounts[d] ?? 0);
  }

  /** Why the share cannot have so much more; undefined when it can. */
  refusal(name: string, amounts: readonly number[]): ShareRefusal | undefined {
    const node = this.#node(name);
    for (let d = 0; d < this.#dimensions; d++) {
      const refusal = this.#refusalIn(node, d, amounts[d] ?? 0);
      if (refusal) return refusal;
    }
    return undefined;
  }

  /** Shares whose reservations cannot be kept: those below one reserve more than it has, or all more than the pool. */
  overdrawn(): ShareRefusal[] {
    return [...this.#nodes.values()]
      .flatMap((node) => this.#overdraftsOf(node))
      .concat(this.#poolOverdrafts());
  }

  /** The part of all CPUs, from 0 to 1, that the share would get if every share wanted more than there is. */
  weight(name: string): number {
    let weight = 1;
    for (let node: Node | undefined = this.#node(name); node; node = node.parentNode) {
      const siblings = this.#childrenOf(node.parentNode);
      weight *= node.shares / siblings.reduce((sum, { shares }) => sum + shares, 0);
    }
    return weight;
  }

  #refusalIn(asking: Node, d: number, amount: number): ShareRefusal | undefined {
    let more = amount;
    for (let node: Node | undefined = asking; node && more > 0; node = node.parentNode) {
      const wanted = this.#demand(node, d) + more;
      const [limit, reserved] = [node.limit[d] ?? 0, node.reservation[d] ?? 0];
      if (wanted > limit) return refused(node.name, 'limit', d, wanted - limit);
      if (wanted > reserved && !node.isExpandable)
        return refused(node.name, 'reservation', d, wanted - reserved);
      more = Math.max(reserved, wanted) - this.#claim(node, d);
    }
    const missing = this.#claimed(d) + more - (this.#capacity[d] ?? 0);
    return more > 0 && missing > 0 ? refused(undefined, 'pool', d, missing) : undefined;
  }

  #overdraftsOf(node: Node): ShareRefusal[] {
    return Array.from({ length: this.#dimensions }, (_, d) => {
      const most = Math.min(
        node.limit[d] ?? 0,
        node.isExpandable ? Number.POSITIVE_INFINITY : (node.reservation[d] ?? 0),
      );
      const wanted = Math.max(
        node.reservation[d] ?? 0,
        sumOf(node.children, (child) => child.reservation[d] ?? 0),
      );
      return wanted > most
        ? [refused(node.name, most === node.limit[d] ? 'limit' : 'reservation', d, wanted - most)]
        : [];
    }).flat();
  }

  #poolOverdrafts(): ShareRefusal[] {
    return Array.from({ length: this.#dimensions }, (_, d) => {
      const missing = this.#claimed(d) - (this.#capacity[d] ?? 0);
      return missing > 0 ? [refused(undefined, 'pool', d, missing)] : [];
    }).flat();
  }

  /** What its VMs have and the shares below it claim. */
  #demand(node: Node, d: number): number {
    return (node.used[d] ?? 0) + sumOf(node.children, (child) => this.#claim(child, d));
  }

  #claim(node: Node, d: number): number {
    return Math.max(node.reservation[d] ?? 0, this.#demand(node, d));
  }

  #claimed(d: number): number {
    return sumOf(this.#childrenOf(undefined), (node) => this.#claim(node, d));
  }

  #childrenOf(parent: Node | undefined): Node[] {
    return parent ? parent.children : [...this.#nodes.values()].filter(({ parentNode }) => !parentNode);
  }

  #attach(node: Node): void {
    if (node.parent === undefined) return;
    const parent = this.#nodes.get(node.parent);
    if (!parent) throw new RangeError(`share ${node.name} is part of ${node.parent}, which does not exist`);
    node.parentNode = parent;
    parent.children.push(node);
  }

  #checkRoots(node: Node): void {
    const above = new Set<Node>();
    for (let next: Node | undefined = node; next; next = next.parentNode) {
      if (above.has(next)) throw new RangeError(`share ${next.name} is part of itself`);
      above.add(next);
    }
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (!node) throw new RangeError(`there is no share ${name}`);
    return node;
  }
}

function refused(
  share: string | undefined,
  because: ShareRefusal['because'],
  dimension: number,
  missing: number,
): ShareRefusal {
  return { share, because, dimension, missing };
}

function sumOf<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}
