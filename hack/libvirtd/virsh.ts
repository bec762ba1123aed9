import { type RunOptions, run } from '../command.ts';

/** What a command of virsh's prints: in English, and without headings. @throws CommandError as `run` does */
export function virsh(uri: string, command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { env = process.env, ...others } = options;
  return run('virsh', ['-q', '-c', uri, ...command], { ...others, env: { ...env, LC_ALL: 'C' } });
}

/** A hypervisor such as `test:///default` for clients on libvirt.so, at a daemon's socket. */
export const uriAt = (socket: string, uri: string) => `${uri.replace(':', '+unix:')}?socket=${socket}`;
