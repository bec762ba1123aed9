import type { AuditedWrite } from '../../../hack/control-plane/audit.ts';

/** Writes to one VirtualMachine up to and with `until` (milliseconds since the epoch), whatever came of them. */
export function writesTo(
  writes: readonly AuditedWrite[],
  vm: { namespace: string; name: string },
  until: number,
): AuditedWrite[] {
  return writes.filter(
    ({ resource, namespace, name, time }) =>
      resource === 'virtualmachines' &&
      namespace === vm.namespace &&
      name === vm.name &&
      Date.parse(time) <= until,
  );
}

/** For people who wonder what a write was: `patch virtualmachines/status vm-1 (409)`. */
export function describeWrite({ verb, resource, subresource, name, code }: AuditedWrite): string {
  const what = `${verb} ${resource}${subresource ? `/${subresource}` : ''} ${name ?? ''}`.trim();
  return code >= 300 ? `${what} (${code})` : what;
}

/** Events about one VM, which are named after it. */
export function eventsOf(writes: readonly AuditedWrite[], vm: { namespace: string; name: string }): number {
  return writes.filter(
    ({ resource, namespace, name }) =>
      resource === 'events' && namespace === vm.namespace && name?.startsWith(`${vm.name}.`),
  ).length;
}

/** Writes of any kind but Leases between two times. */
export function writesBetween(writes: readonly AuditedWrite[], from: number, to: number): AuditedWrite[] {
  return writes.filter(({ resource, time }) => {
    const at = Date.parse(time);
    return resource !== 'leases' && at > from && at <= to;
  });
}
