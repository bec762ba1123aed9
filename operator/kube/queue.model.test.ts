import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WorkQueue } from './queue.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

/** What a key is due for, as plainly as can be: no timers, no sets, only times compared. */
interface Model {
  now: number;
  /** Key to the time from when on and the priority at which it may be taken. */
  due: Map<string, { at: number; priority: number }>;
  /** Keys in process, each with the lane it is counted in. */
  busy: Map<string, string | undefined>;
  /** By priority and fairness key: how often each other one was served since this one could have been. */
  passedOver: Map<string, Map<string, number>>;
}
interface Real {
  queue: WorkQueue;
  clock: VirtualClock;
}

/** `GROUP LANE NUMBER`; lane `-` is none. */
const names = ['x', 'y', 'z'].flatMap((group) =>
  ['-', 'h'].flatMap((lane) => [`${group} ${lane} 1`, `${group} ${lane} 2`]),
);
const keys = fc.constantFrom(...names);
const groupOf = (key: string) => key.split(' ')[0] ?? '';
const laneOf = (key: string) => (key.split(' ')[1] === '-' ? undefined : key.split(' ')[1]);
const laneCap = 1;
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
  check = (model: Model) => takeable(model).length > 0;
  async run(model: Model, { queue }: Real) {
    const key = (await queue.take()) ?? '';
    const candidates = takeable(model);
    const priorityOf = (candidate: string) => model.due.get(candidate)?.priority ?? 0;
    const best = Math.max(...candidates.map(priorityOf));
    expect(candidates).toContain(key);
    expect(priorityOf(key)).toBe(best);
    const equals = candidates.filter((candidate) => priorityOf(candidate) === best);
    checkFairness(model, key, equals, best);
    model.due.delete(key);
    model.busy.set(key, laneOf(key));
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

function load({ busy }: Model, lane: string | undefined): number {
  return lane === undefined ? 0 : [...busy.values()].filter((taken) => taken === lane).length;
}

function takeable(model: Model): string[] {
  return ready(model).filter((key) => load(model, laneOf(key)) < laneCap);
}

/** Whoever could be served all the while is passed over once at most by each of the others. */
function checkFairness({ passedOver }: Model, key: string, equals: string[], priority: number): void {
  const waiting = new Set(equals.map(groupOf));
  waiting.delete(groupOf(key));
  const names = new Set([...waiting].map((group) => `${priority} ${group}`));
  for (const name of passedOver.keys()) if (!names.has(name)) passedOver.delete(name);
  for (const name of names) {
    const by = passedOver.get(name) ?? new Map<string, number>();
    const times = (by.get(groupOf(key)) ?? 0) + 1;
    expect(times).toBeLessThanOrEqual(1);
    passedOver.set(name, by.set(groupOf(key), times));
  }
}

function checkDepth(model: Model, queue: WorkQueue): void {
  expect(queue.depth).toBe(ready(model).length);
}

class GiveUp implements fc.AsyncCommand<Model, Real> {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
  check = (model: Model) => model.busy.has(this.key);
  async run(model: Model, { queue }: Real) {
    queue.leaveLane(this.key);
    model.busy.set(this.key, undefined);
    checkDepth(model, queue);
  }
  toString = () => `leaveLane(${this.key})`;
}

it('behaves as its model: coalescing, earliest time, highest priority, turns, lanes, one worker per key', async () => {
  const commands = fc.commands(
    [
      fc.tuple(keys, fc.constantFrom(0, 0, 0, 10, 50, 100), priorities).map((args) => new Add(...args)),
      fc.constantFrom(1, 10, 60).map((byMs) => new Advance(byMs)),
      fc.constant(new Take()),
      fc.constant(new Take()),
      keys.map((key) => new Done(key)),
      keys.map((key) => new GiveUp(key)),
    ],
    { maxCommands: 80, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const clock = new VirtualClock();
      const queue = new WorkQueue({
        ...{ name: 'model', clock, random: () => 0 },
        ...{ fairnessKey: groupOf, lanes: { of: laneOf, cap: laneCap } },
      });
      const model: Model = { now: 0, due: new Map(), busy: new Map(), passedOver: new Map() };
      await fc.asyncModelRun(() => ({ model, real: { queue, clock } }), steps);
      queue.shutdown();
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 200 },
  );
});
