import { describe, expect, it } from 'vitest';
import { compareDomain } from './compare.ts';
import type { DesiredDomain, DomainFacts } from './domain.ts';
import { planDefinition, restartRequired } from './plan.ts';
import { readDomain } from './read.ts';
import { exampleDomain } from './testing/example.ts';
import { domainXml } from './write.ts';

const facts = readDomain(domainXml(exampleDomain));
const differences = (change: Partial<DomainFacts>, desired: Partial<DesiredDomain> = {}) =>
  compareDomain({ ...exampleDomain, ...desired }, { ...facts, ...change });
const [eth0, eth1] = exampleDomain.interfaces as [
  DesiredDomain['interfaces'][0],
  DesiredDomain['interfaces'][0],
];

describe('compareDomain', () => {
  it('finds none in what was written from it', () => {
    expect(differences({})).toEqual([]);
  });

  it.each<[string, Partial<DomainFacts>, string, string]>([
    ['spec.cpu.cores', { cpuCores: 4 }, '2', '4'],
    ['spec.cpu.model', { cpuModel: 'EPYC' }, 'default', 'EPYC'],
    ['spec.machineType', { machineType: 'pc-q35-7.2' }, 'pc', 'pc-q35-7.2'],
    ['spec.memory.hugePageSize', { hugePageBytes: 2 ** 21 }, 'ordinary memory', '2Mi'],
    ['spec.memory.hugePageSize', { hugePageBytes: 0 }, 'ordinary memory', 'default'],
    [
      'spec.placement.numaPolicy',
      { numa: { nodeset: '1', mode: 'strict', cpuSet: '8-15' } },
      'none',
      'NUMA cell 1 with CPUs 8-15',
    ],
    ['spec.memory.size', { memoryBytes: 512 * 2 ** 20 }, '4Gi', '512Mi'],
    [
      'spec.kernel.name',
      { kernel: { ...exampleDomain.kernel, imagePath: '/x' } },
      '/boot/vmlinuz with /boot/initrd',
      '/x with /boot/initrd',
    ],
    [
      'spec.kernel.commandLine',
      { kernel: { ...exampleDomain.kernel, commandLine: '' } },
      'console=ttyS0 quiet',
      'none',
    ],
    ['metadata.name', { name: 'web' }, 'shop_web-1', 'web'],
    ['hypervisor', { hypervisorType: 'QEMU' }, 'KVM', 'QEMU'],
  ])('names %s', (field, change, desired, actual) => {
    expect(differences(change)).toEqual([{ field, desired, actual }]);
  });

  it.each([
    ['pc', 'pc-i440fx-6.0', 0],
    ['q35', 'pc-q35-6.0', 0],
    ['pc-q35-7.2', 'pc-q35-7.2', 0],
    ['pc-q35-7.2', 'pc-q35-6.0', 1],
    ['q35', 'pc-i440fx-7.2', 1],
  ])('takes machine %s that is %s for %i differences', (machineType, actual, count) => {
    expect(differences({ machineType: actual }, { machineType })).toHaveLength(count);
  });

  it.each([
    [{ nodeset: '0', mode: 'strict', cpuSet: '0-7' }, 0],
    [{ nodeset: '1', mode: 'strict', cpuSet: '0-7' }, 1],
    [{ nodeset: '0-1', mode: 'strict', cpuSet: '0-7' }, 1],
    [{ nodeset: '0', mode: 'preferred', cpuSet: '0-7' }, 1],
    [{ nodeset: '0', mode: 'strict', cpuSet: '0-15' }, 1],
    [{ nodeset: '0', mode: 'strict', cpuSet: '' }, 1],
  ])('takes %j for NUMA cell 0 with CPUs 0-7 with %i differences', (numa, count) => {
    expect(differences({ numa }, { numa: { cell: 0, cpuSet: '0-7' } })).toHaveLength(count);
  });

  it('names a domain that boots otherwise', () => {
    const { kernel: _, ...without } = facts;
    const fields = compareDomain(exampleDomain, without).map(({ field }) => field);
    expect(fields).toEqual(['spec.kernel.name', 'spec.kernel.commandLine']);
  });

  it('names an owner that is older, somebody else, or nobody', () => {
    const { owner, ...without } = facts;
    const old = owner && { ...owner, placementGeneration: 1 };
    for (const other of [{ ...without, ...(old ? { owner: old } : {}) }, without]) {
      expect(compareDomain(exampleDomain, other).map(({ field }) => field)).toEqual(['metadata']);
    }
  });

  it.each<[string, DomainFacts['interfaces'], [string, string, string][]]>([
    ['a missing interface', [eth0], [['spec.interfaces[eth1]', '52:54:00:00:00:02 on bridge br1', 'none']]],
    [
      'a surplus one',
      [eth0, eth1, { macAddress: 'aa', bridge: 'br9' }],
      [['spec.interfaces[aa]', 'none', 'aa on bridge br9']],
    ],
    ['another bridge', [{ ...eth0, bridge: 'br9' }, eth1], [['spec.interfaces[eth0].network', 'br0', 'br9']]],
    [
      'no bridge',
      [{ name: 'eth0', macAddress: eth0.macAddress }, eth1],
      [['spec.interfaces[eth0].network', 'br0', 'none']],
    ],
    [
      'another MAC address',
      [{ ...eth0, macAddress: 'aa' }, eth1],
      [['spec.interfaces[eth0].macAddress', eth0.macAddress, 'aa']],
    ],
    [
      'a lost name',
      [{ macAddress: eth0.macAddress, bridge: 'br0' }, eth1],
      [['spec.interfaces[eth0].name', 'eth0', 'none']],
    ],
    ['another order', [eth1, eth0], [['spec.interfaces', 'eth0, eth1', 'eth1, eth0']]],
  ])('tells of %s', (_, interfaces, expected) => {
    expect(differences({ interfaces })).toEqual(
      expected.map(([field, desired, actual]) => ({ field, desired, actual })),
    );
  });

  it('tells swapped MAC addresses from swapped interfaces', () => {
    const swapped = [
      { ...eth0, macAddress: eth1.macAddress },
      { ...eth1, macAddress: eth0.macAddress },
    ];
    expect(differences({ interfaces: swapped }).map(({ field }) => field)).toEqual([
      'spec.interfaces[eth0].macAddress',
      'spec.interfaces[eth1].macAddress',
    ]);
  });
});

