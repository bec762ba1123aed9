import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, readdir } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../command.ts';
import { findBinaries } from '../control-plane/binaries.ts';
import { projectRoot } from '../paths.ts';
import { systemNamespace } from './cluster-objects.ts';
import { onInterruption } from './interruption.ts';
import { UsageError } from './options.ts';

const crdFolder = join(projectRoot, 'crds');

/**
 * Runs the operator alone, out of the cluster, as the user of a kubeconfig, until it ends or is interrupted. It needs
 * no root. What the cluster lacks is added first and told: CRDs and the namespace of the Lease; those there stay as
 * they are. VMs go on when the operator ends.
 * @returns the operator's exit code.
 */
export async function runOutOfCluster(kubeconfigPath: string, say: (line: string) => void): Promise<number> {
  if (!existsSync(kubeconfigPath))
    throw new UsageError(`--kubeconfig ${kubeconfigPath}: there is no such file.`);
  const signal = onInterruption(() => {});
  const kubectlPath = (await onPath('kubectl')) ?? (await builtKubectl(say, signal));
  const kubectl = (args: readonly string[]) =>
    run(kubectlPath, ['--kubeconfig', kubeconfigPath, ...args], { signal });
  await installMissing(kubectl, say);
  say(`Starting the operator against the cluster of ${kubeconfigPath}; Ctrl-C ends it, VMs go on.`);
  return runOperator(kubeconfigPath, signal);
}

async function builtKubectl(onProgress: (line: string) => void, signal: AbortSignal): Promise<string> {
  return (await findBinaries({ names: ['kubectl'], onProgress, signal })).kubectl;
}

type Kubectl = (args: readonly string[]) => Promise<string>;

/** Adds the CRDs and the namespace that the cluster does not have. */
export async function installMissing(kubectl: Kubectl, say: (line: string) => void): Promise<void> {
  const files = (await readdir(crdFolder)).filter((file) => file.endsWith('.yaml'));
  const names = files.map((file) => file.slice(0, -'.yaml'.length));
  const there = new Set(words(await kubectl(['get', 'crd', '--output=name'])));
  const missing = names.filter((name) => !there.has(`customresourcedefinition.apiextensions.k8s.io/${name}`));
  if (missing.length > 0) {
    say(`Installing the custom resource definitions that the cluster lacks: ${missing.join(', ')}.`);
    for (const name of missing) {
      await kubectl(['apply', '--server-side', '--filename', join(crdFolder, `${name}.yaml`)]);
    }
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', ...missing]);
  }
  const namespace = await kubectl([
    'get',
    'namespace',
    systemNamespace,
    '--ignore-not-found',
    '--output=name',
  ]);
  if (namespace.trim() !== '') return;
  say(`Creating namespace ${systemNamespace} for the operator's Lease.`);
  await kubectl(['create', 'namespace', systemNamespace]);
}

async function runOperator(kubeconfigPath: string, signal: AbortSignal): Promise<number> {
  const args = ['--kubeconfig', kubeconfigPath, '--lease-namespace', systemNamespace, '--metrics-port', '0'];
  // A group of its own: one Ctrl-C arrives several times, from the terminal and each npm above, and the operator takes
  // a second one for impatience, ending without giving its Lease back.
  const operator = [process.execPath, join(projectRoot, 'operator/main.ts'), ...args];
  // An end of this process that leaves no time to tell it, such as SIGKILL, must not leave it behind unseen.
  const [file = '', ...rest] =
    process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'TERM', ...operator] : operator;
  signal.throwIfAborted();
  const child = spawn(file, rest, { stdio: 'inherit', detached: true });
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => resolve(code ?? 128 + (killedBy ? os.signals[killedBy] : 0)));
  });
}

async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

const words = (text: string) => text.split(/\s+/).filter(Boolean);
