import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLabPki, issueHostCertificate, type LabPki } from '../../../hack/lab/lab-pki.ts';
import { Contestant, nodeProgram } from '../contestant.ts';
import type { ClientTarget } from './client-target.ts';

/** What the process of fake hosts is told. */
export interface FleetSpec {
  dir: string;
  caPath: string;
  certPath: string;
  keyPath: string;
}

/** Fake hosts in a process of their own; see `fleet.ts`. Each connection finds another one. */
export interface Fleet {
  tls: ClientTarget;
  unix: ClientTarget;
  /** Accepts, and never says a word. */
  silent: ClientTarget;
  /** For clients on libvirt.so. */
  tlsUri: string;
  unixUri: string;
  end(): Promise<void>;
}

export async function startFleet(dir: string, signal: AbortSignal): Promise<Fleet> {
  await mkdir(dir, { recursive: true });
  const pki = await createLabPki(dir);
  const certificate = await issueHostCertificate(pki, 'host', '127.0.0.1');
  const spec: FleetSpec = { dir, caPath: pki.caPath, ...certificate };
  const fleet = new Contestant('fake hosts', nodeProgram(import.meta.dirname, 'fleet.ts', spec), signal);
  try {
    const { tlsPort } = await fleet.next(['tlsPort']);
    return { ...addresses(dir, pki, tlsPort), end: () => fleet.end() };
  } catch (error) {
    await fleet.end();
    throw error;
  }
}

function addresses(dir: string, pki: LabPki, port: number): Omit<Fleet, 'end'> {
  const path = join(dir, 'answering.sock');
  return {
    tls: { transport: 'tls', port, caPath: pki.caPath, ...pki.client },
    unix: { transport: 'unix', path },
    silent: { transport: 'unix', path: join(dir, 'silent.sock') },
    tlsUri: `qemu+tls://127.0.0.1:${port}/system?pkipath=${pki.pkiPath}`,
    unixUri: `qemu+unix:///system?socket=${path}`,
  };
}
