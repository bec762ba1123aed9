import { ensurePackages } from '../apt/apt.ts';
import { findBinaries } from '../control-plane/binaries.ts';
import { fabricPackages } from '../start/packages.ts';
import { requireLinuxAndRoot } from '../start/requirements.ts';
import { type Plan, runSteps, type Step } from '../start/steps.ts';
import type { Stage } from './stages.ts';

const packages: Step = {
  name: 'Packages',
  run: async ({ report, signal }) => {
    requireLinuxAndRoot();
    await ensurePackages(await fabricPackages(), { onProgress: report, signal });
  },
};

const programs: Step = {
  name: 'Programs of the control plane',
  run: async ({ report, signal }) => void (await findBinaries({ onProgress: report, signal })),
};

/** Installs and builds what the stages need and this machine lacks, with progress. */
export async function prepare(stages: readonly Stage[], signal: AbortSignal): Promise<void> {
  const needs = new Set(stages.map((stage) => stage.needs));
  const plan: Plan = [
    ...(needs.has('lab') ? [packages] : []),
    ...(needs.has('lab') || needs.has('control plane') ? [programs] : []),
  ];
  if (plan.length > 0) await runSteps(plan, { output: 'progress', signal });
}
