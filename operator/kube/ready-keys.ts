import type { ObjectKey } from './object.ts';

/** Where a ready key stands in line. */
export interface Place {
  priority: number;
  /** Keys of one group have turns together. */
  group: string;
  /** What the key works on, of which only so many may be in process at once; undefined: no limit. */
  lane: string | undefined;
}

type Lanes = Map<string | undefined, Set<ObjectKey>>;

/**
 * Keys that are ready: highest priority first; among equals the groups have turns, within a group its lanes have, and
 * within a lane it is first come, first served. All turns are in the order of the maps: who was served goes to the end.
 */
export class ReadyKeys {
  readonly #byPriority = new Map<number, Map<string, Lanes>>();
  readonly #counts = new Map<number, number>();

  /** How many there are, by priority. */
  get counts(): ReadonlyMap<number, number> {
    return this.#counts;
  }

  get size(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  add(key: ObjectKey, { priority, group, lane }: Place): void {
    const groups = entryOf(this.#byPriority, priority, () => new Map());
    const lanes: Lanes = entryOf(groups, group, () => new Map());
    entryOf(lanes, lane, () => new Set()).add(key);
    this.#count(priority, 1);
  }

  delete(key: ObjectKey, { priority, group, lane }: Place): void {
    const groups = this.#byPriority.get(priority);
    const lanes = groups?.get(group);
    const keys = lanes?.get(lane);
    if (!keys?.delete(key)) return;
    if (keys.size === 0) lanes?.delete(lane);
    if (lanes?.size === 0) groups?.delete(group);
    if (groups?.size === 0) this.#byPriority.delete(priority);
    this.#count(priority, -1);
  }

  /** Takes out the key whose turn it is among those whose lane has room. */
  take(hasRoom: (lane: string | undefined) => boolean): ObjectKey | undefined {
    for (const priority of [...this.#byPriority.keys()].sort((a, b) => b - a)) {
      const key = this.#takeOf(priority, hasRoom);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  clear(): void {
    this.#byPriority.clear();
    this.#counts.clear();
  }

  /** Lanes that are full are few, as each has workers on it: passing over them costs nothing that matters. */
  #takeOf(priority: number, hasRoom: (lane: string | undefined) => boolean): ObjectKey | undefined {
    const groups = this.#byPriority.get(priority);
    for (const [group, lanes] of groups ?? []) {
      for (const [lane, keys] of lanes) {
        const [key] = keys;
        if (key === undefined || !hasRoom(lane)) continue;
        this.delete(key, { priority, group, lane });
        toTheEnd(lanes, lane);
        if (groups) toTheEnd(groups, group);
        return key;
      }
    }
    return undefined;
  }

  #count(priority: number, by: number): void {
    const count = (this.#counts.get(priority) ?? 0) + by;
    if (count === 0) this.#counts.delete(priority);
    else this.#counts.set(priority, count);
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  if (!map.has(key)) map.set(key, value);
  return value;
}

function toTheEnd<K, V>(map: Map<K, V>, key: K): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}
