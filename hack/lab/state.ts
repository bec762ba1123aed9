import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProcessRecord } from '../process-record.ts';

export interface HostState {
  name: string;
  /** 1 for h1; the address and the names of its links follow from it. */
  index: number;
  address: string;
  uuid: string;
  /** PID 1 of the host, seen from outside; absent while it is powered off. */
  init?: ProcessRecord;
}

/** What is known of a lab by any process that looks: written before a thing is made, so that all can be undone. */
export interface LabState {
  version: 1;
  name: string;
  dir: string;
  /** First three octets of the management network. */
  subnet?: string;
  switch?: ProcessRecord;
  guest?: { kernelPath: string; initrdPath: string };
  virtType?: 'kvm' | 'qemu';
  hosts: HostState[];
}

/** The lab's own name where none is given: short, as it is part of an interface name of at most 15 letters. */
export function defaultLabName(dir: string): string {
  return `l${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 7)}`;
}

/** @throws Error when the name does not fit into an interface name. */
export function checkLabName(name: string): string {
  if (/^[a-z][a-z0-9]{0,7}$/.test(name)) return name;
  throw new Error(`lab name "${name}": give 1 to 8 lower-case letters and digits, a letter first`);
}

/** A host's UUID: the same after every start of the lab in this folder, another one in any other lab. */
export function hostUuid(dir: string, hostName: string): string {
  const hex = createHash('sha256')
    .update(`${resolve(dir)}\0${hostName}`)
    .digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** `lab.json` in the lab's folder. Always read anew: another process may have crashed a host meanwhile. */
export class StateFile {
  readonly dir: string;
  readonly path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dir: string) {
    this.dir = resolve(dir);
    this.path = join(this.dir, 'lab.json');
  }

  /** Undefined when no lab is recorded here. */
  async read(): Promise<LabState | undefined> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as LabState;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** @throws Error when no lab is recorded here. */
  async mustRead(): Promise<LabState> {
    const state = await this.read();
    if (!state)
      throw new Error(`${this.path} is missing: no lab was started in this folder, or it was stopped`);
    return state;
  }

  async create(state: LabState): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    await this.#write(state);
  }

  /** Changes one after the other, so that two hosts that start at once do not undo each other's record. */
  async update(change: (state: LabState) => void): Promise<LabState> {
    const next = this.#last.then(async () => {
      const state = await this.mustRead();
      change(state);
      await this.#write(state);
      return state;
    });
    this.#last = next.catch(() => {});
    return next;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  /** By rename: a process that is killed here leaves the old record or the new one, never half of one. */
  async #write(state: LabState): Promise<void> {
    const draft = `${this.path}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`);
    await rename(draft, this.path);
  }
}
