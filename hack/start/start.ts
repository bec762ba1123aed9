import { waitFor } from '../wait.ts';
import { type Fabric, type FabricOptions, startFabric } from './fabric.ts';
import { type FirstVm, firstVmStep } from './first-vm.ts';
import { Interrupted, onInterruption } from './interruption.ts';
import type { StartOptions } from './options.ts';
import { readRecord } from './record.ts';
import { formatSeconds } from './steps.ts';
import { timingsTable } from './timings.ts';
import { tryNext } from './try-next.ts';

type Options = Pick<StartOptions, 'hosts' | 'once' | 'detach'> &
  Pick<FabricOptions, 'dir' | 'operatorEntryPath'>;
type Say = (line: string) => void;

/**
 * Brings a fabric up with a first VM, and stays until it is interrupted, unless it was asked to return.
 * @returns the exit code: that of the signal when it was interrupted on the way up, 0 when it was up.
 */
export async function start(options: Options, say: Say): Promise<number> {
  const { once, detach, ...rest } = options;
  const signal = onInterruption(() => say('\nTaking everything down …'));
  const begin = performance.now();
  let vm: FirstVm | undefined;
  const firstVm = (fabric: Fabric) => [
    firstVmStep(fabric, (found) => {
      vm = found;
    }),
  ];
  try {
    const fabric = await startFabric({ ...rest, detached: detach, signal, output: 'progress' }, firstVm);
    if (!vm) throw new Error('the fabric is up without its first VM');
    await show(fabric, vm, detach, say);
    if (detach) return 0;
    if (once) say(timingsTable(fabric.times, performance.now() - begin));
    else await stay(fabric, signal, say);
    await down(fabric, say);
    return 0;
  } catch (error) {
    // Whatever failed after the interruption failed because of it.
    if (!(signal.reason instanceof Interrupted)) throw error;
    say('Interrupted; all of it is taken down.');
    return signal.reason.exitCode;
  }
}

async function show(fabric: Fabric, vm: FirstVm, detached: boolean, say: Say): Promise<void> {
  say(await fabric.kubectl(['get', 'vm,vmhost,hp,pp', '--all-namespaces']));
  const host = fabric.lab.hosts.find(({ name }) => name === vm.hostName);
  const record = await readRecord(fabric.dir);
  if (!host || !record?.kubectlPath) return;
  const { address } = fabric.lab.clientAddressOf(host);
  const text = tryNext({
    vm,
    detached,
    kubectlPath: record.kubectlPath,
    kubeconfigPath: fabric.controlPlane.adminKubeconfigPath,
    libvirtUri: `qemu+tls://${address}/system?pkipath=${fabric.lab.pki.pkiPath}`,
    logPath: fabric.operator.logPath,
  });
  say(text);
}

async function stay(fabric: Fabric, signal: AbortSignal, say: Say): Promise<void> {
  const forever = { timeoutMs: Number.POSITIVE_INFINITY, everyMs: 1000, signal };
  try {
    await waitFor("the operator's end", () => !fabric.operator.isRunning, forever);
    say(`The operator has ended; VMs go on without it. Ctrl-C takes all down.\n${fabric.operator.logEnd}`);
    await waitFor('Ctrl-C', () => false, forever);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function down(fabric: Fabric, say: Say): Promise<void> {
  const begin = performance.now();
  await fabric.down();
  say(`All is taken down, in ${formatSeconds(performance.now() - begin)}.`);
}
