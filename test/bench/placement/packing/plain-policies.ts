import type { Fleet } from './fleet.ts';
import type { Policy } from './replay.ts';
import type { TraceVm } from './traces.ts';

/** What is left free of the host's cpu and memory with the VM there, as shares; less is better. */
type Score = (cpu: number, memory: number) => number;

/** The first host with room. */
export const firstFit = (): Policy => byScore(() => 0);

/** The host with the least left. */
export const bestFit = (): Policy => byScore((cpu, memory) => cpu + memory);

/** The same, and what is left should be of both resources alike (Verma et al., EuroSys 2015). */
export const hybridFit = (): Policy => byScore((cpu, memory) => cpu + memory + 2 * Math.abs(cpu - memory));

function byScore(score: Score): Policy {
  return { choose: (fleet, vm) => best(fleet, vm, score) };
}

function best(fleet: Fleet, vm: TraceVm, score: Score): number | undefined {
  let [chosen, least]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (let row = 0; row < fleet.rows; row++) {
    if (!fleet.fits(row, vm)) continue;
    const value = score(
      (fleet.freeCpu[row] as number) - vm.cpu,
      (fleet.freeMemory[row] as number) - vm.memory,
    );
    if (value < least) [chosen, least] = [row, value];
  }
  return chosen;
}
