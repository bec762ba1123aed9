import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages } from '../../../hack/apt/apt.ts';
import { labPackages } from '../../../hack/lab/lab.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../../../hack/libvirtd/private-libvirtd.ts';
import { stopRecorded } from '../../../hack/processes.ts';
import type { BenchContext, BenchResult } from '../main.ts';
import { chooseParts } from '../parts.ts';
import type { Figure } from '../report.ts';
import { buildPeer, compilerPackages } from './c-peer.ts';
import { callContest } from './calls/contest.ts';
import { type Fleet, startFleet } from './fleet-process.ts';
import { hungContest } from './hung/contest.ts';
import { memoryContest } from './memory/contest.ts';
import { volumeContest } from './volume/contest.ts';

/** What all contests are held with. */
interface Arena {
  dir: string;
  /** With libvirt's own limits. */
  standard: PrivateLibvirtd;
  /** Takes 16 calls of one connection at once, and like every libvirtd stops reading at one more. */
  raised: PrivateLibvirtd;
  fleet: Fleet;
  /** Path of the program in C. */
  peer: string;
}

const contests: Record<string, (arena: Arena, context: BenchContext) => Promise<Figure[]>> = {
  calls: (arena, context) => callContest(arena, arena.peer, context),
  memory: ({ fleet, peer }, context) => memoryContest(fleet, peer, context),
  hung: ({ standard, fleet }, context) =>
    hungContest({ transport: 'unix', path: standard.socket }, fleet, context),
  volume: ({ standard, dir }, context) => volumeContest(standard, dir, context),
};

/**
 * node-libvirt beside a program in C on libvirt.so and beside virsh, on the same private daemons and fake hosts.
 * `context.parts` may choose among calls, memory, hung and volume.
 */
export async function bench(context: BenchContext): Promise<BenchResult> {
  const { progress, signal } = context;
  const chosen = chooseParts(contests, context.parts);
  await ensurePackages([...labPackages, ...compilerPackages], { onProgress: progress, signal });
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-bench-'));
  const arena = await prepare(dir, signal).catch(async (error: unknown) => {
    await clear(dir);
    throw error;
  });
  try {
    const figures: Figure[] = [];
    for (const contest of chosen) figures.push(...(await contest(arena, context)));
    return { figures };
  } finally {
    await arena.fleet.end();
    await clear(dir);
  }
}

async function prepare(dir: string, signal: AbortSignal): Promise<Arena> {
  const peer = await buildPeer(dir, signal);
  const standard = await startPrivateLibvirtd({ dir: join(dir, 'standard'), signal });
  const settings = { max_client_requests: 17 };
  const raised = await startPrivateLibvirtd({ dir: join(dir, 'raised'), settings, signal });
  return { dir, peer, standard, raised, fleet: await startFleet(join(dir, 'fleet'), signal) };
}

async function clear(dir: string): Promise<void> {
  for (const name of ['standard', 'raised']) await stopRecorded(join(dir, name));
  await rm(dir, { recursive: true, force: true });
}
