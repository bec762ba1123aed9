import type { PlacedVm } from '../../../../operator/placement/model/vm.ts';
import { cheapest, mayPreempt, memory } from '../../../../operator/placement/testing/ways-to-clear.ts';
import type { ChaosWorld } from '../../chaos-world.ts';
import { fewestWays, hostsFor } from './oracles.ts';
import { type Person, placedIn, type Rest } from './rest.ts';

/** The VM that comes when all is quiet. */
export const lastOne = 'the-last';

/** Who was told to make way for it. */
export function victimsOfLast(world: ChaosWorld): string[] {
  return world.made
    .map(({ metadata }) => metadata)
    .filter(({ name }) => world.notes(name, 'Preempted').some((note) => note.includes(`/${lastOne}, `)))
    .map(({ namespace, name }) => `${namespace}/${name}`);
}

/**
 * Whether the last one had others stopped who should not have been: it came to a world at rest, so that it is known who was
 * where. They are the fewest, of these the least important, and of these those with the least memory; from three on they
 * need not be.
 */
export function wrongVictims(before: Rest, last: Person, victims: readonly string[]): string[] {
  const cost = (vms: readonly PlacedVm[]) => ({
    ...{ count: vms.length, priorities: vms.map(({ priority = 0 }) => priority).sort((a, b) => b - a) },
    memory: vms.reduce((sum, one) => sum + memory(one), 0),
  });
  const were = placedIn(before).filter(({ id }) => victims.includes(id));
  const spared = were.filter((one) => !mayPreempt(before.plain, last.state, one));
  if (spared.length > 0)
    return [`${last.state.id} had ${spared.map(({ id }) => id)} stopped against policies`];
  if (before.pool.spec.failureReserve) return [];
  const best = stopsNobody(before, last) ? [] : cheapest(fewestWays(before, last));
  if (best.length === 0 && victims.length > 2 && !stopsNobody(before, last)) return [];
  const [expected, actual] = [best, were].map((vms) => JSON.stringify(cost(vms)));
  if (actual === expected && were.length === victims.length) return [];
  return [
    `${last.state.id} had ${victims} stopped (${actual}), and should have ${best.map(({ id }) => id)} (${expected})`,
  ];
}

function stopsNobody(before: Rest, { state, object }: Person): boolean {
  return object.spec.runStrategy === 'Halted' || hostsFor(before, state).length > 0;
}
