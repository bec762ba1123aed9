import { type Clock, systemClock } from '../../operator/kube/clock.ts';

/**
 * The system's clock, `times` as fast: what waits a minute by it waits a minute / `times`. For runs with a real API
 * server, whose answers no virtual clock can hasten.
 */
export function compressedClock(times: number): Clock {
  const startedAt = systemClock.now();
  const wallStartedAt = systemClock.wallTime().getTime();
  const now = () => (systemClock.now() - startedAt) * times;
  return {
    now,
    wallTime: () => new Date(wallStartedAt + now()),
    setTimeout: (callback, delayMs) => systemClock.setTimeout(callback, delayMs / times),
    clearTimeout: (timer) => systemClock.clearTimeout(timer),
  };
}
