import { join } from 'node:path';
import { run } from '../../../hack/command.ts';

/** What the program in C is built with. */
export const compilerPackages = ['gcc', 'libc6-dev', 'libvirt-dev'] as const;

/** Builds the program on libvirt.so, and returns its path. @throws CommandError with what the compiler says */
export async function buildPeer(dir: string, signal: AbortSignal): Promise<string> {
  const program = join(dir, 'peer');
  const source = join(import.meta.dirname, 'peer.c');
  await run('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source, '-lvirt', '-pthread'], {
    signal,
  });
  return program;
}
