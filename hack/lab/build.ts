import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageOptions } from '../apt/apt.ts';
import { settleAll } from '../settle.ts';
import { waitFor } from '../wait.ts';
import { ensureGuestImage } from './guest-image.ts';
import { LabHost } from './host.ts';
import { writeHostFiles } from './host-files.ts';
import { switchInitScript } from './init-scripts.ts';
import { createLabPki, issueHostCertificate, type LabPki } from './lab-pki.ts';
import { runInNetwork, startInit } from './namespaces.ts';
import { connectMachine, hostAddress } from './network.ts';
import { type HostState, hostUuid, type StateFile } from './state.ts';

/** Builds a lab of `count` hosts on an empty record. On failure all that was begun has ended, but is still there. */
export async function buildLab(file: StateFile, count: number, options: PackageOptions): Promise<void> {
  const { signal, onProgress } = options;
  const failed = new AbortController();
  const either = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]);
  const parts = [
    ensureGuestImage({ ...options, signal: either }).then((guest) =>
      file.update((state) => {
        state.guest = guest;
      }),
    ),
    startSwitchAndHosts(file, count, either, onProgress),
  ];
  // All must have ended before anything is taken down, or the slower part would go on building.
  const outcomes = await Promise.allSettled(parts.map((part) => part.catch((error) => fail(failed, error))));
  const bad = outcomes.find((outcome) => outcome.status === 'rejected');
  if (bad) throw failed.signal.reason;
}

function fail(controller: AbortController, error: unknown): never {
  controller.abort(error);
  throw error;
}

async function startSwitchAndHosts(
  file: StateFile,
  count: number,
  signal: AbortSignal,
  onProgress: PackageOptions['onProgress'],
): Promise<void> {
  const [pki, subnet] = await settleAll([createLabPki(file.dir), startSwitch(file, signal)]);
  onProgress?.(`starting ${count} libvirt hosts in ${subnet}.0/24`);
  const hosts = await addHostRecords(file, subnet, count);
  await settleAll(hosts.map((host) => startHost(host, file, pki, signal)));
}

/** Starts the switch, ties the machine to it, and returns the management network. */
async function startSwitch(file: StateFile, signal: AbortSignal): Promise<string> {
  const dir = join(file.dir, 'switch');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'init.sh'), switchInitScript(dir));
  const init = await startInit(file.dir, join(dir, 'init.sh'), join(dir, 'init.log'));
  const { name } = await file.update((state) => {
    state.switch = init;
  });
  await waitFor(
    `the lab's switch (see ${dir}/init.log)`,
    async () => {
      await runInNetwork(init, ['ip', 'link', 'show', 'br1']);
      return true;
    },
    { timeoutMs: 10_000, everyMs: 10, signal },
  );
  const subnet = await connectMachine(name, init);
  await file.update((state) => {
    state.subnet = subnet;
  });
  return subnet;
}

/** Records `count` more hosts, before anything of them is made. */
export async function addHostRecords(file: StateFile, subnet: string, count: number): Promise<HostState[]> {
  const state = await file.update(({ dir, hosts }) => {
    for (let index = hosts.length + 1, end = index + count; index < end; index++) {
      const name = `h${index}`;
      hosts.push({ name, index, address: hostAddress(subnet, index), uuid: hostUuid(dir, name) });
    }
  });
  await mkdir(join(file.dir, 'hosts'), { recursive: true });
  // Written in place: each host has it bound over its /etc/hosts.
  const names = state.hosts.map(({ address, name }) => `${address} ${name}\n`);
  await writeFile(join(file.dir, 'hosts/names'), `127.0.0.1 localhost\n${names.join('')}`);
  return state.hosts.slice(-count);
}

/** Gives a recorded host its certificate and disk, and starts it. */
export async function startHost(
  host: HostState,
  file: StateFile,
  pki: LabPki,
  signal?: AbortSignal,
): Promise<LabHost> {
  const labHost = new LabHost(host, file, pki);
  const certificate = await issueHostCertificate(pki, host.name, host.address);
  await writeHostFiles(labHost.dir, host, { caPath: pki.caPath, certificate });
  signal?.throwIfAborted();
  await labHost.start(signal);
  return labHost;
}
