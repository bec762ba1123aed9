import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { namedResource, nameOf, type Resources } from '../../placement/model/resources.ts';
import { type Labels, matches } from '../../placement/model/selector.ts';

/** What a host with these labels has of the resources that its pool names, in placement's words. */
export function namedLimits(
  pool: HostPool | undefined,
  labels: Readonly<Record<string, string>> = {},
): Resources {
  const limits: Record<string, number> = {};
  for (const { name, hostSelector = {}, perHost } of pool?.spec.resources ?? []) {
    if (matches(hostSelector, labels)) limits[namedResource(name)] ??= perHost;
  }
  return limits;
}

/** What the VM asks of them. */
export function namedRequests({ spec }: VirtualMachine): Resources {
  return Object.fromEntries((spec.resources ?? []).map(({ name, count }) => [namedResource(name), count]));
}

/** That no host of the pool has any of what the VM asks for, and whether the pool names it; empty when one has. */
export function resourcesOfNoHost(
  vm: VirtualMachine,
  pool: HostPool,
  hosts: readonly { labels: Labels }[],
): string {
  const unknown = unknownResources(vm, pool);
  if (unknown) return unknown;
  const limits = hosts.map(({ labels }) => namedLimits(pool, labels));
  const unoffered = Object.keys(namedRequests(vm)).filter((key) => !limits.some((one) => key in one));
  if (hosts.length === 0 || unoffered.length === 0) return '';
  const names = unoffered.map(nameOf).join(' and ');
  return `spec.resources of HostPool ${pool.metadata.name} gives ${names} to none of its hosts. Correct the hostSelector there, or label hosts as it asks.`;
}

/** That the pool does not name what the VM asks for; empty when it does. */
function unknownResources({ spec }: VirtualMachine, { metadata, spec: { resources } }: HostPool): string {
  const known = [...new Set((resources ?? []).map(({ name }) => name))].sort();
  const unknown = (spec.resources ?? []).map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return '';
  const [has, wayOut] =
    known.length === 0
      ? ['no resources', 'Add']
      : [`resources ${known.join(', ')}`, 'Name one of them, or add'];
  return `spec.resources asks for ${unknown.join(' and ')}, but HostPool ${metadata.name} has ${has}. ${wayOut} it to spec.resources of the HostPool.`;
}
