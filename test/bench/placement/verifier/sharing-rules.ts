import type { WorkloadHost, WorkloadVm } from '../workload/model.ts';
import type { Fault } from './fault.ts';
import { domainOf, type World } from './world.ts';

/** All VMs on the host are under the same exclusive rules as this one. */
export function exclusive(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  const own = circleOf(world, vm);
  const stranger = world.on(host.name).find((other) => circleOf(world, other.vm) !== own);
  if (!stranger) return [];
  return [{ rule: 'exclusive', vm: vm.id, text: `on ${host.name} it is with ${stranger.vm.id}` }];
}

const circleOf = (world: World, vm: WorkloadVm) =>
  JSON.stringify(
    world
      .rulesFor(vm)
      .filter((rule) => rule.exclusive)
      .map(({ namespace, name }) => [namespace, name]),
  );

/** With the VM its rule's VMs are in no more domains than they may be. */
export function domainLimit(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  return world.rulesFor(vm).flatMap((rule) =>
    (rule.domainLimits ?? []).flatMap(({ topologyKey, maxDomains }) => {
      const members = world.select(rule.namespace, rule.selects);
      const used = new Set(
        [...members.map((one) => one.host), host].map((one) => domainOf(one, topologyKey)),
      );
      if (used.size <= maxDomains) return [];
      const text = `on ${host.name} it is in domain ${used.size} of rule ${rule.name}`;
      return [{ rule: 'domain-limit', vm: vm.id, text }];
    }),
  );
}
