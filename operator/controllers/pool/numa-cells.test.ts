import { beforeEach, describe, expect, it } from 'vitest';
import type { NumaCell } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const gib = 2 ** 30;
const cell = (id: number, gibibytes = 32, hugePages: NumaCell['hugePages'] = []): NumaCell => ({
  ...{ id, cpus: 8, cpuSet: `${id * 8}-${id * 8 + 7}`, memoryBytes: gibibytes * gib },
  hugePages,
});

let there: World;

/** Hosts with 2 cells of 8 CPUs and 32 GiB, of which the host keeps 0.5 GiB each. */
beforeEach(async () => {
  there = await World.withHosts(2, { numaCells: [cell(0), cell(1)] });
});

async function tells(name: string, cells: NumaCell[]): Promise<void> {
  const host = there.hypervisor.host(name);
  host.facts = { ...host.facts, numaCells: cells };
  host.dropConnections();
  await there.run(5000);
}

const inOneCell = (size: string, more: object = {}) => ({
  memory: { size },
  placement: { numaPolicy: 'SingleCell', ...more },
});

async function put(name: string, spec: object): Promise<string> {
  there.putVm(name, spec);
  await there.run(10_000);
  const { hostName, numaCell } = there.vm(name).status ?? {};
  return hostName === undefined ? there.message(name, 'Scheduled') : `${hostName} ${numaCell}`;
}

const definition = (name: string) =>
  there
    .hostOf(name)
    .domains.get(there.uuid(name))
    ?.definitionXml?.replaceAll(/\s*\n\s*/g, '') ?? '';

async function restart(name: string): Promise<void> {
  there.halt(name);
  await there.run(10_000);
  there.editVm(name, (vm) => {
    vm.spec.runStrategy = 'Always';
  });
  await there.run(10_000);
}

const only = (name: string) => ({ hostSelector: { matchLabels: { only: name } } });

async function labelHosts(): Promise<void> {
  there.editPool((pool) => {
    pool.spec.staticHosts = ['h1', 'h2'].map((name) => ({ name, address: name, labels: { only: name } }));
  });
  await there.run(5000);
}

/** On h1, with nobody in the first cell any more. */
async function inSecondCell(name: string): Promise<void> {
  await put('first', inOneCell('20Gi', only('h1')));
  expect(await put(name, inOneCell('20Gi', only('h1')))).toBe('h1 1');
  there.deleteVm('first');
  await there.run(20_000);
}

describe('a VM that asks for one NUMA cell', () => {
  it('is bound to it by the write that binds it to its host, and runs in it', async () => {
    // So that the binding is seen before anything is done on the host.
    for (const host of there.hypervisor.hosts) host.slowByMs = 2000;
    there.putVm('a', inOneCell('20Gi'));
    for (let ms = 0; ms < 10_000 && !there.vm('a').status?.hostName; ms++) await there.run(1);
    expect(there.vm('a').status).toMatchObject({ numaCell: 0 });
    expect(there.vm('a').status?.powerState).toBeUndefined();
    await there.run(60_000);
    expect(definition('a')).toContain(
      '<vcpu placement="static" cpuset="0-7">1</vcpu><numatune><memory mode="strict" nodeset="0"/></numatune>',
    );
    expect(there.vm('a').status?.allocated).toMatchObject({ numaCell: 0 });
    expect(there.condition('a', 'RestartRequired')).toBe('False UpToDate');
  });

  it('fills the cells one by one, and is told when there is room only across them', async () => {
    const places: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) places.push(await put(name, inOneCell('20Gi')));
    expect(places.toSorted()).toEqual(['h1 0', 'h1 1', 'h2 0', 'h2 1']);
    expect(await put('e', inOneCell('12Gi'))).toBe(
      '0 of 2 hosts fit: 2 have the memory only across NUMA cells (nearest: h1 lacks 512Mi). It would fit without asking for one NUMA cell.',
    );
    expect(await put('f', { memory: { size: '12Gi' } })).toMatch(/^h[12] undefined$/);
  });

  it('keeps its cell when the operator starts anew, and counts in it', async () => {
    await labelHosts();
    await inSecondCell('b');
    there.forgetCalls();
    await there.restartOperator();
    await there.run(30_000);
    expect(there.writes('VirtualMachine')).toEqual([]);
    expect(there.vm('b').status?.numaCell).toBe(1);
    expect(await put('c', inOneCell('20Gi', only('h1')))).toBe('h1 0');
  });

  it('finds its cell again by its domain when its status is lost', async () => {
    await labelHosts();
    await inSecondCell('b');
    there.editVm('b', (vm) => {
      delete vm.status;
    });
    await there.run(30_000);
    expect(there.vm('b').status).toMatchObject({ hostName: 'h1', numaCell: 1 });
    expect(there.condition('b', 'RestartRequired')).toBe('False UpToDate');
  });
});

