import { countedLimit, countedRequest, type Resources } from '../model/resources.ts';

/** One resource of all hosts, by row. */
export class Dimension {
  readonly name: string;
  limit: Float64Array;
  used: Float64Array;
  /** What a VM may still have; -Infinity where the host says what cannot be true, or carries a VM that does. */
  free: Float64Array;
  /** 1 / limit, or 0 where there is none: the share of an amount is a product. */
  inverse: Float64Array;
  /** How many hosts and VMs name it; without any it is forgotten. */
  uses = 0;
  /** VMs by row whose amount cannot be true. */
  readonly #nonsense = new Map<number, number>();

  constructor(name: string, capacity: number) {
    this.name = name;
    this.limit = new Float64Array(capacity);
    this.used = new Float64Array(capacity);
    this.free = new Float64Array(capacity);
    this.inverse = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.limit = longer(this.limit, capacity);
    this.used = longer(this.used, capacity);
    this.free = longer(this.free, capacity);
    this.inverse = longer(this.inverse, capacity);
  }

  setLimit(row: number, limit: number): void {
    const counted = countedLimit(limit);
    this.limit[row] = counted;
    this.inverse[row] = counted > 0 ? 1 / counted : 0;
    this.#settle(row);
  }

  /** Counts a VM's amount in (`sign` 1) or out (-1). */
  add(row: number, amount: number, sign: 1 | -1): void {
    const counted = countedRequest(amount);
    if (Number.isNaN(counted)) this.#addNonsense(row, sign);
    else (this.used[row] as number) += sign * counted;
    this.#settle(row);
  }

  #addNonsense(row: number, sign: 1 | -1): void {
    const count = (this.#nonsense.get(row) ?? 0) + sign;
    if (count === 0) this.#nonsense.delete(row);
    else this.#nonsense.set(row, count);
  }

  #settle(row: number): void {
    const limit = this.limit[row] as number;
    const isSound = limit >= 0 && !this.#nonsense.has(row);
    this.free[row] = isSound ? limit - (this.used[row] as number) : Number.NEGATIVE_INFINITY;
  }
}

/** The resources there are, by name; each is made when first named. */
export class Dimensions {
  readonly #byName = new Map<string, Dimension>();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(name: string): Dimension | undefined {
    return this.#byName.get(name);
  }

  all(): Iterable<Dimension> {
    return this.#byName.values();
  }

  grow(capacity: number): void {
    this.#capacity = capacity;
    for (const dimension of this.#byName.values()) dimension.grow(capacity);
  }

  /** Replaces a host's limits; `before` are those it had. */
  setLimits(row: number, before: Resources, after: Resources): void {
    for (const name in after) this.#use(name).setLimit(row, after[name] as number);
    for (const name in before) {
      if (!Object.hasOwn(after, name)) this.#byName.get(name)?.setLimit(row, 0);
      this.#letGo(name);
    }
  }

  add(row: number, requests: Resources): void {
    for (const name in requests) this.#use(name).add(row, requests[name] as number, 1);
  }

  remove(row: number, requests: Resources): void {
    for (const name in requests) {
      this.#byName.get(name)?.add(row, requests[name] as number, -1);
      this.#letGo(name);
    }
  }

  /** What placed VMs have of the host. */
  used(row: number): Record<string, number> {
    const used: Record<string, number> = {};
    for (const { name, used: column } of this.#byName.values()) {
      if (column[row]) used[name] = column[row] as number;
    }
    return used;
  }

  /** Each resource that the host has, or placed VMs have of it. */
  room(row: number): Record<string, { limit: number; used: number; free: number }> {
    const room: Record<string, { limit: number; used: number; free: number }> = {};
    for (const { name, limit, used, free } of this.#byName.values()) {
      const one = { limit: limit[row] as number, used: used[row] as number, free: free[row] as number };
      if (one.limit !== 0 || one.used !== 0 || one.free !== 0) room[name] = one;
    }
    return room;
  }

  #use(name: string): Dimension {
    let dimension = this.#byName.get(name);
    if (!dimension) {
      dimension = new Dimension(name, this.#capacity);
      this.#byName.set(name, dimension);
    }
    dimension.uses += 1;
    return dimension;
  }

  #letGo(name: string): void {
    const dimension = this.#byName.get(name);
    if (!dimension) return;
    dimension.uses -= 1;
    if (dimension.uses === 0) this.#byName.delete(name);
  }
}

function longer(array: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length);
  copy.set(array);
  return copy;
}
