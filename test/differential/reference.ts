import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { run } from '../../hack/command.ts';
import type { LibvirtSource } from '../../hack/libvirt-source/libvirt-source.ts';
import { withLock } from '../../hack/lock.ts';
import { cacheRoot } from '../../hack/paths.ts';
import { makeWhole } from '../../hack/whole-folder.ts';
import type { Libvirt } from '../../node-libvirt/drift/libvirt.ts';
import { type Answer, decodeAnswers, encodeFrames, type Frame } from './frames.ts';
import { definitions, harnessSource, standIns } from './harness.ts';

/** What `rpcgen` makes is old-fashioned; its warnings are not ours to mend. */
const compile = ['-O0', '-w', '-I.', '-I/usr/include/tirpc', '-o', 'harness', 'harness.c', '-ltirpc'];

/**
 * The path of a program that decodes and encodes `structs` by the C that `rpcgen` makes of libvirt's own definitions. It
 * is built once for each release and list of structs, in the cache.
 */
export async function buildReference(
  source: LibvirtSource,
  release: Libvirt,
  structs: readonly string[],
  cacheDir = join(cacheRoot, 'differential'),
): Promise<string> {
  const files = { ...standIns(release), 'harness.c': harnessSource(structs) };
  const inputs = JSON.stringify([files, compile, definitions, process.arch]);
  const name = `${source.version}-${createHash('sha256').update(inputs).digest('hex').slice(0, 12)}`;
  const folder = join(cacheDir, name);
  await mkdir(cacheDir, { recursive: true });
  await withLock(join(cacheDir, '.lock'), {}, () =>
    makeWhole(folder, (scratch) => build(scratch, source, files)),
  );
  return join(folder, 'harness');
}

async function build(
  folder: string,
  source: LibvirtSource,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(folder, 'libvirt'));
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  for (const [name, path] of Object.entries(definitions)) {
    await cp(join(source.folder, path), join(folder, `${name}.x`));
    await run('rpcgen', ['-h', '-o', `${name}.h`, `${name}.x`], { cwd: folder });
    await run('rpcgen', ['-c', '-o', `${name}.c`, `${name}.x`], { cwd: folder });
  }
  await run('gcc', compile, { cwd: folder });
}

/** What the program makes of each frame. @throws Error when it does not end with an answer to every one */
export async function ask(program: string, frames: readonly Frame[]): Promise<Answer[]> {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {}); // it has ended, which its exit code tells
  child.stdin.end(encodeFrames(frames));
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const [output, code] = await Promise.all([buffer(child.stdout), ended]);
  const answers = code === 0 ? decodeAnswers(output) : [];
  if (answers.length !== frames.length)
    throw new Error(`${program} ended with ${code} after ${answers.length} of ${frames.length} answers`);
  return answers;
}
