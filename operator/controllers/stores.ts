import type { Host } from '../api/host.ts';
import type { HostPool } from '../api/hostpool.ts';
import type { PlacementPolicy } from '../api/placementpolicy.ts';
import type { VirtualMachine } from '../api/virtualmachine.ts';
import type { VirtualMachineClass } from '../api/virtualmachineclass.ts';
import { domainUuidOf } from '../domain/identity.ts';
import { resourceType } from '../kube/object.ts';
import type { Store } from '../kube/store.ts';
import type { Node } from './hostpool/membership.ts';

export const nodes = resourceType<Node>({
  group: '',
  version: 'v1',
  plural: 'nodes',
  kind: 'Node',
  namespaced: false,
});

/** The cluster as the controllers see it: one cache for each kind, shared by all of them. */
export interface Stores {
  virtualMachines: Store<VirtualMachine>;
  virtualMachineClasses: Store<VirtualMachineClass>;
  hostPools: Store<HostPool>;
  hosts: Store<Host>;
  placementPolicies: Store<PlacementPolicy>;
  nodes: Store<Node>;
}

/** Adds the indexes that the controllers ask by. Once, before the stores fill. */
export function addIndexes(stores: Stores): void {
  const { virtualMachines, hosts, placementPolicies } = stores;
  virtualMachines.addIndexer('host', (vm) => (vm.status?.hostName ? [vm.status.hostName] : []));
  virtualMachines.addIndexer('pool', (vm) => [vm.spec.placement.hostPoolRef.name]);
  virtualMachines.addIndexer('namespace', (vm) => [vm.metadata.namespace ?? '']);
  virtualMachines.addIndexer('unplaced', (vm) => (vm.status?.hostName ? [] : ['yes']));
  virtualMachines.addIndexer('class', ({ spec }) => (spec.classRef ? [spec.classRef.name] : []));
  // Bound, and not known to have had a domain yet.
  virtualMachines.addIndexer('unstarted', ({ metadata, status }) =>
    status?.hostName && !status.powerState ? [metadata.namespace ?? ''] : [],
  );
  virtualMachines.addIndexer('contended', ({ spec, status }) =>
    status?.contention ? [spec.placement.hostPoolRef.name] : [],
  );
  virtualMachines.addIndexer('domain', (vm) => [domainUuidOf(vm)]);
  hosts.addIndexer('pool', (host) => [host.spec.hostPoolRef.name]);
  placementPolicies.addIndexer('exclusive', ({ metadata, spec }) =>
    spec.hostSharing === 'Exclusive' ? [metadata.namespace ?? ''] : [],
  );
  placementPolicies.addIndexer('namespace', (policy) => [policy.metadata.namespace ?? '']);
}

/** The class that the VM refers to; undefined when it refers to none, or that is not there. */
export function classOf(
  { virtualMachineClasses }: Pick<Stores, 'virtualMachineClasses'>,
  { spec }: VirtualMachine,
): VirtualMachineClass | undefined {
  return spec.classRef && virtualMachineClasses.get(spec.classRef.name);
}
