import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import { compareGoVersions, neededGoVersion, parseGoVersion } from '../control-plane/go-toolchain.ts';
import { labPackages } from '../lab/lab.ts';
import { projectRoot } from '../paths.ts';

/** What a command prints, or undefined when it does not run or fails. */
export type Ask = (file: string, args: readonly string[]) => Promise<string | undefined>;

const askMachine: Ask = (file, args) =>
  run(file, args, { env: { ...process.env, GOTOOLCHAIN: 'local' } }).catch(() => undefined);

/**
 * Debian packages of a fabric: those of the lab's hosts, the certificates by which Go trusts where modules come from,
 * and pip where the Go that builds the control plane has to come from it.
 */
export async function fabricPackages(ask: Ask = askMachine): Promise<string[]> {
  return [...labPackages, 'ca-certificates', ...((await needsPip(ask)) ? ['python3-pip'] : [])];
}

async function needsPip(ask: Ask): Promise<boolean> {
  const go = parseGoVersion((await ask('go', ['version'])) ?? '');
  const needed = neededGoVersion(await readFile(join(projectRoot, 'hack/control-plane/go.mod'), 'utf8'));
  if (go !== undefined && compareGoVersions(go, needed) >= 0) return false;
  return (await ask('python3', ['-m', 'pip', '--version'])) === undefined;
}
