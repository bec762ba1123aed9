/** How the software inside a domain behaves. */
export interface GuestBehaviour {
  /** How long it takes to shut down when asked, by its power button or else only by its agent; `ignores` never does. */
  shutdown: { afterMs: number; onlyByAgent?: boolean } | 'ignores';
  /**
   * Absent: there is no agent. Else it comes up that long after the start, and tells these addresses of the first, the
   * second, … interface.
   */
  agent?: { afterMs: number; addresses: readonly (readonly string[])[] };
}

export const obedientGuest: GuestBehaviour = { shutdown: { afterMs: 1000 } };
