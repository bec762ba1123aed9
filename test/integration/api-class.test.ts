import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { accepted, refusal, virtualMachine, virtualMachineClass, withCrds } from './api-objects.ts';

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await withCrds(inject('controlPlaneDir'));
});

const classRef = { name: 'medium' };

describe('the API server refuses', () => {
  it.each([
    [
      'a VM of a class with CPUs of its own',
      virtualMachine({ classRef, memory: undefined, cpu: { cores: 2 } }),
      'spec.cpu.cores: Forbidden: the class in classRef gives the number of CPUs: leave out cpu.cores, or classRef',
    ],
    [
      'a VM of a class with memory of its own',
      virtualMachine({ classRef }),
      'spec.memory.size: Forbidden: the class in classRef gives the memory: leave out memory.size, or classRef',
    ],
    [
      'a VM of a class with huge pages of its own',
      virtualMachine({ classRef, memory: { hugePageSize: '2Mi' } }),
      'spec.memory.hugePageSize: Forbidden: the class in classRef gives the memory: leave out memory.hugePageSize, or classRef',
    ],
    [
      'a class of half a huge page',
      virtualMachineClass({ memory: { size: '512Mi', hugePageSize: '1Gi' } }),
      'spec.memory.size: Invalid value: size must be a multiple of hugePageSize, such as 4Gi',
    ],
    [
      'a class that shares its huge pages',
      virtualMachineClass({
        memory: { size: '1Gi', hugePageSize: '1Gi' },
        overcommit: { memoryPercent: 200 },
      }),
      'spec.overcommit.memoryPercent: Forbidden: nobody shares huge pages: leave out overcommit.memoryPercent, or memory.hugePageSize',
    ],
    ['a class without CPUs', virtualMachineClass({ cpu: undefined }), 'spec.cpu: Required value'],
    ['a class without memory', virtualMachineClass({ memory: {} }), 'spec.memory.size: Required value'],
    [
      'a class of absurd memory',
      virtualMachineClass({ memory: { size: '1Pi' } }),
      'spec.memory.size: Invalid value: "1Pi": must be from 16Mi to 16Ti',
    ],
    [
      'an over-commit of nothing',
      virtualMachineClass({ overcommit: { cpuPercent: 0 } }),
      'spec.overcommit.cpuPercent: Invalid value: 0: spec.overcommit.cpuPercent in body should be greater than or equal to 1',
    ],
  ])('%s', async (_name, manifest, text) => {
    expect(await refusal(controlPlane, manifest)).toContain(text);
  });
});

it.each(['1.5Gi', '1536Mi', '1610612736', '16Ti', '104857.6k'])(
  'memory of %s can be in huge pages of 2Mi',
  async (size) => {
    const memory = { size, hugePageSize: '2Mi' };
    expect((await accepted(controlPlane, virtualMachineClass({ memory }))).spec).toMatchObject({ memory });
  },
);

it('a VirtualMachine of a class has no size of its own, and a class has no defaults', async () => {
  const { spec } = await accepted(controlPlane, virtualMachine({ classRef, memory: undefined }));
  expect(spec).toMatchObject({ classRef });
  expect(spec).not.toHaveProperty('cpu');
  const vmClass = virtualMachineClass({ overcommit: { cpuPercent: 100 } });
  expect((await accepted(controlPlane, vmClass)).spec).toEqual(vmClass.spec);
});
