import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('the clock of the system never fires what is due in longer than a timer of Node can wait', async () => {
  const fired: string[] = [];
  const timers = [Number.POSITIVE_INFINITY, 2 ** 31].map((ms) =>
    systemClock.setTimeout(() => fired.push('never'), ms),
  );
  await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, 5));
  await setImmediate();
  expect(fired).toEqual([]);
  for (const timer of timers) systemClock.clearTimeout(timer);
});
