import { ensurePackages } from '../apt/apt.ts';
import { run } from '../command.ts';
import { controlPlanePackages, findBinaries } from '../control-plane/binaries.ts';
import { labPackages } from '../lab/lab.ts';
import { libvirtSourcePackages, libvirtSources } from '../libvirt-source/libvirt-source.ts';
import { requireFabricMachine } from '../start/requirements.ts';
import { runSteps, type Step } from '../start/steps.ts';
import type { Stage } from './stages.ts';

/** For e2e tests of node-libvirt's ways in, by password and over ssh. */
const accessPackages = [
  ...['sasl2-bin', 'libsasl2-modules', 'libsasl2-modules-db'],
  ...['openssh-server', 'openssh-client', 'netcat-openbsd', 'procps'],
];

const packages = (names: readonly string[]): Step => ({
  name: 'Packages',
  run: ({ report, signal }) => ensurePackages(names, { onProgress: report, signal }),
});

const programs: Step = {
  name: 'Programs of the control plane',
  run: async ({ report, signal }) => void (await findBinaries({ onProgress: report, signal })),
};

/** What makes a program of libvirt's protocol definitions, and where those come from. */
const differentialPackages = [
  ...libvirtSourcePackages,
  ...['gcc', 'libc6-dev', 'libtirpc-dev', 'rpcsvc-proto'],
];

const libvirtSource: Step = {
  name: "libvirt's own sources",
  run: async ({ report, signal }) => void (await libvirtSources({ onProgress: report, signal })),
};

/** Unit tests make certificates; on any machine that has openssl they ask for nothing more, Debian or not. */
async function unitSteps(): Promise<Step[]> {
  const hasOpenssl = await run('openssl', ['version']).catch(() => undefined);
  return hasOpenssl === undefined ? [packages(['openssl'])] : [];
}

/** Installs and builds what the stages need and this machine lacks, with progress. */
export async function prepare(stages: readonly Stage[], signal: AbortSignal): Promise<void> {
  const needs = new Set(stages.map((stage) => stage.needs));
  const plan: Step[] = [];
  if (needs.has('libvirt source')) plan.push(packages(differentialPackages), libvirtSource);
  if (needs.has('lab')) {
    await requireFabricMachine();
    plan.push(packages([...labPackages, ...controlPlanePackages, ...accessPackages]), programs);
  } else if (needs.has('control plane')) {
    plan.push(packages(controlPlanePackages), programs);
  } else if (needs.has('openssl')) {
    plan.push(...(await unitSteps()));
  }
  if (plan.length > 0) await runSteps(plan, { output: 'progress', signal });
}
