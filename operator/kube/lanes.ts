import type { ObjectKey } from './object.ts';

/** A bound on how many keys of one sort are in process at once: of one host, say, that may hang and hold its workers. */
export interface Lanes {
  /** The key's lane as of now; undefined for a key that is bound by none. */
  of: (key: ObjectKey) => string | undefined;
  /** Keys of one lane in process at once. */
  cap: number;
}

/** Which keys in process are in which lane. */
export class LaneLoad {
  readonly #lanes: Lanes | undefined;
  readonly #laneOf = new Map<ObjectKey, string>();
  readonly #load = new Map<string, number>();

  /** @throws Error for a cap below 1, by which no key would ever be worked on. */
  constructor(lanes: Lanes | undefined) {
    if (lanes && !(lanes.cap >= 1))
      throw new Error(`a lane needs room for one key at least, not ${lanes.cap}`);
    this.#lanes = lanes;
  }

  of(key: ObjectKey): string | undefined {
    return this.#lanes?.of(key);
  }

  hasRoom(lane: string | undefined): boolean {
    return lane === undefined || this.#loadOf(lane) < (this.#lanes?.cap ?? Number.POSITIVE_INFINITY);
  }

  /** Lanes without room for one more. */
  get full(): number {
    return [...this.#load.keys()].filter((lane) => !this.hasRoom(lane)).length;
  }

  enter(key: ObjectKey, lane: string | undefined): void {
    if (lane === undefined) return;
    this.#laneOf.set(key, lane);
    this.#load.set(lane, this.#loadOf(lane) + 1);
  }

  holds(key: ObjectKey): boolean {
    return this.#laneOf.has(key);
  }

  /** Leaves the lane that was entered, whatever the key's lane is by now. */
  leave(key: ObjectKey): void {
    const lane = this.#laneOf.get(key);
    if (lane === undefined) return;
    this.#laneOf.delete(key);
    const load = this.#loadOf(lane) - 1;
    if (load === 0) this.#load.delete(lane);
    else this.#load.set(lane, load);
  }

  #loadOf(lane: string): number {
    return this.#load.get(lane) ?? 0;
  }
}
