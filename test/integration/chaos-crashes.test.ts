import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compressedClock } from '../chaos/compressed-clock.ts';
import type { Fault, Rule } from '../chaos/fault-proxy/rule.ts';
import { ChaosWorld } from './chaos-world.ts';

/** A minute of the operator takes 2 s. */
const clock = compressedClock(30);

/** What a user does, one thing after the other; each is over when the operator has nothing more to do. */
interface Scenario {
  name: string;
  steps: readonly Step[];
}

type Step =
  | { do: 'apply'; vm: string; runStrategy: 'Always' | 'Halted' }
  | { do: 'delete'; vm: string }
  | { do: 'apply'; pool: string; hosts: readonly string[] }
  | { do: 'delete'; pool: string };

const scenarios: readonly Scenario[] = [
  {
    name: 'a VM is created, stopped, started and deleted',
    steps: [
      { do: 'apply', vm: 'web-1', runStrategy: 'Always' },
      { do: 'apply', vm: 'web-1', runStrategy: 'Halted' },
      { do: 'apply', vm: 'web-1', runStrategy: 'Always' },
      { do: 'delete', vm: 'web-1' },
    ],
  },
  {
    name: 'a pool is made, grows, shrinks and goes',
    steps: [
      { do: 'apply', pool: 'edge', hosts: ['h3'] },
      { do: 'apply', pool: 'edge', hosts: ['h3', 'h4'] },
      { do: 'apply', pool: 'edge', hosts: ['h4'] },
      { do: 'delete', pool: 'edge' },
    ],
  },
];

/** An undisturbed run. */
interface Reference {
  /** After each step. */
  states: object[];
  creations: Record<string, number>;
  /** How many writes the operator made. */
  writes: number;
}

let world: ChaosWorld;

beforeAll(async () => {
  world = await ChaosWorld.start({ clock, controllerManager: true });
  await world.launch();
  await world.poolSettled('default', 'Ready');
});

afterAll(() => world.stop());

function take(step: Step): Promise<unknown> {
  if ('pool' in step)
    return step.do === 'apply' ? world.applyPool(step.pool, step.hosts) : world.deletePool(step.pool);
  return step.do === 'apply' ? world.applyVm(step.vm, step.runStrategy) : world.deleteVm(step.vm);
}

/** Waits for what the step is to lead to. */
function settled(step: Step): Promise<void> {
  if ('pool' in step) return world.poolSettled(step.pool, step.do === 'apply' ? 'Ready' : 'Gone');
  if (step.do === 'delete') return world.settled(step.vm, 'Gone');
  return world.settled(step.vm, step.runStrategy === 'Always' ? 'Running' : 'Stopped');
}

async function refer(scenario: Scenario): Promise<Reference> {
  world.forget();
  const states: object[] = [];
  for (const step of scenario.steps) {
    await take(step);
    await settled(step);
    states.push(await world.state());
  }
  const writes = world.proxy.recording.writes().length;
  return { states, creations: world.creations(), writes };
}

/**
 * The same scenario with one thing that goes wrong. The three oracles: same states, same creations, quiet in the end.
 * @returns whether it did go wrong: a run may have a write less than the reference, as sums are written together.
 */
async function disturb(
  scenario: Scenario,
  reference: Reference,
  disturbance: { rule: Rule; kills: boolean },
): Promise<boolean> {
  world.forget();
  const rule = world.proxy.add(disturbance.rule);
  const over = disturbance.kills ? rule.fired.then(() => world.restart()) : undefined;
  for (const [index, step] of scenario.steps.entries()) {
    await take(step);
    await world.reach(reference.states[index] ?? {});
  }
  if (rule.hits > 0) await over;
  rule.remove();
  await world.quiet(10_000);
  expect(world.creations()).toEqual(reference.creations);
  await world.reach(reference.states.at(-1) ?? {});
  return rule.hits > 0;
}

describe.each(scenarios)('$name, though', (scenario) => {
  let reference: Reference;
  let [runs, hits] = [0, 0];

  beforeAll(async () => {
    reference = await refer(scenario);
  });

  /** A run for each write of the reference, with the nth write disturbed. */
  async function everyWrite(fault: Fault, kills: boolean): Promise<void> {
    for (let skip = 0; skip < reference.writes; skip++) {
      const rule: Rule = { match: { isWrite: true }, fault, skip, times: 1 };
      try {
        if (await disturb(scenario, reference, { rule, kills })) hits += 1;
      } catch (cause) {
        throw new Error(`after write ${skip + 1} of ${reference.writes}`, { cause });
      }
      runs += 1;
    }
  }

  it('the operator dies right before any of its writes', { timeout: 150_000 }, async () => {
    await everyWrite({ kind: 'drop' }, true);
  });

  it('the operator dies right after any of its writes', { timeout: 150_000 }, async () => {
    await everyWrite({ kind: 'lose-answer', by: 'silence' }, true);
  });

  it('the answer to any of its writes is lost', { timeout: 150_000 }, async () => {
    await everyWrite({ kind: 'lose-answer', by: 'reset' }, false);
  });

  afterAll(() => {
    console.log(`${scenario.name}: ${reference.writes} writes, ${runs} runs, ${hits} of them disturbed`);
    // A few runs may be shorter than the reference, not most.
    expect(hits).toBeGreaterThan(runs * 0.75);
  });
});
