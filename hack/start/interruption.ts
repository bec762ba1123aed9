import { constants } from 'node:os';

/** The user, or whoever runs this, wants it to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * A signal that aborts with `Interrupted` at the first SIGINT, SIGTERM or SIGHUP. Later ones change nothing: one
 * Ctrl-C arrives several times, from the terminal and from each npm above, and taking down must come to its end.
 */
export function onInterruption(told: () => void, source: NodeJS.EventEmitter = process): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    source.on(signal, () => {
      if (controller.signal.aborted) return;
      told();
      controller.abort(new Interrupted(signal));
    });
  }
  return controller.signal;
}
