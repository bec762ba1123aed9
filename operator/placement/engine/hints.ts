/** What else is known of a host; it bears on scores alone. */
export interface HostHints {
  /** How much VMs there hinder each other, from 0 to 1. */
  contention?: number;
  /** When its last VM will probably have ended, in milliseconds since 1970. */
  emptiedAt?: number;
}

/**
 * From 0 (none) to 1: how bad it is that a VM which ends at `expectedEnd` goes to a host which would be empty at
 * `emptiedAt`; NaN where that is not known. Both in milliseconds since 1970.
 */
export type LifetimePenalty = (emptiedAt: number, expectedEnd: number) => number;

/** Hints by row. */
export class Hints {
  contention: Float64Array;
  emptiedAt: Float64Array;
  /** Whether any host has contention. */
  hasContention = false;

  constructor(capacity: number) {
    this.contention = new Float64Array(capacity);
    this.emptiedAt = new Float64Array(capacity).fill(Number.NaN);
  }

  set(row: number, { contention = 0, emptiedAt = Number.NaN }: HostHints): void {
    this.contention[row] = share(contention);
    this.emptiedAt[row] = emptiedAt;
    if (share(contention) > 0) this.hasContention = true;
  }

  get(row: number): HostHints {
    return { contention: this.contention[row] as number, emptiedAt: this.emptiedAt[row] as number };
  }

  grow(capacity: number): void {
    const grown = new Hints(capacity);
    grown.contention.set(this.contention);
    grown.emptiedAt.set(this.emptiedAt);
    this.contention = grown.contention;
    this.emptiedAt = grown.emptiedAt;
  }
}

/** From 0 to 1; 0 for NaN. */
export function share(value: number): number {
  return value > 0 ? Math.min(value, 1) : 0;
}
