import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import { type Figure, figure } from '../../report.ts';
import type { IndexSpec } from './client.ts';

const spec: IndexSpec = { hosts: 10_000, vms: 100_000 };

const keys = ['seconds', 'mebibytes', 'firstDecisionMs', 'cacheSeconds', 'cacheMebibytes', 'size'] as const;
export type Indexing = Record<(typeof keys)[number], number>;

/** How long an operator that starts needs until its placement index stands, and what that takes of memory. */
export async function indexPart(_: string, { progress, signal }: BenchContext): Promise<Figure[]> {
  progress(`index: ${spec.hosts} hosts and ${spec.vms} VMs`);
  const command = nodeProgram(import.meta.dirname, 'client.ts', spec, '--expose-gc');
  const process = new Contestant('the index', command, signal);
  try {
    return indexFigures(await process.next(keys), spec);
  } finally {
    await process.end();
  }
}

/** The rows of the report. @throws RangeError when not all VMs were there */
export function indexFigures(indexing: Indexing, { hosts, vms }: IndexSpec): Figure[] {
  if (indexing.size !== vms) throw new RangeError(`the caches held ${indexing.size} of ${vms} VMs`);
  const alone = (value: number) => ({ peer: { name: 'caches alone', value } });
  return [
    figure(
      `index of ${hosts} hosts and ${vms} VMs, built from objects, caches included`,
      indexing.seconds,
      's',
      {
        ...alone(indexing.cacheSeconds),
        goal: { max: 10 },
      },
    ),
    figure('  memory of the index', indexing.mebibytes, 'MiB', alone(indexing.cacheMebibytes)),
    figure('  memory of the index for each VM', (indexing.mebibytes * 1024) / vms, 'KiB'),
    figure('  its first decision', indexing.firstDecisionMs, 'ms'),
  ];
}
