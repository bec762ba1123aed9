import { ChaosWorld } from './chaos-world.ts';
import type { Blow, Request } from './journal.ts';
import { pictureOf, withoutNames } from './picture.ts';
import { live, type Scenario } from './scenario.ts';

/** What one run of a scenario came to. */
export interface Outcome {
  /** The state in the end. */
  picture: readonly string[];
  /** What was created and deleted on the API server, and what happened to domains; sorted. */
  effects: readonly string[];
  /** Requests to change something after everything was settled. */
  afterwards: readonly string[];
  /** Domains of which two copies ran at once, at any moment. */
  doubles: readonly string[];
  /** Requests to change something before that, in order. */
  requests: readonly Request[];
}

/** Several times longer than the longest that anything is left alone, which is 75 s. */
const quietMs = 4 * 60_000;

/** Runs the scenario once, with that blow or undisturbed. */
export async function run(scenario: Scenario, blow?: Blow): Promise<Outcome> {
  const world = new ChaosWorld();
  await world.operator.start();
  for (const step of scenario.setup) await live(world, step);
  await world.settle();
  world.disturb(blow);
  for (const step of scenario.steps) await live(world, step);
  await world.settle();
  const requests = [...world.journal.requests];
  await world.run(quietMs);
  const outcome = outcomeOf(world, requests);
  world.kill();
  return scenario.isAnyHostRight ? nameless(outcome) : outcome;
}

function outcomeOf(world: ChaosWorld, requests: readonly Request[]): Outcome {
  const writes = requests.filter(isCreateOrDelete).map(({ what }) => what);
  return {
    picture: pictureOf(world),
    effects: [...writes, ...world.hostEffects].sort(),
    afterwards: world.journal.requests.slice(requests.length).map(({ what }) => what),
    doubles: [...world.doubles],
    requests,
  };
}

function nameless(outcome: Outcome): Outcome {
  return { ...outcome, picture: withoutNames(outcome.picture), effects: withoutNames(outcome.effects) };
}

/** An apply that changed something made the object, or made it another one. Events come and go as they please. */
function isCreateOrDelete({ what, where, applied }: Request): boolean {
  return applied && where !== 'Event' && /^(create|apply|delete) /.test(what);
}

/** All blows that the matrix deals out: three at each write of the undisturbed run. */
export function blowsFor(reference: Outcome): Blow[] {
  const kinds = ['killed before it', 'killed after it', 'answer lost'] as const;
  return reference.requests.flatMap(({ applied }, at) => (applied ? kinds.map((how) => ({ at, how })) : []));
}
