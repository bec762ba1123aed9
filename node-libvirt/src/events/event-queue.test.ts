import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

const lost = -1;
const start = (limit: number, onEnd?: () => void) =>
  new EventQueue<number>({ limit, overflow: () => lost, onEnd });

describe('EventQueue', () => {
  it('gives what was pushed in order, to a reader that waits and to one that comes later', async () => {
    const queue = start(10);
    const early = queue.next();
    queue.push(1);
    queue.push(2);
    queue.push(3);
    expect((await early).value).toBe(1);
    expect((await queue.next()).value).toBe(2);
    expect((await queue.next()).value).toBe(3);
  });

  it('never holds more than its limit, and loses nothing without saying so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('push', 'read'), { maxLength: 60 }),
        async (limit, steps) => {
          const queue = start(limit);
          let pushed = 0;
          const seen: number[] = [];
          const read = async () => seen.push((await queue.next()).value ?? Number.NaN);
          let waiting = 0;
          for (const step of steps) {
            if (step === 'push') {
              queue.push(++pushed);
              waiting = waiting >= limit ? 2 : waiting + 1;
            } else if (waiting > 0) {
              waiting--;
              await read();
            }
          }
          for (; waiting > 0; waiting--) await read();
          expectNothingLostInSilence(seen, pushed);
        },
      ),
    );
  });

  it('lets what waits be read before it ends', async () => {
    const queue = start(10);
    queue.push(1);
    queue.end(new Error('gone'));
    queue.push(2);
    expect(await queue.next()).toEqual({ done: false, value: 1 });
    await expect(queue.next()).rejects.toThrow('gone');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('ends for readers that wait: one gets the error, the others the end', async () => {
    const queue = start(10);
    const readers = [queue.next(), queue.next()];
    queue.end(new Error('gone'));
    await expect(readers[0]).rejects.toThrow('gone');
    expect(await readers[1]).toEqual({ done: true, value: undefined });
  });

  it('tells once that its reader has left, and throws nothing at it', async () => {
    let ends = 0;
    const queue = start(10, () => ends++);
    queue.push(1);
    for await (const _ of queue) break;
    queue.end(new Error('later'));
    expect(ends).toBe(1);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});

/** Each number follows the one before, unless the mark of a loss stands between them; the last is the newest. */
function expectNothingLostInSilence(seen: readonly number[], pushed: number): void {
  let before = 0;
  for (const [index, event] of seen.entries()) {
    if (event === lost) continue;
    if (seen[index - 1] !== lost) expect(event).toBe(before + 1);
    before = event;
  }
  expect(before).toBe(pushed);
}
