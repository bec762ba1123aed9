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

it('a VirtualMachine of a class has no size of its own, and a class has no defaults', async () => {
  const { spec } = await accepted(controlPlane, virtualMachine({ classRef, memory: undefined }));
  expect(spec).toMatchObject({ classRef });
  expect(spec).not.toHaveProperty('cpu');
  const vmClass = virtualMachineClass({ overcommit: { cpuPercent: 100 } });
  expect((await accepted(controlPlane, vmClass)).spec).toEqual(vmClass.spec);
});
