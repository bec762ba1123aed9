import { amount, type WorkloadHost, type WorkloadVm } from '../workload/model.ts';
import type { Fault } from './fault.ts';
import { hasAll, type World } from './world.ts';

/** Each dimension that the VM asks for, against what all VMs on the host leave of it. */
export function capacity(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  return Object.keys(vm.requests).flatMap((dimension) => {
    const missing = amount(vm.requests, dimension) - world.free(host, dimension);
    if (missing <= 0) return [];
    return [{ rule: 'capacity', vm: vm.id, text: `${host.name} lacks ${missing} of ${dimension}` }];
  });
}

/** The host has the labels that the VM asks for. */
export function selector(_: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  if (hasAll(host.labels, vm.hostLabels ?? {})) return [];
  return [{ rule: 'selector', vm: vm.id, text: `${host.name} lacks ${JSON.stringify(vm.hostLabels)}` }];
}

/** The VM tolerates each taint of the host. */
export function taint(_: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  const offending = (host.taints ?? []).find(
    ({ key, value }) => !vm.tolerations?.some((other) => other.key === key && other.value === value),
  );
  if (!offending) return [];
  return [{ rule: 'taint', vm: vm.id, text: `${host.name} has ${offending.key}=${offending.value}` }];
}
