import { pino } from 'pino';
import { expect, it } from 'vitest';
import { VirtualClock } from '../kube/testing/virtual-clock.ts';
import { watchLoop } from './loop-watch.ts';

function setUp() {
  const clock = new VirtualClock();
  const lines: { lateMs: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let skippedMs = 0;
  const now = clock.now.bind(clock);
  clock.now = () => now() + skippedMs;
  const stop = watchLoop({ clock, log });
  /** Time goes by, and no timer fires. */
  const block = (ms: number) => {
    skippedMs += ms;
  };
  return { clock, lines, stop, block };
}

it('is silent while the loop turns, hiccups included', async () => {
  const { clock, lines, block } = setUp();
  await clock.advance(60_000);
  block(900);
  await clock.advance(60_000);
  expect(lines).toEqual([]);
});

it('tells once how long the loop stood still', async () => {
  const { clock, lines, block } = setUp();
  await clock.advance(60_000);
  block(16_000);
  await clock.advance(60_000);
  expect(lines).toEqual([expect.objectContaining({ level: 40, lateMs: 16_000 })]);
});

it('leaves no timer behind', async () => {
  const { clock, stop } = setUp();
  await clock.advance(1_200);
  stop();
  expect(clock.pendingTimers).toBe(0);
});
