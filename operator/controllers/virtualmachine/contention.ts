import type { VirtualMachine, VirtualMachineStatus } from '../../api/virtualmachine.ts';
import { keyOf } from '../../kube/object.ts';
import type { Contention } from '../../placement/happiness/contention.ts';
import { fails, holds, type Verdict } from '../conditions.ts';
import type { Scope } from './scope.ts';

type Told = VirtualMachineStatus['contention'];

/** What the VM's status tells that it lacks, in parts of 1. */
export function lackOf(vm: VirtualMachine | undefined): Contention | undefined {
  const told = vm?.status?.contention;
  return told && { cpu: told.cpuPercent / 100, memory: told.memoryPercent / 100 };
}

/** What the status is to tell. While it is not known anew, what was told stands; a guest that does not run lacks nothing. */
export function contention({ vm, env, observed, looked }: Scope): Told {
  const hostName = vm.status?.hostName;
  if (hostName === undefined || (looked && observed?.power !== 'Running')) return undefined;
  const lacks = env.measurements.happiness.lacks(hostName, keyOf(vm));
  if (!lacks) return vm.status?.contention;
  if (lacks.cpu === 0 && lacks.memory === 0) return undefined;
  return { cpuPercent: Math.round(lacks.cpu * 100), memoryPercent: Math.round(lacks.memory * 100) };
}

export function contended(scope: Scope): Verdict {
  const told = contention(scope);
  if (!told) return fails('Content', 'The VM gets what it asks for, as far as its host tells.');
  const { cpuPercent, memoryPercent } = told;
  const parts = [
    ...(cpuPercent > 0
      ? [`waits for one for at least ${cpuPercent} % of the time that it wants processors`]
      : []),
    ...(memoryPercent > 0
      ? [`misses memory that its balloon has taken, by at least ${memoryPercent} %`]
      : []),
  ];
  const reason = memoryPercent > cpuPercent ? 'MemoryContended' : 'CPUContended';
  return holds(reason, `On host ${scope.vm.status?.hostName} the VM ${parts.join(', and ')}.`);
}
