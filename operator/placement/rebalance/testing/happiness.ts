import type { Layout } from '../../moves/layout.ts';

/** How far VMs get what they ask for. */
export interface Happiness {
  /** Of each VM 0 … 1: 1 when its host has all that is asked of it. */
  ofVm: Float64Array;
  /** Over all VMs, as each counts by itself. */
  mean: number;
  least: number;
}

/**
 * What part of its demand each VM gets, when a host above the knee gives all its VMs the same part of what they ask for;
 * the scarcest dimension that the VM asks for counts.
 * @param knee the utilisation up to which a host gives all, such as 0.8
 */
export function happinessOf(layout: Layout, knee: number): Happiness {
  const { problem, at, loadDimensions, demands } = layout;
  const ofVm = Float64Array.from(at, (host, vm) => {
    let part = 1;
    for (let d = 0; d < loadDimensions; d++)
      if ((demands[vm * loadDimensions + d] as number) > 0)
        part = Math.min(part, knee / Math.max(knee, layout.utilisation(host, d)));
    return part;
  });
  const sum = ofVm.reduce((total, part) => total + part, 0);
  const least = ofVm.reduce((lowest, part) => Math.min(lowest, part), 1);
  return { ofVm, mean: problem.vms.count > 0 ? sum / problem.vms.count : 1, least };
}
