/** When a balance is looked at as one that needs a plan. */
export interface HoldOptions {
  /** Imbalance from which on it counts. */
  threshold: number;
  /** Once it counts, below which it no longer does; lower than the threshold, so that it does not flutter. */
  release: number;
  /** So many rounds one after another it has to count, since many an imbalance goes away by itself. */
  rounds: number;
}

/** What Proxmox takes by default; it lets go where it begins. */
export const defaultHold: HoldOptions = { threshold: 0.3, release: 0.25, rounds: 3 };

/**
 * How many rounds in a row there was imbalance, this one with it. A plan is due once that is `rounds`.
 * @param held what the last round gave; 0 in the beginning, and after moves were made
 * @param imbalance the highest of any dimension, 0 … 1
 */
export function holdOn(held: number, imbalance: number, options: HoldOptions = defaultHold): number {
  const { threshold, release } = options;
  return imbalance >= (held > 0 ? release : threshold) ? held + 1 : 0;
}

/** Whether to plan now. */
export function isDue(held: number, { rounds }: HoldOptions = defaultHold): boolean {
  return held >= rounds;
}