describe('a VM that has its host', () => {
  it('gets a cell there with its next start, once it asks for one, and gives it up so', async () => {
    await labelHosts();
    await put('a', inOneCell('20Gi', only('h1')));
    expect(await put('b', { memory: { size: '20Gi' }, placement: only('h1') })).toBe('h1 undefined');
    there.editVm('b', (vm) => {
      vm.spec.placement.numaPolicy = 'SingleCell';
    });
    await there.run(5000);
    expect(there.vm('b').status?.numaCell).toBe(1);
    expect(there.message('b', 'RestartRequired')).toContain(
      'spec.placement.numaPolicy (is none, shall be NUMA cell 1 with CPUs 8-15)',
    );
    await restart('b');
    expect(there.vm('b').status?.allocated).toMatchObject({ numaCell: 1 });
    there.editVm('b', (vm) => {
      vm.spec.placement.numaPolicy = 'Any';
    });
    await there.run(5000);
    expect(there.vm('b').status).not.toHaveProperty('numaCell');
    // It runs there until it is stopped.
    expect(await put('c', inOneCell('20Gi', only('h1')))).toContain('only across NUMA cells');
    await restart('b');
    await there.run(10_000);
    expect(there.vm('c').status).toMatchObject({ hostName: 'h1', numaCell: 1 });
  });

  it('does not start in a cell without room, and says what is missing', async () => {
    await labelHosts();
    await put('a', inOneCell('20Gi', only('h1')));
    await put('b', inOneCell('20Gi', only('h1')));
    await put('c', { memory: { size: '12Gi' }, placement: only('h1') });
    there.editVm('c', (vm) => {
      vm.spec.placement.numaPolicy = 'SingleCell';
    });
    await restart('c');
    expect(there.message('c', 'Ready')).toContain('Host h1 lacks 512Mi of memory in one NUMA cell');
    there.deleteVm('b');
    await there.run(120_000);
    expect(there.condition('c', 'Ready')).toBe('True Running');
    expect(there.vm('c').status?.numaCell).toBe(1);
  });

  it('is left as it is defined while its host says of its cells what cannot be', async () => {
    await put('a', inOneCell('20Gi'));
    const before = definition('a');
    await tells(there.vm('a').status?.hostName ?? '', [{ ...cell(0, 1000), cpuSet: '100-200' }]);
    there.forgetCalls();
    await there.restartOperator();
    await there.run(60_000);
    expect(definition('a')).toBe(before);
    expect(there.hypervisor.changes).toEqual([]);
    expect(there.condition('a', 'RestartRequired')).toBe('False UpToDate');
    expect(there.condition('a', 'Ready')).toBe('True Running');
  });

  it('runs on where it is when its host has other cells, and starts in one that there is', async () => {
    await labelHosts();
    await put('a', inOneCell('20Gi', only('h1')));
    await put('b', inOneCell('20Gi', only('h1')));
    await tells('h1', [cell(0, 48), cell(1, 16)]);
    await there.run(60_000);
    expect(there.vm('b').status?.numaCell).toBe(1);
    expect(there.condition('b', 'RestartRequired')).toBe('False UpToDate');
    await tells('h1', [{ ...cell(0, 64), cpus: 16, cpuSet: '0-15' }]);
    await there.run(60_000);
    expect(there.runsOn('b')).toEqual(['h1']);
    await restart('b');
    expect(there.condition('b', 'Ready')).toBe('True Running');
    expect(there.vm('b').status).toMatchObject({ numaCell: 0, allocated: { numaCell: 0 } });
  });
});

