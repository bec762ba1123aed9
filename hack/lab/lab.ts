import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages, MissingRequirement, type PackageOptions } from '../apt/apt.ts';
import type { RunOptions } from '../command.ts';
import { isAlive } from '../process-record.ts';
import { addHostRecords, buildLab, startHost } from './build.ts';
import { LabHost } from './host.ts';
import { type LabPki, labPki } from './lab-pki.ts';
import { markOf, runInNetwork } from './namespaces.ts';
import { legExists, legName, maxHosts } from './network.ts';
import { checkLabName, defaultLabName, type LabState, StateFile } from './state.ts';
import { stopLab } from './teardown.ts';

export { stopLab } from './teardown.ts';

/** Debian packages that lab hosts run on. */
export const labPackages = [
  ...[
    'libvirt-daemon-system',
    'libvirt-daemon-driver-qemu',
    'libvirt-clients',
    'qemu-system-x86',
    'qemu-utils',
  ],
  ...['iproute2', 'dnsmasq-base', 'openssl', 'util-linux'],
] as const;

export interface LabOptions extends PackageOptions {
  /** Holds the lab's record, certificates, the hosts' disks and logs. One lab per folder. */
  dir: string;
  hosts: number;
  /** 1 to 8 letters and digits, unique on the machine. Default: from the folder's path. */
  name?: string;
}

/** A running lab of libvirt hosts. All of it outlives the process that started it, until it is stopped. */
export class Lab {
  readonly dir: string;
  readonly name: string;
  readonly hosts: LabHost[];
  readonly pki: LabPki;
  /** For direct kernel boot; the paths are valid on the machine and on every host. */
  readonly guest: { kernelPath: string; initrdPath: string };
  readonly state: StateFile;
  readonly #subnet: string;

  constructor(state: LabState, file: StateFile) {
    if (!state.guest || !state.subnet) {
      throw new Error(
        `lab ${state.name} in ${file.dir} was not started to the end: stop it and start it anew`,
      );
    }
    this.dir = file.dir;
    this.name = state.name;
    this.pki = labPki(file.dir);
    this.guest = state.guest;
    this.state = file;
    this.hosts = state.hosts.map((host) => new LabHost(host, file, this.pki));
    this.#subnet = state.subnet;
  }

  /** Where a client on the machine reaches a host's libvirtd. */
  clientAddressOf(host: LabHost): { address: string; port: number } {
    return { address: host.address, port: host.port };
  }

  /** Adds one more host, numbered after the last one, and returns it once clients can connect. */
  async addHost(signal?: AbortSignal): Promise<LabHost> {
    const [state] = await addHostRecords(this.state, this.#subnet, 1);
    if (!state) throw new Error('no host was added');
    const host = await startHost(state, this.state, this.pki, signal);
    this.hosts.push(host);
    return host;
  }

  /** Runs a command on the guests' network: `ping` of a guest, for example. Files and processes are the machine's. */
  async execOnGuestNetwork(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { switch: init } = await this.state.mustRead();
    if (!init) throw new Error(`lab ${this.name} has no switch: stop it and start it anew`);
    // Marked, so that a command that is still at it when the lab stops does not keep the network alive.
    return runInNetwork(init, args, {
      ...options,
      env: { ...process.env, ...options.env, ...markOf(this.dir) },
    });
  }

  /** Takes the lab down; its files stay until the next start. */
  async stop(): Promise<void> {
    await stopLab(this.dir);
  }
}

/**
 * Starts a lab and returns once every host takes clients over TLS. When that fails or is aborted, all is taken down.
 * @throws MissingRequirement when the machine cannot run a lab; Error when one runs already in the folder.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const file = new StateFile(options.dir);
  await checkMachine(options);
  await checkFolder(file);
  const name = checkLabName(options.name ?? defaultLabName(file.dir));
  if (await legExists(name)) {
    throw new Error(
      `network interface ${legName(name)} exists: stop the lab that has it, or give another name`,
    );
  }
  await file.create({ version: 1, name, dir: file.dir, hosts: [] });
  try {
    await buildLab(file, options.hosts, options);
    return new Lab(await file.mustRead(), file);
  } catch (error) {
    await stopLab(file.dir);
    throw error;
  }
}

/** The lab that another process started in this folder. */
export async function attachLab(dir: string): Promise<Lab> {
  const file = new StateFile(dir);
  return new Lab(await file.mustRead(), file);
}

async function checkMachine(options: LabOptions): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new MissingRequirement(
      'Missing root: a lab of libvirt hosts needs it for network namespaces; use sudo.',
    );
  }
  if (process.arch !== 'x64') {
    throw new MissingRequirement(
      `Missing an x86-64 machine: the lab's guests do not run on ${process.arch}.`,
    );
  }
  if (options.hosts > maxHosts)
    throw new Error(`hosts: ${options.hosts} is more than the network's ${maxHosts}`);
  await ensurePackages(labPackages, options);
}

async function checkFolder(file: StateFile): Promise<void> {
  if (/^(\/var)?\/run\//.test(`${file.dir}/`)) {
    throw new Error(
      `${file.dir}: a host has a /run of its own and would not see its disk; choose another folder`,
    );
  }
  const before = await file.read();
  if (before?.switch && isAlive(before.switch)) {
    throw new Error(`lab ${before.name} runs in ${file.dir}: attach to it, or stop it first`);
  }
  await stopLab(file.dir); // what a killed start or a reboot left
  for (const folder of ['hosts', 'pki', 'switch'])
    await rm(join(file.dir, folder), { recursive: true, force: true });
}
