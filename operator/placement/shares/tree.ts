import { type Amounts, add, nothing, type Shared, shared } from './share.ts';

/** A share as the tree has it; amounts are finite but for a limit, which is Infinity where there is none. */
export interface TreeShare {
  name: string;
  parentName?: string;
  reservation: Amounts;
  limit: Amounts;
}

/** Why there is no more for a share, at the first share above or at itself that has no more to give. */
export interface TreeRefusal {
  /** The share that stands in the way; undefined: the pool has no more. */
  share: string | undefined;
  resource: Shared;
  missing: number;
  limit: number;
  /** What the VMs of it and of shares below it have. */
  used: number;
  /** What is kept below it for reservations that are not used up. */
  kept: number;
}

interface Node extends TreeShare {
  parent: Node | undefined;
  children: Node[];
  /** What VMs of it and of shares below it have. */
  used: Amounts;
  /** What its own VMs have and the shares below it claim. */
  demand: Amounts;
  /** What it claims of its parent: what is reserved for it, or its demand where that is more. */
  claim: Amounts;
}

/** What is known of one share. */
export interface ShareUse {
  used: Amounts;
  /** What is kept for it, and for shares below it, besides what is used. */
  kept: Amounts;
  /** How much more its own VMs could have now. */
  available: Amounts;
}

/**
 * The tree of shares of one pool: who may have how much of it. A share claims of its parent what is reserved for it, or
 * what it uses where that is more, so that whatever is reserved is there when it is asked for, and whatever is not used
 * up to a limit may be borrowed: the expandable reservations of VMware's resource pools. Told of a VM, and asked about one,
 * it looks at the shares above the VM alone.
 */
export class ShareTree {
  readonly #root: Node;
  readonly #nodes = new Map<string, Node>();

  /** Names are unique, and parents exist and are in no circle. */
  constructor(shares: readonly TreeShare[]) {
    this.#root = newNode({ name: '', reservation: nothing(), limit: nothing() });
    for (const share of shares) this.#nodes.set(share.name, newNode(share));
    for (const node of this.#nodes.values()) {
      node.parent = node.parentName === undefined ? this.#root : this.#node(node.parentName);
      node.parent.children.push(node);
    }
    for (const { reservation, parent } of this.#nodes.values())
      shared.forEach((_, d) => {
        raise(parent, d, reservation[d] ?? 0);
      });
  }

  /** What all VMs of the pool may have. */
  setCapacity(capacity: Amounts): void {
    this.#root.limit = capacity;
  }

  /** Counts a VM of the share, or of none, whatever the limits; negative amounts for one that is gone. */
  use(share: string | undefined, amounts: readonly number[], sign: 1 | -1 = 1): void {
    const asking = this.#node(share);
    for (let node: Node | undefined = asking; node; node = node.parent) add(node.used, amounts, sign);
    amounts.forEach((amount, d) => {
      raise(asking, d, sign * amount);
    });
  }

  /** Why the share, or VMs of none, cannot have so much more; undefined when they can. */
  refusal(share: string | undefined, amounts: readonly number[]): TreeRefusal | undefined {
    const asking = this.#node(share);
    for (let d = 0; d < amounts.length; d++) {
      const refusal = (amounts[d] ?? 0) > 0 ? this.#refusalIn(asking, d, amounts[d] ?? 0) : undefined;
      if (refusal) return refusal;
    }
    return undefined;
  }

  report(share: string): ShareUse {
    const { used, claim } = this.#node(share);
    return {
      used: [...used],
      kept: claim.map((amount, d) => amount - (used[d] ?? 0)),
      available: shared.map((_, d) => this.#available(this.#node(share), d)),
    };
  }

  /** The shares right below it, or below the pool, with what each claims and uses of the resource. */
  below(share: string | undefined, resource: Shared): { name: string; used: number; kept: number }[] {
    const d = shared.indexOf(resource);
    return this.#node(share).children.map(({ name, used, claim }) => ({
      ...{ name, used: used[d] ?? 0 },
      kept: (claim[d] ?? 0) - (used[d] ?? 0),
    }));
  }

  /** By how much what is reserved and used exceeds the pool; 0 where it does not. */
  get overdrawn(): Amounts {
    const { demand, limit } = this.#root;
    return demand.map((amount, d) => Math.max(0, amount - (limit[d] ?? 0)));
  }

  #refusalIn(asking: Node, d: number, amount: number): TreeRefusal | undefined {
    let more = amount;
    for (let node: Node | undefined = asking; node; node = node.parent) {
      const [used, demand, limit] = [node.used[d] ?? 0, node.demand[d] ?? 0, node.limit[d] ?? 0];
      // What was reserved is claimed already; only where limits contradict reservations a limit can still be in its way.
      const wanted = more > 0 ? demand + more : used + amount;
      const isFull = node === this.#root ? more > 0 && demand > used && wanted > limit : wanted > limit;
      if (isFull) {
        const share = node === this.#root ? undefined : node.name;
        const resource = shared[d] as Shared;
        return { share, resource, missing: wanted - limit, limit, used, kept: demand - used };
      }
      more = Math.max(node.reservation[d] ?? 0, demand + more) - (node.claim[d] ?? 0);
    }
    return undefined;
  }

  #available(node: Node, d: number): number {
    const [used, demand, limit] = [node.used[d] ?? 0, node.demand[d] ?? 0, node.limit[d] ?? 0];
    if (!node.parent) return Math.max(0, limit - demand);
    const unused = Math.max(0, (node.reservation[d] ?? 0) - demand);
    const [borrowed, most] = [this.#available(node.parent, d), this.#most(node.parent, d)];
    return Math.max(0, Math.min(limit - used, limit - demand, unused + borrowed, most));
  }

  /** What no limit above forbids, whatever is reserved. */
  #most(node: Node, d: number): number {
    const left = (node.limit[d] ?? 0) - (node.used[d] ?? 0);
    return node.parent ? Math.min(left, this.#most(node.parent, d)) : left;
  }

  #node(share: string | undefined): Node {
    const node = share === undefined ? this.#root : this.#nodes.get(share);
    if (!node) throw new RangeError(`there is no share ${share}`);
    return node;
  }
}

/** The node, and those above as far as it concerns them, are asked for so much more. */
function raise(asked: Node | undefined, d: number, amount: number): void {
  let more = amount;
  for (let node = asked; node && more !== 0; node = node.parent) {
    const demand = (node.demand[d] ?? 0) + more;
    const claim = Math.max(node.reservation[d] ?? 0, demand);
    more = claim - (node.claim[d] ?? 0);
    node.demand[d] = demand;
    node.claim[d] = claim;
  }
}

/** It claims its reservation, of which its parent is still to be told. */
function newNode(share: TreeShare): Node {
  return {
    ...share,
    ...{ parent: undefined, children: [], used: nothing(), demand: nothing(), claim: [...share.reservation] },
  };
}
