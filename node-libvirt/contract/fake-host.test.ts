import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openHypervisor } from '../src/index.ts';
import { FakeHost, openInMemory } from '../src/testing/index.ts';
import { hypervisorContract } from './contract.ts';
import { qemuDriver } from './driver.ts';
import type { DomainParts } from './kit.ts';

const folder = '/var/lib/libvirt/contract';
const driver = { ...qemuDriver, guestObeys: true };

const domainXml = ({ name, uuid, memoryMiB, more }: DomainParts) =>
  `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid>${more}<memory unit='MiB'>${memoryMiB}</memory>
    <vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;

let host: FakeHost;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'node-libvirt-contract-'));
  host = new FakeHost();
  await host.listenUnix(join(dir, 'sock'));
});
afterAll(async () => {
  await host.close();
  await rm(dir, { recursive: true, force: true });
});

hypervisorContract('a fake host in memory', {
  open: (options) => openInMemory(host, options),
  ...{ domainXml, driver, folder, patienceMs: 5_000 },
});

hypervisorContract('a fake host on a unix socket', {
  open: (options) => openHypervisor({ transport: 'unix', path: join(dir, 'sock') }, options),
  ...{ domainXml, driver, folder, patienceMs: 5_000 },
});
