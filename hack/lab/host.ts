import { join } from 'node:path';
import type { RunOptions } from '../command.ts';
import type { Certificate } from '../pki.ts';
import {
  childrenOf,
  commandLineOf,
  isAlive,
  killAndWait,
  type ProcessRecord,
  recordOf,
  signalProcess,
} from '../process-record.ts';
import { waitFor } from '../wait.ts';
import { placeServerCertificate } from './host-files.ts';
import { hostCertificate, type LabPki } from './lab-pki.ts';
import { runInside, startInit } from './namespaces.ts';
import { plugHost, setHostPorts, unplugHost } from './network.ts';
import type { HostState, StateFile } from './state.ts';
import { acceptsClient } from './tls-ready.ts';

/** libvirt's port for TLS. */
export const libvirtTlsPort = 16514;

/** A host's processes as the machine sees them. */
export interface HostPids {
  init: number;
  /** Absent in the moment between its end and its restart. */
  libvirtd?: number;
  /** QEMU's process id by domain name. */
  guests: Record<string, number>;
}

/** One libvirt host of a lab: its own libvirtd, disk, names and networks on this machine. */
export class LabHost {
  readonly name: string;
  /** In the management network; the machine itself reaches it. */
  readonly address: string;
  readonly port = libvirtTlsPort;
  readonly uuid: string;
  /** The host's disk: `log/libvirtd.log`, `pki/`, `lib/` (its /var/lib/libvirt), … */
  readonly dir: string;
  readonly #index: number;
  readonly #state: StateFile;
  readonly #pki: LabPki;

  constructor(host: HostState, state: StateFile, pki: LabPki) {
    this.name = host.name;
    this.address = host.address;
    this.uuid = host.uuid;
    this.dir = join(state.dir, 'hosts', host.name);
    this.#index = host.index;
    this.#state = state;
    this.#pki = pki;
  }

  /** The one it was born with, by which `useCertificate` is undone. */
  get certificate(): Certificate {
    return hostCertificate(this.#pki, this.name);
  }

  /** Runs virsh on the host, as root over its unix socket; it can read `options.input` as /dev/stdin. */
  async virsh(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const virsh = ['virsh', '-q', '-c', 'qemu:///system', ...args];
    // Node's pipes are sockets, and a socket cannot be opened as /dev/stdin.
    return this.exec(
      options.input === undefined ? virsh : ['sh', '-c', 'cat | "$@"', 'sh', ...virsh],
      options,
    );
  }

  /** Runs a command in the host's namespaces. @throws Error when the host is powered off. */
  async exec(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return runInside(await this.#init(), args, options);
  }

  /** @throws Error when the host is powered off. */
  async pids(): Promise<HostPids> {
    const init = await this.#init();
    const found: HostPids = { init: init.pid, guests: {} };
    for (const pid of childrenOf(init.pid)) {
      const command = commandLineOf(pid);
      if (command[0] === 'libvirtd') found.libvirtd = pid;
      const guest = /^guest=([^,]+)/.exec(command[command.indexOf('-name') + 1] ?? '')?.[1];
      if (guest) found.guests[guest] = pid;
    }
    return found;
  }

  /** Power loss: the ports are dark before anything dies, so that no goodbye reaches a peer. Off already: nothing. */
  async crash(): Promise<void> {
    const { record, switchInit } = await this.#records();
    if (!record) return;
    await setHostPorts(switchInit, this.#index, 'down');
    await killAndWait([record]);
    await unplugHost(switchInit, this.#index);
    await this.#record(undefined);
  }

  /** Power on: same identity, same disk with its defined domains, none of them running. On already: nothing. */
  async start(signal?: AbortSignal): Promise<void> {
    const { record, switchInit } = await this.#records();
    if (record && isAlive(record)) return;
    await unplugHost(switchInit, this.#index);
    const init = await startInit(this.#state.dir, join(this.dir, 'init.sh'), join(this.dir, 'log/init.log'));
    await this.#record(init);
    await plugHost(switchInit, init, { index: this.#index, uuid: this.uuid });
    await this.#waitUntilReady(init, signal);
  }

  /** Takes the host off both networks; it and its guests go on. */
  async cutOff(): Promise<void> {
    const { switchInit } = await this.#records();
    await setHostPorts(switchInit, this.#index, 'down');
  }

  async reconnect(): Promise<void> {
    const { switchInit } = await this.#records();
    await setHostPorts(switchInit, this.#index, 'up');
  }

  /** Ends libvirtd and returns once its successor takes clients; guests live on. SIGKILL is a crash of it. */
  async restartLibvirtd(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const init = await this.#init();
    const old = (await this.pids()).libvirtd;
    const record = old === undefined ? undefined : recordOf(old);
    if (record) {
      signalProcess(record, signal);
      await waitFor(`libvirtd on ${this.name} to end`, () => !isAlive(record), { timeoutMs: 20_000 });
    }
    await this.#waitUntilReady(init);
  }

  /** Shows another certificate to clients from now on, one of a wrong authority for example. */
  async useCertificate(certificate: Certificate): Promise<void> {
    await placeServerCertificate(join(this.dir, 'pki'), certificate);
    await this.restartLibvirtd();
  }

  async #waitUntilReady(init: ProcessRecord, signal?: AbortSignal): Promise<void> {
    const look = async () => {
      if (!isAlive(init)) return 'ended';
      return (await acceptsClient(this.address, this.port, this.#pki.client)) && 'ready';
    };
    const options = { timeoutMs: 30_000, ...(signal ? { signal } : {}) };
    const outcome = await waitFor(`libvirtd on ${this.name} (see ${this.dir}/log)`, look, options);
    if (outcome === 'ended')
      throw new Error(`host ${this.name} went down while starting: see ${this.dir}/log`);
  }

  async #init(): Promise<ProcessRecord> {
    const { record } = await this.#records();
    if (!record || !isAlive(record)) throw new Error(`host ${this.name} is powered off: call start() first`);
    return record;
  }

  async #records(): Promise<{ record: ProcessRecord | undefined; switchInit: ProcessRecord }> {
    const state = await this.#state.mustRead();
    if (!state.switch) throw new Error(`lab ${state.name} has no switch: stop it and start it anew`);
    return { record: state.hosts.find(({ name }) => name === this.name)?.init, switchInit: state.switch };
  }

  async #record(init: ProcessRecord | undefined): Promise<void> {
    await this.#state.update((state) => {
      const host = state.hosts.find(({ name }) => name === this.name);
      if (!host) return;
      if (init) host.init = init;
      else delete host.init;
    });
  }
}
