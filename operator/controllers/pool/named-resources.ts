import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { Resources } from '../../placement/model/resources.ts';
import { matches } from '../../placement/model/selector.ts';

/** VMs that ask for none of it leave hosts that have it to others. */
const prefix = 'device/';

/** What a host with these labels has of the resources that its pool names, in placement's words. */
export function namedLimits(
  pool: HostPool | undefined,
  labels: Readonly<Record<string, string>> = {},
): Resources {
  const limits: Record<string, number> = {};
  for (const { name, hostSelector = {}, perHost } of pool?.spec.resources ?? []) {
    if (matches(hostSelector, labels)) limits[`${prefix}${name}`] ??= perHost;
  }
  return limits;
}

/** What the VM asks of them. */
export function namedRequests({ spec }: VirtualMachine): Resources {
  return Object.fromEntries((spec.resources ?? []).map(({ name, count }) => [`${prefix}${name}`, count]));
}

/** That the pool has none of what the VM asks for, wherever it would be; empty when it has. */
export function unknownResources(
  { spec }: VirtualMachine,
  { metadata, spec: { resources } }: HostPool,
): string {
  const known = [...new Set((resources ?? []).map(({ name }) => name))].sort();
  const unknown = (spec.resources ?? []).map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return '';
  const [has, wayOut] =
    known.length === 0
      ? ['no resources', 'Add']
      : [`resources ${known.join(', ')}`, 'Name one of them, or add'];
  return `spec.resources asks for ${unknown.join(' and ')}, but HostPool ${metadata.name} has ${has}. ${wayOut} it to spec.resources of the HostPool.`;
}
