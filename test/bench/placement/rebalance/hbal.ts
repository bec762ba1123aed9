import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../../hack/command.ts';
import type { MoveProblem } from '../../../../operator/placement/moves/problem.ts';

const mib = 2 ** 20;
/** All sizes are within it, disks are on shared storage, and each core may be given away four times. */
const policy = '1,1,1,1,1,1|1,1,1,1,1,1;999999,99,999999,16,16,99|ext|4.0|1000.0';
const cores = 64;

/**
 * The problem in the words of htools' text backend (man htools): groups, nodes, instances, tags, policies. Disks are
 * external ones, so that an instance may go to any node.
 */
export function clusterText({ hosts, vms }: MoveProblem): string {
  const taken = new Float64Array(hosts.count);
  for (const [vm, host] of vms.host.entries())
    taken[host] = (taken[host] as number) + (vms.memoryBytes[vm] as number);
  const nodes = [...taken].map((used, host) => {
    const memory = Math.round((hosts.limits[host * 2 + 1] as number) / mib);
    const free = memory - Math.round(used / mib);
    const role = host === 0 ? 'M' : 'N';
    return [`n${host}`, memory, 0, free, 1e6, 1e6, cores, role, 'uuid-1', 1, '', 'N', 0, 0, '1.0'].join('|');
  });
  const instances = [...vms.host].map((host, vm) => {
    const memory = Math.round((vms.memoryBytes[vm] as number) / mib);
    return [
      `v${vm}`,
      memory,
      1,
      vms.requests[vm * 2],
      'running',
      'Y',
      `n${host}`,
      '',
      'ext',
      '',
      1,
      '-',
      'N',
    ].join('|');
  });
  const sections = [
    ['group-1|uuid-1|preferred||'],
    nodes,
    instances,
    [],
    [`|${policy}`, `group-1|${policy}`],
  ];
  return `${sections.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n')}`;
}

/** Where each VM is by a text of the same form. @throws Error when a VM is missing */
export function hostsIn(text: string, vms: number): Int32Array {
  const host = new Int32Array(vms).fill(-1);
  for (const [, vm, node] of text.matchAll(/^v(\d+)\|(?:[^|\n]*\|){5}n(\d+)\|/gm))
    host[Number(vm)] = Number(node);
  const missing = host.indexOf(-1);
  if (missing >= 0) throw new Error(`v${missing} is not in hbal's answer`);
  return host;
}

export interface HbalAnswer {
  seconds: number;
  /** Migrations that it lists. */
  moves: number;
  /** Where each VM is in the end. */
  host: Int32Array;
}

/**
 * Ganeti's balancer on the same problem.
 * @param maxMoves as many as it likes when undefined
 */
export async function runHbal(
  dir: string,
  problem: MoveProblem,
  maxMoves: number | undefined,
  signal: AbortSignal,
): Promise<HbalAnswer> {
  const file = join(dir, 'cluster');
  await writeFile(file, clusterText(problem));
  const limit = maxMoves === undefined ? [] : ['-l', String(maxMoves)];
  const begin = performance.now();
  const output = await run('hbal', ['-t', file, '-S', join(dir, 'end'), ...limit], { signal });
  const seconds = (performance.now() - begin) / 1e3;
  const moves = Number(/Solution length=(\d+)/.exec(output)?.[1]);
  const end = await readFile(join(dir, 'end.balanced'), 'utf8');
  return { seconds, moves, host: hostsIn(end, problem.vms.count) };
}
