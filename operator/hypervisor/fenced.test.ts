import { expect, it } from 'vitest';
import { domainXml } from '../domain/write.ts';
import { VirtualClock } from '../kube/testing/virtual-clock.ts';
import { FakeHypervisor } from './fake.ts';
import { fencedHypervisor } from './fenced.ts';
import type { HostConnection } from './hypervisor.ts';

const uuid = '6f2a4c10-0000-4000-8000-000000000001';
const xml = domainXml({
  ...{ uuid, name: 'vm', hypervisorType: 'KVM', cpuCores: 1, machineType: 'pc', memoryBytes: 2 ** 28 },
  owner: { namespace: 'shop', name: 'vm', uid: uuid, placementGeneration: 1 },
  kernel: { imagePath: '/vmlinuz', commandLine: 'quiet' },
  interfaces: [],
});
const credentials = { ca: '', certificate: '', key: '' };

async function setUp() {
  const hypervisor = new FakeHypervisor({ clock: new VirtualClock() });
  const host = hypervisor.addHost('h1');
  let mayAct = true;
  const lose = () => {
    mayAct = false;
  };
  const permit = () => {
    if (!mayAct) throw new Error('another one leads');
  };
  const connection = await fencedHypervisor(hypervisor, permit).connect({
    ...{ name: 'h1', address: 'h1', port: 16514, credentials },
  });
  await connection.define(xml);
  await connection.start(uuid);
  return { hypervisor, host, connection, lose };
}

const steps: [string, (connection: HostConnection) => Promise<void>][] = [
  ['define', (connection) => connection.define(xml)],
  ['start', (connection) => connection.start(uuid)],
  ['resume', (connection) => connection.resume(uuid)],
  ['requestShutdown', (connection) => connection.requestShutdown(uuid)],
  ['powerOff', (connection) => connection.powerOff(uuid)],
  ['setCpuWeight', (connection) => connection.setCpuWeight(uuid, 200)],
  ['undefine', (connection) => connection.undefine(uuid)],
];

it.each(steps)('%s is refused, and the host hears nothing of it', async (_name, step) => {
  const { connection, hypervisor, lose } = await setUp();
  const before = hypervisor.changes.length;
  lose();
  await expect(step(connection)).rejects.toThrow('another one leads');
  expect(hypervisor.changes).toHaveLength(before);
});

it('steps go through while it may', async () => {
  const { connection, hypervisor } = await setUp();
  await connection.powerOff(uuid);
  await connection.undefine(uuid);
  expect(hypervisor.changes.map(({ call }) => call)).toEqual(['define', 'start', 'powerOff', 'undefine']);
});

it('looks go through when it may not', async () => {
  const { connection, lose, host } = await setUp();
  lose();
  expect(await connection.domains()).toHaveLength(1);
  expect(await connection.domain(uuid)).toMatchObject({ power: 'Running' });
  expect(await connection.facts()).toMatchObject({ hostUUID: expect.any(String) });
  expect(await connection.guestInterfaces(uuid)).toEqual([]);
  host.dropConnections();
  expect(await connection.closed).toMatchObject({ code: 'Unreachable' });
});
