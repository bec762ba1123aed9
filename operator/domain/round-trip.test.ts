import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareDomain } from './compare.ts';
import { desiredDomain } from './desired.ts';
import type { DesiredDomain } from './domain.ts';
import { planDefinition, restartRequired } from './plan.ts';
import { readDomain } from './read.ts';
import { type DomainCase, domainCase } from './testing/arbitrary-vm.ts';
import { domainXml } from './write.ts';

function desiredOf({ vm, pool, hypervisorType, cell }: DomainCase): DesiredDomain {
  const result = desiredDomain(vm, pool, hypervisorType, undefined, cell);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.domain;
}

it('any VM is written to XML and read back without a difference', () => {
  fc.assert(
    fc.property(domainCase, (drawn) => {
      const desired = desiredOf(drawn);
      const facts = readDomain(domainXml(desired));
      expect(compareDomain(desired, facts)).toEqual([]);
      expect(facts).toEqual({
        ...{ uuid: desired.uuid, name: desired.name, owner: desired.owner, cpuCores: desired.cpuCores },
        ...{ hypervisorType: desired.hypervisorType, machineType: desired.machineType },
        ...(desired.cpuModel === undefined ? {} : { cpuModel: desired.cpuModel }),
        ...(desired.numa
          ? { numa: { nodeset: `${desired.numa.cell}`, mode: 'strict', cpuSet: desired.numa.cpuSet } }
          : {}),
        ...(desired.hugePageBytes === undefined ? {} : { hugePageBytes: desired.hugePageBytes }),
        ...{ memoryBytes: desired.memoryBytes, kernel: desired.kernel, interfaces: desired.interfaces },
      });
    }),
    { numRuns: 300 },
  );
});

it('a domain that is as any VM wants it is left alone', () => {
  fc.assert(
    fc.property(domainCase, (drawn) => {
      const desired = desiredOf(drawn);
      const xml = domainXml(desired);
      const observed = { persistent: true, definitionXml: xml, liveXml: xml };
      expect(planDefinition(desired, observed)).toEqual({ kind: 'keep' });
      expect(restartRequired(desired, observed)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('any change of a VM is a difference, and is gone once defined', () => {
  fc.assert(
    fc.property(domainCase, domainCase, (before, after) => {
      const [old, desired] = [desiredOf(before), desiredOf(after)];
      fc.pre(old.uuid !== desired.uuid && old.owner.uid !== desired.owner.uid);
      expect(compareDomain(desired, readDomain(domainXml(old)))).not.toEqual([]);
    }),
    { numRuns: 100 },
  );
});
