import { join } from 'node:path';
import { projectRoot } from '../paths.ts';

/** What `npm test` runs, in this order: what is cheap and finds much comes first. */
export interface Stage {
  name: string;
  /** A program and its arguments; `{report}` is replaced by a file for vitest's JSON. */
  command: readonly [string, ...string[]];
  /** Counts single tests; other stages count as one check each. */
  isVitest: boolean;
  /** What has to be there before it. */
  needs: 'nothing' | 'openssl' | 'libvirt source' | 'control plane' | 'lab';
}

const vitest = (name: string, needs: Stage['needs']): Stage => ({
  name,
  command: [
    'vitest',
    'run',
    '--project',
    name,
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json={report}',
  ],
  isVitest: true,
  needs,
});

const check = (name: string, ...command: readonly [string, ...string[]]): Stage => ({
  name,
  command,
  isVitest: false,
  needs: 'nothing',
});

export const stages: readonly Stage[] = [
  check('types', 'tsc', '--noEmit'),
  check('lint', 'biome', 'check', '--error-on-warnings'),
  check('generated', 'node', join(projectRoot, 'hack/generate/main.ts'), '--check'),
  vitest('unit', 'openssl'),
  vitest('chaos', 'openssl'),
  vitest('differential', 'libvirt source'),
  vitest('integration', 'control plane'),
  vitest('e2e', 'lab'),
];

const names = stages.map(({ name }) => name);

/**
 * The stages that the arguments name, all by default, and the paths that narrow down their tests.
 * @throws Error in one line
 */
export function choose(args: readonly string[]): { chosen: readonly Stage[]; filters: readonly string[] } {
  const chosen = stages.filter(({ name }) => args.includes(name));
  const filters = args.filter((arg) => !names.includes(arg));
  const option = filters.find((arg) => arg.startsWith('-'));
  if (option) throw new Error(`Unknown option ${option}; name stages (${names.join(', ')}) and paths.`);
  if (filters.length === 0) return { chosen: chosen.length > 0 ? chosen : stages, filters };
  if (!chosen.some(({ isVitest }) => isVitest)) {
    throw new Error(
      `${filters[0]}: name the stage it belongs to before it: unit, chaos, differential, integration or e2e.`,
    );
  }
  return { chosen, filters };
}
