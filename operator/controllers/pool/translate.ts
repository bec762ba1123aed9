import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { HostFacts } from '../../hypervisor/hypervisor.ts';
import { keyOf } from '../../kube/object.ts';
import type { Placement } from '../../placement/model/decision.ts';
import type { HostState } from '../../placement/model/host.ts';
import { guestMemoryOf, type PlacedVm, type VmState } from '../../placement/model/vm.ts';
import { cellLimits, factsOnRecord, hostLimits } from '../host/capacity.ts';
import type { HostLink } from '../host/connections.ts';
import { replacedMachine } from '../host/identity.ts';
import { soundFacts } from '../host/implausible.ts';
import { schedulable } from '../host/schedulable.ts';
import { taintsOf } from '../host/taints.ts';
import type { Node } from '../hostpool/membership.ts';
import { type Counting, countedVm, guestMemoryBytes, heldBy } from './counting.ts';
import { namedLimits, namedRequests } from './named-resources.ts';
import { hardwareOffers, needsOf, offersOf } from './offers.ts';

/** A VirtualMachine in placement's words. */
export function vmState(vm: VirtualMachine, counting: Counting): VmState {
  const needs = counting.pool ? needsOf(vm, counting.pool) : [];
  const requests = { ...countedVm(vm, counting), ...namedRequests(vm) };
  return {
    id: keyOf(vm),
    namespace: vm.metadata.namespace ?? '',
    labels: vm.metadata.labels ?? {},
    ...createdAt(vm),
    ...{ requests, ...guestMemory(requests, guestMemoryBytes(vm, counting)) },
    ...hostRules(vm.spec.placement),
    ...(needs.length > 0 ? { needs } : {}),
  };
}

/** Only where requests do not say it: there are as many of these as VMs. */
function guestMemory(requests: VmState['requests'], bytes: number): Pick<VmState, 'guestMemoryBytes'> {
  return bytes === guestMemoryOf({ requests }) ? {} : { guestMemoryBytes: bytes };
}

/** Nothing where the API server has not said it. */
function createdAt({ metadata }: VirtualMachine): { createdAt?: number } {
  const at = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(at) ? {} : { createdAt: at };
}

/** A VM on its host: in the cell that it is to have there, or still runs in although it wants none any more. */
export function placedVm(vm: VirtualMachine, counting: Counting, { host, cell }: Placement): PlacedVm {
  const state = vmState(vm, counting);
  const held = heldBy(vm)?.numaCell;
  const known = cell ?? vm.status?.numaCell ?? held;
  return {
    ...{ ...state, host },
    ...(known === undefined ? {} : { cell: known }),
    ...(held === undefined ? {} : { oneCell: true }),
    ...(vm.status?.powerState === 'Stopped' ? { isStopped: true } : {}),
  };
}

/** Whether VMs of the pool are the same in placement's words as before, and everybody knows of them who knew before. */
export function isCountedAlike({ spec: before }: HostPool, { spec: after }: HostPool): boolean {
  const bearing = (spec: HostPool['spec']) =>
    JSON.stringify([spec.overcommit, spec.networks, spec.kernels, spec.shares, spec.failureReserve]);
  return bearing(before) === bearing(after);
}

/** What the VM itself asks of its host. */
function hostRules({
  hostSelector,
  hostAffinity,
  tolerations,
  priority,
  numaPolicy,
}: VirtualMachine['spec']['placement']): Partial<VmState> {
  const { required, preferred = [] } = hostAffinity ?? {};
  const affinity = {
    ...(required ? { required } : {}),
    preferred: preferred.map(({ hostSelector: selector, weight }) => ({ selector, weight })),
  };
  return {
    ...(hostSelector ? { hostSelector } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(hostAffinity ? { hostAffinity: affinity } : {}),
    ...(tolerations ? { tolerations } : {}),
    ...(numaPolicy === 'SingleCell' ? { oneCell: true } : {}),
  };
}

export interface HostView {
  host: Host;
  pool: HostPool | undefined;
  node: Node | undefined;
  link: HostLink | undefined;
  /** Another host with the same uuid, if any. */
  twin: string | undefined;
}

/** A Host in placement's words; its limits are 0 until it has told its facts. */
export function hostState({ host, pool, node, link, twin }: HostView): HostState {
  const facts = soundFacts(link);
  const limits = pool && facts ? hostLimits(pool, facts) : { cpu: 0, memory: 0 };
  const labels = host.metadata.labels ?? {};
  // Of a host that is not connected yet as well: where VMs may go, and in which cells, if others failed does not change by that.
  const known = facts ?? factsOnRecord(host);
  return {
    name: host.metadata.name,
    pool: host.spec.hostPoolRef.name,
    labels,
    available: availability({ host, pool, node, link, twin }),
    taints: taintsOf(host, pool, node),
    offers: offers(known, pool ? offersOf(pool, labels) : []),
    limits: { ...limits, ...namedLimits(pool, labels) },
    ...(pool && known ? { cells: cellLimits(pool, known) } : {}),
  };
}

function offers(facts: Pick<HostFacts, 'guests'> | undefined, ofPool: readonly string[]): readonly string[] {
  const ofHost = facts ? hardwareOffers(facts.guests) : [];
  return ofPool.length === 0 ? ofHost : [...ofHost, ...ofPool];
}

function availability({ host, pool, node, link, twin }: HostView): HostState['available'] {
  const verdict = schedulable(host, pool, node);
  const lost = whyLost(host, link);
  if (verdict.status !== 'True')
    return { yes: false, reason: verdict.message, ...(lost === undefined ? {} : { isLost: true }) };
  if (lost !== undefined) return { yes: false, reason: lost, isLost: true };
  if (link?.nonsense !== undefined) return { yes: false, reason: 'says of itself what cannot be' };
  if (twin) return { yes: false, reason: `has the same host uuid as ${twin}` };
  return { yes: true };
}

/** Why nobody can reach the machine that the host's VMs are on. */
function whyLost(host: Host, link: HostLink | undefined): string | undefined {
  if (link?.state !== 'Connected') return 'is not connected';
  return replacedMachine(host, link) && 'is another machine than before';
}
