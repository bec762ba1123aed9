import { existsSync } from 'node:fs';
import { stopLab } from '../lab/lab.ts';
import { stopRecorded } from '../processes.ts';
import { removeState, statePaths } from './record.ts';

export interface TakeDownOptions {
  /** Called with the name of each part before it is taken down. */
  onProgress?: (part: string) => void;
  /** `logs`: the parts' folders stay for a look at their logs. `folder`: it stays, empty. Default: nothing stays. */
  keep?: 'logs' | 'folder';
}

/**
 * Takes down whatever of a fabric is left in this folder, from what is recorded there and not from what this process
 * remembers: so it is the same after a normal end, a failure half-way and a SIGKILL. May be called again.
 * @returns whether there was anything.
 */
export async function takeDown(dir: string, options: TakeDownOptions = {}): Promise<boolean> {
  const paths = statePaths(dir);
  const parts = [
    // The operator first: it would try to repair what is taken away beneath it.
    { name: 'operator', path: paths.processes, stop: () => stopRecorded(dir) },
    { name: 'control plane', path: paths.controlPlane, stop: () => stopRecorded(paths.controlPlane) },
    { name: 'lab', path: paths.lab, stop: () => stopLab(paths.lab) },
  ].filter(({ path }) => existsSync(path));
  const failures: unknown[] = [];
  for (const { name, stop } of parts) {
    options.onProgress?.(name);
    // One part that does not go must not keep the others up.
    await stop().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, describe(failures));
  const found = parts.length > 0 || existsSync(paths.record);
  if (existsSync(dir)) await removeState(dir, options.keep);
  return found;
}

function describe(failures: readonly unknown[]): string {
  const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return `Not all could be taken down (${reasons.join('; ')}): try again with npm run down.`;
}
