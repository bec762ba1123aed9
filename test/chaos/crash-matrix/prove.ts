import { expect, inject, it } from 'vitest';
import { blowsFor, type Outcome, run } from '../matrix.ts';
import { faults } from '../oracles.ts';
import type { Scenario } from '../scenario.ts';
import { addToTally } from './tally.ts';

/** One test for the scenario: undisturbed it has effects and is quiet, and no blow at any of its writes changes that. */
export function prove(scenario: Scenario): void {
  it(scenario.name, { timeout: 240_000 }, async () => {
    const reference = await run(scenario);
    expect([reference.afterwards, reference.doubles]).toEqual([[], []]);
    const blows = blowsFor(reference);
    expect(blows.length).toBeGreaterThan(0);
    expect(await faultsOf(scenario, reference)).toEqual([]);
    addToTally(inject('tallyPath'), { writes: blows.length / 3, runs: blows.length });
  });
}

async function faultsOf(scenario: Scenario, reference: Outcome): Promise<string[]> {
  const found: string[] = [];
  for (const blow of blowsFor(reference))
    found.push(...faults(reference, await run(scenario, blow), blow, scenario));
  return found;
}
