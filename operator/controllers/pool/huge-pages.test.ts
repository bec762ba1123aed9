import { beforeEach, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';

let there: World;

/** Hosts of 64 GiB: h1 without huge pages, h2 with 1 GiB and h3 with 4 GiB in pages of 2 MiB, h3 with one of 1 GiB. */
beforeEach(async () => {
  there = await World.withHosts(3);
  await setAside('h2', { '2Mi': 512 });
  await setAside('h3', { '2Mi': 2048, '1Gi': 1 });
});

async function setAside(name: string, pages: { '2Mi'?: number; '1Gi'?: number }): Promise<void> {
  const host = there.hypervisor.host(name);
  const [cell] = host.facts.numaCells;
  if (!cell) throw new Error('fake hosts have a cell');
  const hugePages = [
    { pageBytes: 2 ** 21, count: pages['2Mi'] ?? 0 },
    { pageBytes: 2 ** 30, count: pages['1Gi'] ?? 0 },
  ];
  host.facts = {
    ...host.facts,
    numaCells: [{ ...cell, hugePages: hugePages.filter(({ count }) => count > 0) }],
  };
  host.dropConnections();
  await there.run(5000);
}

async function placed(name: string, size: string, hugePageSize?: '2Mi' | '1Gi'): Promise<string> {
  there.putVm(name, { memory: { size, hugePageSize } });
  await there.run(10_000);
  return there.vm(name).status?.hostName ?? there.message(name, 'Scheduled');
}

const definition = (name: string) =>
  there
    .hostOf(name)
    .domains.get(there.uuid(name))
    ?.definitionXml?.replaceAll(/\s*\n\s*/g, '') ?? '';

it('a VM goes to a host that has set its pages aside, and runs in them', async () => {
  expect(await placed('a', '1Gi', '1Gi')).toBe('h3');
  expect(await placed('b', '2Gi', '2Mi')).toBe('h3');
  expect(definition('a')).toContain(
    '<memoryBacking><hugepages><page size="1048576" unit="KiB"/></hugepages></memoryBacking>',
  );
  expect(there.condition('b', 'Ready')).toBe('True Running');
  expect(there.vm('b').status).toMatchObject({
    size: { memory: { size: '2Gi', hugePageSize: '2Mi' } },
    allocated: { memory: { size: '2Gi', hugePageSize: '2Mi' } },
  });
});

it('what hosts lack of pages is told as any other resource', async () => {
  await placed('a', '4Gi', '2Mi');
  await placed('b', '1Gi', '2Mi');
  expect(await placed('c', '512Mi', '2Mi')).toBe(
    '0 of 3 hosts fit: 2 lack huge pages of 2Mi (nearest: h2 lacks 512Mi), 1 has no huge pages of 2Mi. It would fit with 512Mi in huge pages of 2Mi more free on h2.',
  );
  await setAside('h2', { '2Mi': 768 });
  expect(there.vm('c').status?.hostName).toBe('h2');
});

it('pages that are set aside are lost to VMs with ordinary memory, and no VM takes of both', async () => {
  await placed('a', '4Gi', '2Mi');
  expect(there.hostObject('h3')?.status).toMatchObject({
    capacity: { memory: '64Gi' },
    allocatable: { memory: '58Gi' },
    allocated: { memory: '0' },
    resources: [
      { name: 'hugepages-1Gi', allocatable: '1Gi', allocated: '0' },
      { name: 'hugepages-2Mi', allocatable: '4Gi', allocated: '4Gi' },
    ],
    numaCells: [
      {
        hugePages: [
          { size: '2Mi', count: 2048 },
          { size: '1Gi', count: 1 },
        ],
      },
    ],
  });
  const ofPool = there.pool()?.status?.resources?.find(({ name }) => name === 'hugepages-2Mi');
  expect(ofPool).toEqual({
    ...{ name: 'hugepages-2Mi', capacity: '5Gi', allocatable: '5Gi' },
    ...{ allocated: '4Gi', largestFree: '1Gi' },
  });
  expect(await placed('b', '59Gi')).not.toBe('h3');
});

it('other pages are taken with the next start, when the host has them', async () => {
  await placed('a', '4Gi', '2Mi');
  there.editVm('a', (vm) => {
    vm.spec.memory = { size: '2Gi', hugePageSize: '1Gi' };
  });
  await there.run(5000);
  expect(there.message('a', 'RestartRequired')).toContain('spec.memory.hugePageSize (is 2Mi, shall be 1Gi)');
  there.halt('a');
  await there.run(10_000);
  there.editVm('a', (vm) => {
    vm.spec.runStrategy = 'Always';
  });
  await there.run(10_000);
  expect(there.condition('a', 'Ready')).toBe('False HostFull');
  expect(there.message('a', 'Ready')).toContain(
    'Host h3 lacks 1Gi in huge pages of 1Gi for what the VM asks for now; it ran with 1 cores and 4Gi in huge pages of 2Mi.',
  );
  await setAside('h3', { '1Gi': 2 });
  await there.run(120_000);
  expect(there.condition('a', 'Ready')).toBe('True Running');
});

it('after a start of the operator a host that is not there yet is counted as it told itself', async () => {
  await placed('a', '4Gi', '2Mi');
  there.editPool((pool) => {
    pool.spec.failureReserve = { failures: 1, topologyKey: 'kubernetes.io/hostname' };
  });
  await there.run(5000);
  const before = there.pool()?.status;
  there.hypervisor.host('h3').goDown();
  await there.run(60_000);
  expect(there.hostObject('h3')?.status?.resources).toHaveLength(2);
  there.hypervisor.host('h3').heal();
  await there.run(60_000);
  there.forgetCalls();
  await there.restartOperator();
  await there.run(30_000);
  expect(there.pool()?.status).toEqual(before);
  expect(there.writes('HostPool')).toEqual([]);
});
