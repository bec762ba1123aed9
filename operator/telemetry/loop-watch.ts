import type { Logger } from 'pino';
import type { Clock } from '../kube/clock.ts';

const everyMs = 500;

/** Below this it is every day's work: a list of thousands of objects, a collection of garbage. */
const worthTellingMs = 1_000;

/**
 * Logs when the event loop, or the whole process, stood still for a second or more: the usual reason for a Lease that
 * was not renewed. Returns what ends that. How late the loop is at all times is the metric `nodejs_eventloop_lag_seconds`.
 */
export function watchLoop({ clock, log }: { clock: Clock; log: Logger }): () => void {
  let due = clock.now() + everyMs;
  const look = () => {
    const lateMs = clock.now() - due;
    if (lateMs >= worthTellingMs)
      log.warn({ lateMs: Math.round(lateMs) }, 'the event loop stood still, or the process was suspended');
    due = clock.now() + everyMs;
    timer = clock.setTimeout(look, everyMs);
  };
  let timer = clock.setTimeout(look, everyMs);
  return () => clock.clearTimeout(timer);
}
