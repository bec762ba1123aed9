import type { LabHost } from '../../hack/lab/host.ts';
import { waitFor } from '../../hack/wait.ts';

/** The address of eth0 that the guest's agent tells. */
export async function addressOf(host: LabHost, name: string): Promise<string> {
  const look = async () =>
    /eth0 .*ipv4 +([\d.]+)/.exec(await host.virsh(['domifaddr', name, '--source', 'agent']))?.[1];
  return waitFor(`the address of ${name}`, look, { timeoutMs: 60_000, everyMs: 200 });
}

/** Runs a program in the guest by its agent and waits for its end. */
export async function exitCodeInGuest(
  host: LabHost,
  name: string,
  path: string,
  arg: string[],
): Promise<number> {
  const ask = async (execute: string, args: object) => {
    const answer = await host.virsh([
      'qemu-agent-command',
      name,
      JSON.stringify({ execute, arguments: args }),
    ]);
    return (JSON.parse(answer) as { return: { pid: number; exited: boolean; exitcode?: number } }).return;
  };
  const { pid } = await ask('guest-exec', { path, arg });
  const ended = async () => {
    const status = await ask('guest-exec-status', { pid });
    return status.exited && status;
  };
  return (await waitFor(`${path} in ${name}`, ended, { timeoutMs: 30_000 })).exitcode ?? -1;
}
