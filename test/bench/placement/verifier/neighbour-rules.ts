import type { AffinityTerm, WorkloadHost, WorkloadRule, WorkloadVm } from '../workload/model.ts';
import type { Fault } from './fault.ts';
import { selector, taint } from './host-rules.ts';
import { domainOf, hasAll, type Placed, type World } from './world.ts';

/** A rule over a topology key can only hold where the host is in one of the key's domains. */
export function topology(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  const terms = world
    .rulesFor(vm)
    .flatMap((rule) => [
      ...(rule.antiAffinity ?? []),
      ...(rule.affinity ?? []),
      ...(rule.spread ?? []),
      ...(rule.domainLimits ?? []),
    ]);
  const missing = terms.find(({ topologyKey }) => domainOf(host, topologyKey) === undefined);
  if (!missing) return [];
  return [{ rule: 'topology', vm: vm.id, text: `${host.name} lacks the label ${missing.topologyKey}` }];
}

/** Nobody is there whom the VM keeps away from, and nobody who keeps away from the VM. */
export function antiAffinity(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  const own = world
    .rulesFor(vm)
    .flatMap((rule) =>
      (rule.antiAffinity ?? []).flatMap((term) => together(othersOf(world, rule, term), term, host)),
    );
  const theirs = world
    .rulesOf(vm.namespace)
    .flatMap((rule) =>
      (rule.antiAffinity ?? [])
        .filter(({ others }) => others && hasAll(vm.labels, others))
        .flatMap((term) => together(world.select(rule.namespace, rule.selects), term, host)),
    );
  return [...own, ...theirs].map((other) => ({
    ...{ rule: 'anti-affinity', vm: vm.id, text: `on ${host.name} it is with ${other.vm.id}` },
  }));
}

/** Somebody is there whom the VM is to be with; the first of those that are to be together may go anywhere. */
export function affinity(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  return world.rulesFor(vm).flatMap((rule) =>
    (rule.affinity ?? []).flatMap((term) => {
      const others = othersOf(world, rule, term);
      const isFirst = others.length === 0 && hasAll(vm.labels, term.others ?? rule.selects);
      if (isFirst || together(others, term, host).length > 0) return [];
      return [{ rule: 'affinity', vm: vm.id, text: `on ${host.name} it is with none of rule ${rule.name}` }];
    }),
  );
}

/** With the VM its domain has no more of the rule's VMs than the skew allows beyond the emptiest it may go to. */
export function spread(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  return world.rulesFor(vm).flatMap((rule) =>
    (rule.spread ?? []).flatMap(({ topologyKey, maxSkew }) => {
      const members = world.select(rule.namespace, rule.selects);
      const count = (domain: string | undefined) =>
        members.filter((member) => domainOf(member.host, topologyKey) === domain).length;
      const fewest = Math.min(...[...reachable(world, vm, topologyKey)].map(count));
      const skew = count(domainOf(host, topologyKey)) + 1 - fewest;
      if (skew <= maxSkew) return [];
      return [{ rule: 'spread', vm: vm.id, text: `on ${host.name} rule ${rule.name} has a skew of ${skew}` }];
    }),
  );
}

const othersOf = (world: World, rule: WorkloadRule, { others }: AffinityTerm) =>
  world.select(rule.namespace, others ?? rule.selects);

/** Those of the VMs that are in the host's domain. */
function together(others: readonly Placed[], { topologyKey }: AffinityTerm, host: WorkloadHost): Placed[] {
  const domain = domainOf(host, topologyKey);
  return domain === undefined ? [] : others.filter((other) => domainOf(other.host, topologyKey) === domain);
}

/** Domains with a host whose labels and taints let the VM in, whatever room there is. */
function reachable(world: World, vm: WorkloadVm, topologyKey: string): Set<string> {
  const domains = new Set<string>();
  for (const host of world.hosts.values()) {
    const domain = domainOf(host, topologyKey);
    if (domain === undefined || domains.has(domain)) continue;
    if (selector(world, vm, host).length === 0 && taint(world, vm, host).length === 0) domains.add(domain);
  }
  return domains;
}
