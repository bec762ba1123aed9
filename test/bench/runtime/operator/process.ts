import { Contestant, nodeProgram } from '../../contestant.ts';
import type { OperatorSpec } from './client.ts';

/** How an operator's process came to rest after its start. */
export interface Restart {
  /** From the start of the process, which also makes the fake hosts. */
  syncedSeconds: number;
  /** From synced caches until all is quiet. */
  seconds: number;
  cpuSeconds: number;
  /** Reconciles of VMs in that time. */
  reconciles: number;
  /** When all was quiet, garbage and the fake hosts included. */
  residentKiB: number;
  /** The most it ever was. */
  peakKiB: number;
  /** By how much the living part of its heap grew since before the operator's start, fake hosts not included. */
  grownKiB: number;
}

const restartKeys = ['seconds', 'cpuSeconds', 'reconciles', 'residentKiB', 'peakKiB', 'grownKiB'] as const;

/** Starts the operator in a process of its own, and waits until it has nothing left to do. */
export async function startOperator(
  spec: OperatorSpec,
  { signal, flags = [] }: { signal: AbortSignal; flags?: readonly string[] },
): Promise<{ process: Contestant; restart: Restart }> {
  const command = nodeProgram(import.meta.dirname, 'client.ts', spec, '--expose-gc', ...flags);
  const process = new Contestant('the operator', command, signal);
  try {
    const { syncedSeconds } = await process.next(['syncedSeconds']);
    return { process, restart: { syncedSeconds, ...(await process.next(restartKeys)) } };
  } catch (error) {
    await process.end();
    throw error;
  }
}

/** One start of it, and its end. */
export async function restartOperator(...args: Parameters<typeof startOperator>): Promise<Restart> {
  const { process, restart } = await startOperator(...args);
  await process.end();
  return restart;
}
