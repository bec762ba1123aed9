import { nothing, type ReasonTable } from './entry.ts';

/** Reasons of HostPools. */
export const hostPoolReasons = {
  HostsReady: {
    meaning: 'Every host of the pool is ready.',
    remedy: nothing,
    conditions: ['HostPool.Ready'],
  },
  SomeHostsNotReady: {
    meaning: 'Some or all hosts of the pool are not ready; the message names the first ones and why.',
    remedy: 'See the hosts that the message names: kubectl describe vmhost.',
    conditions: ['HostPool.Ready'],
  },
  SomeHostsOverallocated: {
    meaning:
      'Every host is ready, but VMs on some have more than they may, or spec.hostReserved leaves nothing of them to VMs; the message names them.',
    remedy: 'See the condition Overallocated of the hosts that the message names: kubectl describe vmhost.',
    conditions: ['HostPool.Ready'],
  },
  NoHosts: {
    meaning: 'The pool has no hosts.',
    remedy: 'Label the Nodes that carry libvirt as spec.nodeSelector asks, or list spec.staticHosts.',
    conditions: ['HostPool.Ready'],
  },
  AddressMissing: {
    meaning: 'A Node that the pool selects has no InternalIP in its status, so it cannot become a Host.',
    remedy: "See the Node's status, or list the host in spec.staticHosts with its address.",
    conditions: ['HostPool.Ready'],
  },
  HostNameTaken: {
    meaning: 'Another HostPool has a Host of that name already; a host can be in one pool only.',
    remedy: 'Change one of the two pools.',
    conditions: ['HostPool.Stalled'],
  },
  HostRefused: {
    meaning:
      'The API server does not accept the Host that the pool makes of one of its hosts, or something changes it while it is written.',
    remedy:
      "Put right what the message names: the host's name, address or labels in spec.staticHosts, or its Node's; have admission webhooks leave Hosts alone.",
    conditions: ['HostPool.Ready', 'HostPool.Stalled'],
  },
  HostsInUse: {
    meaning: 'The pool is being deleted, but VMs are bound to its hosts.',
    remedy: 'Delete the VMs; the pool goes with the last of them.',
    conditions: ['HostPool.Ready'],
  },
  ReserveComplete: {
    meaning: 'After as many failures as spec.failureReserve names, every VM still has a place.',
    remedy: nothing,
    conditions: ['HostPool.ReserveKept'],
  },
  ReserveShort: {
    meaning:
      'After as many failures as spec.failureReserve names, the VMs that the message names would have no place. They are left where they are; new VMs are placed only where they make it no worse.',
    remedy: 'Add hosts, stop or shrink VMs, or ask for less in spec.failureReserve.',
    conditions: ['HostPool.ReserveKept'],
  },
  SharesComplete: {
    meaning: 'All shares hold as spec.shares says, and hosts have what they reserve.',
    remedy: nothing,
    conditions: ['HostPool.SharesValid'],
  },
  SharesContradictory: {
    meaning:
      'Shares contradict each other or themselves; the message names them, and what holds in place of what cannot. Limits hold all the same, and the other shares as they are written.',
    remedy: 'Put right in spec.shares what the message names.',
    conditions: ['HostPool.SharesValid'],
  },
  ReservationsShort: {
    meaning:
      'What shares reserve, and VMs have beside it, is more than the hosts that take VMs have. VMs are left where they are; beyond what is reserved for them none are placed until there is room for it all.',
    remedy: 'Add hosts, stop or shrink VMs, or reserve less in spec.shares.',
    conditions: ['HostPool.SharesValid'],
  },
} as const satisfies ReasonTable;
