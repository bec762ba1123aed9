import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages } from '../../hack/apt/apt.ts';
import { run } from '../../hack/command.ts';
import { Processes } from '../../hack/processes.ts';

/** A Docker engine and the command that speaks to it. */
export interface Engine {
  /** For clients that read DOCKER_HOST and the like. */
  environment: Readonly<Record<string, string>>;
  docker(args: readonly string[]): Promise<string>;
  /** Ends the engine if this run started it. */
  stop(): Promise<void>;
}

/** Docker's kernel module and the engine set these; guests on bridges of the same machine lose traffic by it. */
const bridgeSettings = ['iptables', 'ip6tables', 'arptables'].map(
  (table) => `/proc/sys/net/bridge/bridge-nf-call-${table}`,
);

/** The engine that answers already, or else Debian's own, started in `dir` and without touching the network. */
export async function findEngine(dir: string): Promise<Engine> {
  const present = engineWith({}, async () => {});
  const answers = await present.docker(['version', '--format={{.Server.Version}}']).then(
    () => true,
    () => false,
  );
  return answers ? present : startEngine(dir);
}

async function startEngine(dir: string): Promise<Engine> {
  await ensurePackages(['docker.io', 'iptables']);
  const before = await readSettings();
  const processes = new Processes(dir);
  const socket = join(dir, 'docker.sock');
  const stop = async () => {
    await processes.stopAll(30_000);
    await unmountNetworks(join(dir, 'exec', 'netns'));
    await writeSettings(before);
  };
  const engine = engineWith(
    {
      DOCKER_HOST: `unix://${socket}`,
      // Containers are in the machine's network; testcontainers would look for a bridge if it is in a container itself.
      TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1',
    },
    stop,
  );
  try {
    processes.start('dockerd', 'dockerd', [
      ...[`--data-root=${join(dir, 'data')}`, `--exec-root=${join(dir, 'exec')}`],
      ...[`--pidfile=${join(dir, 'docker.pid')}`, `--host=unix://${socket}`],
      ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
    ]);
    const answers = async () => (await engine.docker(['version', '--format={{.Server.Version}}'])) !== '';
    await processes.untilReady('dockerd', answers, { timeoutMs: 60_000 });
    return engine;
  } catch (error) {
    await stop();
    throw error;
  }
}

function engineWith(environment: Record<string, string>, stop: () => Promise<void>): Engine {
  return {
    environment,
    stop,
    docker: (args) =>
      // BuildKit is a plugin of its own, which Debian's package lacks.
      run('docker', args, { env: { ...process.env, ...environment, DOCKER_BUILDKIT: '0' } }),
  };
}

/** dockerd leaves the network namespaces mounted that it made, and with them its folder could not be removed. */
async function unmountNetworks(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) await run('umount', [join(folder, name)]);
}

/** Value by path; empty where the kernel module is not loaded. */
async function readSettings(): Promise<Map<string, string>> {
  const settings = new Map<string, string>();
  for (const path of bridgeSettings) {
    const value = await readFile(path, 'utf8').catch(() => undefined);
    if (value !== undefined) settings.set(path, value);
  }
  return settings;
}

/** As it was; a module that was loaded meanwhile is told to leave bridges alone. */
async function writeSettings(before: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, value] of await readSettings()) {
    const wanted = before.get(path) ?? '0\n';
    if (value !== wanted) await writeFile(path, wanted);
  }
}
