/** What else is known of a host; it bears on scores alone. */
export interface HostHints {
  /** How much VMs there hinder each other, from 0 to 1. */
  contention?: number;
}

/** Hints by row. */
export class Hints {
  contention: Float64Array;
  /** Whether any host has contention. */
  hasContention = false;

  constructor(capacity: number) {
    this.contention = new Float64Array(capacity);
  }

  set(row: number, { contention = 0 }: HostHints): void {
    this.contention[row] = share(contention);
    if (share(contention) > 0) this.hasContention = true;
  }

  get(row: number): HostHints {
    return { contention: this.contention[row] as number };
  }

  grow(capacity: number): void {
    const grown = new Hints(capacity);
    grown.contention.set(this.contention);
    this.contention = grown.contention;
  }
}

/** From 0 to 1; 0 for NaN. */
export function share(value: number): number {
  return value > 0 ? Math.min(value, 1) : 0;
}