describe('planDefinition', () => {
  const definitionXml = domainXml(exampleDomain);

  it('defines what is missing, and what runs without a definition', () => {
    expect(planDefinition(exampleDomain)).toEqual({ kind: 'define', because: 'missing' });
    const transient = { persistent: false, definitionXml, liveXml: definitionXml };
    expect(planDefinition(exampleDomain, transient)).toEqual({ kind: 'define', because: 'missing' });
  });

  it('keeps what is as it should be, whatever runs', () => {
    const liveXml = domainXml({ ...exampleDomain, cpuCores: 8 });
    expect(planDefinition(exampleDomain, { persistent: true, definitionXml, liveXml })).toEqual({
      kind: 'keep',
    });
  });

  it('says why it defines', () => {
    const because = [{ field: 'spec.cpu.cores', desired: '3', actual: '2' }];
    const plan = planDefinition({ ...exampleDomain, cpuCores: 3 }, { persistent: true, definitionXml });
    expect(plan).toEqual({ kind: 'define', because });
  });
});

describe('restartRequired', () => {
  const definitionXml = domainXml(exampleDomain);
  const running = (change: Partial<DesiredDomain>) => ({
    ...{ persistent: true, definitionXml, liveXml: domainXml({ ...exampleDomain, ...change }) },
  });

  it('names what the guest does not have yet', () => {
    expect(restartRequired(exampleDomain, running({ cpuCores: 1 }))).toEqual([
      { field: 'spec.cpu.cores', desired: '2', actual: '1' },
    ]);
  });

  it('is for nobody who does not run, and not for the placement', () => {
    expect(restartRequired({ ...exampleDomain, cpuCores: 9 }, { persistent: true, definitionXml })).toEqual(
      [],
    );
    const owner = { ...exampleDomain.owner, placementGeneration: 1 };
    expect(restartRequired(exampleDomain, running({ owner }))).toEqual([]);
  });
});
