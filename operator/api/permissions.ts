import { group } from './common.ts';

/** One rule of RBAC, and why the operator cannot do without it. */
export interface Permission {
  because: string;
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
}

const watched = ['get', 'list', 'watch'] as const;

/** What the operator may do in the whole cluster. The chart's ClusterRole is made from this table. */
export const clusterPermissions: readonly Permission[] = [
  {
    because: 'watches its kinds',
    apiGroups: [group],
    resources: ['virtualmachines', 'virtualmachineclasses', 'hostpools', 'hosts', 'placementpolicies'],
    verbs: watched,
  },
  {
    because: 'sets their finalizers, which are part of the object itself; it never writes a spec',
    apiGroups: [group],
    resources: ['virtualmachines', 'hostpools'],
    verbs: ['patch'],
  },
  {
    because: 'makes and removes the Hosts of a HostPool',
    apiGroups: [group],
    resources: ['hosts'],
    verbs: ['create', 'patch', 'delete'],
  },
  {
    because: 'reports what it sees',
    apiGroups: [group],
    resources: ['virtualmachines/status', 'hostpools/status', 'hosts/status', 'placementpolicies/status'],
    verbs: ['patch'],
  },
  {
    because: 'makes HostPools owners of their Hosts where OwnerReferencesPermissionEnforcement is on',
    apiGroups: [group],
    resources: ['hostpools/finalizers'],
    verbs: ['update'],
  },
  {
    because: 'takes over labels, address and cordon of the Nodes that a HostPool selects',
    apiGroups: [''],
    resources: ['nodes'],
    verbs: watched,
  },
  {
    because: 'tells what it did',
    apiGroups: ['events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'patch'],
  },
];

/** What it may do in its own namespace only. */
export const namespacePermissions: readonly Permission[] = [
  {
    because: 'makes the Lease by which the replica that leads is elected',
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['create'],
  },
];

/** What it may do in its own namespace with its own Lease alone. */
export const leasePermission: Permission = {
  because: 'takes, renews and gives back its Lease',
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  verbs: ['get', 'patch'],
};

/** What it may do in its own namespace with exactly the Secrets whose names the chart is given. */
export const secretPermission: Permission = {
  because: 'reads the client certificate that a HostPool names',
  apiGroups: [''],
  resources: ['secrets'],
  verbs: ['get'],
};

const namespacedKinds = ['virtualmachines', 'placementpolicies'];

/** What the cluster's own roles view, edit and admin gain, so that tenants need no roles of their own. */
export const tenantPermissions: Readonly<Record<'view' | 'edit', readonly Permission[]>> = {
  view: [
    { because: 'sees VMs', apiGroups: [group], resources: namespacedKinds, verbs: watched },
    {
      because: 'sees the sizes that VMs may have',
      apiGroups: [group],
      resources: ['virtualmachineclasses'],
      verbs: watched,
    },
  ],
  edit: [
    {
      because: 'makes, changes and deletes VMs',
      apiGroups: [group],
      resources: namespacedKinds,
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
    },
  ],
};
