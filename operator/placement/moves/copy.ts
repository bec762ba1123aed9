/** How one live migration goes. */
export interface CopyCost {
  /** From its start until the VM runs on the other host. */
  seconds: number;
  /** Of these, how long the guest stands still. */
  downtimeSeconds: number;
  /** What crosses the link: the memory once, and again what was dirtied meanwhile. */
  copiedBytes: number;
  /** Passes over the memory while the guest runs. */
  rounds: number;
}

export interface CopySettings {
  /** A guest is stopped once the rest can be sent in this time. */
  maxDowntimeSeconds: number;
  /** After so many passes a migration counts as one that does not end. */
  maxRounds: number;
  /** What each migration takes beside the copying: checks, connections, the switch. */
  fixedSeconds: number;
}

/** QEMU's own limit of downtime; 50 passes bring a guest that dirties 90 % of the link down to 0.5 % of its memory. */
export const defaultCopySettings: CopySettings = { maxDowntimeSeconds: 0.3, maxRounds: 50, fixedSeconds: 2 };

/**
 * The time of a pre-copy migration: each pass sends what was dirtied during the one before (Clark et al., Live Migration
 * of Virtual Machines, NSDI 2005). Passes shrink by dirty rate over bandwidth, so that the sum comes to
 * memory / (bandwidth - dirty rate).
 * @param memoryBytes all of the guest's memory
 * @param dirtyRate bytes per second that the guest dirties
 * @param bandwidth bytes per second that this migration has of the link
 * @returns undefined when it would not end: the guest dirties as fast as the link sends, or too fast for the passes
 */
export function predictCopy(
  memoryBytes: number,
  dirtyRate: number,
  bandwidth: number,
  { maxDowntimeSeconds, maxRounds, fixedSeconds }: CopySettings = defaultCopySettings,
): CopyCost | undefined {
  if (dirtyRate >= bandwidth) return undefined;
  const shrink = dirtyRate / bandwidth;
  let left = memoryBytes;
  let copiedBytes = 0;
  for (let rounds = 0; rounds <= maxRounds; rounds++) {
    const downtimeSeconds = left / bandwidth;
    if (downtimeSeconds <= maxDowntimeSeconds) {
      copiedBytes += left;
      return { seconds: fixedSeconds + copiedBytes / bandwidth, downtimeSeconds, copiedBytes, rounds };
    }
    copiedBytes += left;
    left *= shrink;
  }
  return undefined;
}
