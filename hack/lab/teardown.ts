import { CommandError } from '../command.ts';
import { isAlive, killAndWait } from '../process-record.ts';
import { waitFor } from '../wait.ts';
import { killMarked } from './namespaces.ts';
import { legExists, unplugMachine } from './network.ts';
import { StateFile } from './state.ts';

/**
 * Takes down whatever of a lab is left in this folder, however its start or its owner ended; files stay for a look
 * at the logs. May be called again, or where there is no lab.
 */
export async function stopLab(dir: string): Promise<void> {
  const file = new StateFile(dir);
  const state = await file.read();
  if (state?.switch && isAlive(state.switch)) await unplugMachine(state.switch).catch(ignoreCommandError);
  const records = state ? [state.switch, ...state.hosts.map(({ init }) => init)] : [];
  await killAndWait(records.filter((record) => record !== undefined));
  await killMarked(file.dir); // what was started and not yet recorded
  // The leg went with the switch's network namespace, which the kernel takes down a moment after its last process.
  const { name, subnet } = state ?? {};
  if (name && subnet) {
    await waitFor(`the end of lab ${name}'s network`, async () => !(await legExists(name)), {
      timeoutMs: 20_000,
    });
  }
  await file.remove();
}

/** The switch may die between the look and the command; then its leg goes by itself. */
function ignoreCommandError(error: unknown): void {
  if (!(error instanceof CommandError)) throw error;
}
