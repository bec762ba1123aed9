import { run } from '../../../../hack/command.ts';
import type { CallSample } from '../../samples.ts';

/** Of one shell in a turn; a turn of single processes has fewer, as each takes some 20 ms. */
const [shellCalls, processCalls] = [1_000, 10];

/** virsh has no command that is one call and cheaper. */
const command = 'hostname';

/** One virsh that reads its commands from its input; its start and end are taken off. */
export async function virshShell(uri: string, signal: AbortSignal): Promise<CallSample> {
  const empty = await secondsOf(uri, '', signal);
  const seconds = (await secondsOf(uri, `${command}\n`.repeat(shellCalls), signal)) - empty;
  return { calls: shellCalls, seconds, cpuSeconds: Number.NaN };
}

/** A virsh for each call, as a shell script would have it. */
export async function virshProcesses(uri: string, signal: AbortSignal): Promise<CallSample> {
  const begin = performance.now();
  for (let call = 0; call < processCalls; call++) await run('virsh', ['-q', '-c', uri, command], { signal });
  return { calls: processCalls, seconds: (performance.now() - begin) / 1e3, cpuSeconds: Number.NaN };
}

async function secondsOf(uri: string, input: string, signal: AbortSignal): Promise<number> {
  const begin = performance.now();
  await run('virsh', ['-q', '-c', uri], { input, signal });
  return (performance.now() - begin) / 1e3;
}
