import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WorkQueue } from './queue.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

/** What a key is due for, as plainly as can be: no timers, no sets, only times compared. */
interface Model {
  now: number;
  /** Key to the time from when on and the priority at which it may be taken. */
  due: Map<string, { at: number; priority: number }>;
  busy: Set<string>;
}
interface Real {
  queue: WorkQueue;
  clock: VirtualClock;
}

const keys = fc.constantFrom('a', 'b', 'c');
const priorities = fc.constantFrom(0, -100);

class Add implements fc.AsyncCommand<Model, Real> {
  readonly key: string;
  readonly delayMs: number;
  readonly priority: number;
  constructor(key: string, delayMs: number, priority: number) {
    this.key = key;
    this.delayMs = delayMs;
    this.priority = priority;
  }
  check = () => true;
  async run(model: Model, { queue }: Real) {
    queue.addAfter(this.key, this.delayMs, { priority: this.priority });
    const at = model.now + this.delayMs;
    const known = model.due.get(this.key) ?? { at, priority: this.priority };
    model.due.set(this.key, {
      at: Math.min(known.at, at),
      priority: Math.max(known.priority, this.priority),
    });
    checkDepth(model, queue);
  }
  toString = () => `addAfter(${this.key}, ${this.delayMs}, ${this.priority})`;
}

class Advance implements fc.AsyncCommand<Model, Real> {
  readonly byMs: number;
  constructor(byMs: number) {
    this.byMs = byMs;
  }
  check = () => true;
  async run(model: Model, { queue, clock }: Real) {
    clock.advanceSync(this.byMs);
    model.now += this.byMs;
    checkDepth(model, queue);
  }
  toString = () => `advance(${this.byMs})`;
}

class Take implements fc.AsyncCommand<Model, Real> {
  check = (model: Model) => ready(model).length > 0;
  async run(model: Model, { queue }: Real) {
    const key = (await queue.take()) ?? '';
    const best = Math.max(...ready(model).map((candidate) => model.due.get(candidate)?.priority ?? 0));
    expect(ready(model)).toContain(key);
    expect(model.due.get(key)?.priority).toBe(best);
    model.due.delete(key);
    model.busy.add(key);
    checkDepth(model, queue);
  }
  toString = () => 'take()';
}

class Done implements fc.AsyncCommand<Model, Real> {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
  check = (model: Model) => model.busy.has(this.key);
  async run(model: Model, { queue }: Real) {
    queue.done(this.key);
    model.busy.delete(this.key);
    checkDepth(model, queue);
  }
  toString = () => `done(${this.key})`;
}

function ready({ due, busy, now }: Model): string[] {
  return [...due].filter(([key, { at }]) => at <= now && !busy.has(key)).map(([key]) => key);
}

function checkDepth(model: Model, queue: WorkQueue): void {
  expect(queue.depth).toBe(ready(model).length);
}

it('behaves as its model: coalescing, earliest time, highest priority, one worker per key', async () => {
  const commands = fc.commands(
    [
      fc.tuple(keys, fc.constantFrom(0, 0, 10, 50, 100), priorities).map((args) => new Add(...args)),
      fc.constantFrom(1, 10, 60).map((byMs) => new Advance(byMs)),
      fc.constant(new Take()),
      keys.map((key) => new Done(key)),
    ],
    { maxCommands: 60 },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const clock = new VirtualClock();
      const queue = new WorkQueue({ name: 'model', clock, random: () => 0 });
      const model: Model = { now: 0, due: new Map(), busy: new Set() };
      await fc.asyncModelRun(() => ({ model, real: { queue, clock } }), steps);
      queue.shutdown();
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 200 },
  );
});
