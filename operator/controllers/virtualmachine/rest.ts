import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { domainNameOf, domainUuidOf } from '../../domain/identity.ts';
import type { DomainSummary } from '../../hypervisor/hypervisor.ts';
import type { Stores } from '../stores.ts';

/** A VM that is as it should be is looked at this often; what a host's list of its domains shows is found much earlier. */
export const restMs = 30 * 60_000;
/** Just after a look there is no need for another one. */
const soonestMs = 60_000;

/**
 * How long the VM may be left alone from `nowMs` on, in milliseconds. Its uuid decides at which moment of each half hour
 * it is looked at, so the looks are spread evenly even after a start, or a reconnect of a host, that has made all of them
 * at once.
 */
export function restFor(vm: VirtualMachine, nowMs: number): number {
  const phase = Number.parseInt(domainUuidOf(vm).slice(0, 8), 16) / 2 ** 32;
  const sinceItsMoment = (((nowMs - phase * restMs) % restMs) + restMs) % restMs;
  const untilItsMoment = restMs - sinceItsMoment;
  return untilItsMoment < soonestMs ? untilItsMoment + restMs : untilItsMoment;
}

/**
 * The VMs of which a host's list of all its domains tells something else than their status: what no event told, and what
 * is being dealt with just now.
 */
export function restless(
  stores: Stores,
  hostName: string,
  domains: readonly DomainSummary[],
): VirtualMachine[] {
  const { virtualMachines } = stores;
  const bound = virtualMachines.byIndex('host', hostName);
  const uuids = new Map(bound.map((vm) => [domainUuidOf(vm), vm]));
  const listed = new Map(domains.map((domain) => [domain.uuid, domain]));
  const changed = [...uuids].filter(([uuid, vm]) => differs(vm, listed.get(uuid))).map(([, vm]) => vm);
  const strayed = domains
    .filter(({ uuid, power }) => power !== 'Stopped' && !uuids.has(uuid))
    .flatMap(({ uuid }) => virtualMachines.byIndex('domain', uuid));
  return [...changed, ...strayed];
}

/** A VM without a power state has had no domain yet: its first reconcile is still under way. */
function differs(vm: VirtualMachine, domain: DomainSummary | undefined): boolean {
  const powerState = vm.status?.powerState;
  if (powerState === undefined) return false;
  if (!domain?.persistent) return true;
  return domain.power !== powerState || domain.name !== domainNameOf(vm);
}
