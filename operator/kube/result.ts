/**
 * How a reconcile ended. The controller alone turns it into what happens next to the key.
 * - `done`: nothing to do until something changes; the back-off is forgotten.
 * - `again`: all is well so far; look again after `afterMs` (or earlier, on an event); the back-off is forgotten.
 * - `retry`: it failed and trying again can help: back off exponentially with jitter.
 * - `failed`: it failed for good; the key rests until its object changes.
 */
export type Result =
  | { kind: 'done' }
  | { kind: 'again'; afterMs: number }
  | { kind: 'retry'; error: Error }
  | { kind: 'failed'; error: Error };

export const done: Result = Object.freeze({ kind: 'done' });