it('a cell that shrinks below its VMs is told of with them, though the host has enough', async () => {
  await labelHosts();
  const overallocated = () => findCondition(there.hostObject('h1') ?? {}, 'Overallocated');
  for (const name of ['a', 'b']) expect(await put(name, inOneCell('14Gi', only('h1')))).toBe('h1 0');
  await put('c', { memory: { size: '2Gi' }, placement: only('h1') });
  expect(overallocated()?.status).toBe('False');
  await tells('h1', [cell(0, 16), cell(1, 48)]);
  expect(overallocated()).toMatchObject({
    ...{ status: 'True', reason: 'Overallocated' },
    message: expect.stringMatching(
      /^In NUMA cell 0 of h1, shop\/a and shop\/b have 12\.3Gi of memory too much \(28Gi of 15\.8Gi\)\. They run on, and no VM comes to the cell that asks for memory\. Stop or delete VMs there, /,
    ),
  });
  expect(there.pool()?.status?.hosts?.overallocated).toBe(1);
  await tells('h1', [{ ...cell(0, 64), cpus: 16, cpuSet: '0-15' }]);
  expect(overallocated()?.status).toBe('False');
});

it('a cell is not said to have too little for what a VM asks for and its guest does not have', async () => {
  await labelHosts();
  expect(await put('a', inOneCell('14Gi', only('h1')))).toBe('h1 0');
  there.editVm('a', (vm) => {
    vm.spec.memory = { size: '40Gi' };
  });
  await there.run(120_000);
  expect(there.vm('a').status).toMatchObject({ numaCell: 0, allocated: { memory: { size: '14Gi' } } });
  expect(findCondition(there.hostObject('h1') ?? {}, 'Overallocated')?.status).toBe('False');
});

it('huge pages are of the cell, too', async () => {
  const pages = [{ pageBytes: 2 ** 21, count: 1024 }];
  await tells('h2', [cell(0), cell(1, 32, pages)]);
  const inPages = { memory: { size: '2Gi', hugePageSize: '2Mi' }, placement: { numaPolicy: 'SingleCell' } };
  expect(await put('a', inPages)).toBe('h2 1');
  expect(there.condition('a', 'Ready')).toBe('True Running');
  await tells('h2', [cell(0, 32, pages), cell(1, 32, pages)]);
  const larger = { ...inPages, memory: { size: '2050Mi', hugePageSize: '2Mi' } };
  expect(await put('b', larger)).toContain('1 lacks huge pages of 2Mi (nearest: h2 lacks 2Mi)');
  expect(there.hostObject('h2')?.status?.numaCells?.[1]).toEqual({
    ...{ id: 1, cpus: 8, cpuSet: '8-15', memory: '32Gi', hugePages: [{ size: '2Mi', count: 1024 }] },
  });
});

it('a pool that keeps more for its hosts than any number tells leaves nothing of them, nor of their cells', async () => {
  there.editPool((pool) => {
    pool.spec.hostReserved.memory = '9999999999Pi';
  });
  await there.run(5000);
  expect(await put('any', {})).toContain('2 lack memory (nearest: h1 lacks 1Gi)');
  expect(await put('one', inOneCell('1Gi'))).toContain('2 lack memory (nearest: h1 lacks 1Gi)');
});

it('a more important VM has the cell made free that it needs', async () => {
  await labelHosts();
  there.editPool((pool) => {
    pool.spec.preemption.mode = 'StopVirtualMachines';
  });
  await put('a', inOneCell('20Gi', only('h1')));
  await put('b', inOneCell('20Gi', only('h1')));
  there.putVm('c', inOneCell('24Gi', { ...only('h1'), priority: 5 }));
  await there.run(120_000);
  expect(there.vm('c').status).toMatchObject({ hostName: 'h1', powerState: 'Running' });
  const [left] = ['a', 'b'].filter((name) => there.vm(name).status?.hostName);
  expect(left && there.vm(left).status?.numaCell).toBe(1 - (there.vm('c').status?.numaCell ?? -1));
});
