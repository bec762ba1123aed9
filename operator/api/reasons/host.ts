import { nothing, type ReasonTable } from './entry.ts';

/** Reasons of Hosts. */
export const hostReasons = {
  Connecting: {
    meaning: 'The first connection to the host is being made.',
    remedy: nothing,
    conditions: ['Host.Ready', 'Host.Connected'],
  },
  Connected: {
    meaning: 'libvirt on the host answers.',
    remedy: nothing,
    conditions: ['Host.Ready', 'Host.Connected'],
  },
  HostUnreachable: {
    meaning: 'libvirt on the host cannot be reached; the message says how the last attempt failed.',
    remedy:
      'See that the host is up, that its address and the port are right, and that libvirtd listens for TLS there.',
    conditions: ['Host.Ready', 'Host.Connected'],
  },
  CertificateRejected: {
    meaning: "The host does not accept the operator's certificate, or the operator not the host's.",
    remedy:
      "Let one authority sign both, have the host's certificate name the address by which it is reached, and see that none has expired.",
    conditions: ['Host.Ready', 'Host.Connected', 'Host.Stalled', 'HostPool.Stalled'],
  },
  SecretNotFound: {
    meaning: "The Secret that the HostPool's spec.connection.tlsSecretRef names does not exist.",
    remedy: 'Create it with the keys ca.crt, tls.crt and tls.key; the message has the command.',
    conditions: ['Host.Ready', 'Host.Connected', 'Host.Stalled', 'HostPool.Stalled'],
  },
  SecretInvalid: {
    meaning: 'The Secret lacks a key, or holds what is no certificate or no key to it.',
    remedy: 'Put right what the message names.',
    conditions: ['Host.Ready', 'Host.Connected', 'Host.Stalled', 'HostPool.Stalled'],
  },
  SecretForbidden: {
    meaning: 'The operator may not read the Secret.',
    remedy:
      "Add its name to the chart's value secretNames, or let the operator's ServiceAccount get it by a RoleBinding.",
    conditions: ['Host.Ready', 'Host.Connected', 'Host.Stalled', 'HostPool.Stalled'],
  },
  HostReplaced: {
    meaning:
      'Another machine answers at the address of the host than the one that VMs were bound to; nothing is done to them, as they may still run there.',
    remedy:
      'Correct the address; or, if the former machine is gone for good, annotate the Host with vmfabric.io/host-uuid as the message says.',
    conditions: [
      'Host.Ready',
      'Host.Stalled',
      'HostPool.Stalled',
      'VirtualMachine.Ready',
      'VirtualMachine.Running',
      'VirtualMachine.Stalled',
    ],
  },
  DuplicateHostUUID: {
    meaning: 'Two hosts tell the same host uuid, so that libvirt takes the two for one.',
    remedy: 'Set another host_uuid in libvirtd.conf on one of them and restart its libvirtd.',
    conditions: [
      'Host.Ready',
      'Host.Stalled',
      'HostPool.Stalled',
      'VirtualMachine.Ready',
      'VirtualMachine.Running',
      'VirtualMachine.Stalled',
    ],
  },
  ImplausibleFacts: {
    meaning:
      'The host says of its CPUs or memory what cannot be, as the message tells. No VM is placed there; those that run there go on, and what it said before still counts.',
    remedy:
      'Compare the message with what virsh nodeinfo and virsh capabilities say on the host, and see that its libvirt and kernel are in order.',
    conditions: ['Host.Ready', 'Host.Stalled', 'HostPool.Stalled'],
  },
  Overallocated: {
    meaning:
      'Placed VMs have more of the host, or of a NUMA cell of it that they are bound to, than they may have now: it has lost memory or CPUs, or its HostPool gives out less than before. They run on, and no VM comes that asks for more of it.',
    remedy:
      'Stop or delete VMs on the host, give it back what it has lost, or change what spec.hostReserved, spec.overcommit and spec.resources of the HostPool leave to VMs.',
    conditions: ['Host.Overallocated'],
  },
  NothingAllocatable: {
    meaning:
      'What spec.hostReserved of the HostPool keeps for the host is all that it has, or spec.overcommit makes nothing of the rest, so that no VM fits.',
    remedy: 'Lower spec.hostReserved of the HostPool, or take the host out of it.',
    conditions: ['Host.Overallocated'],
  },
  WithinAllocatable: {
    meaning: 'Placed VMs have no more of the host than they may.',
    remedy: nothing,
    conditions: ['Host.Overallocated'],
  },
  CapacityUnknown: {
    meaning: 'The host has not told yet what it has, or its HostPool does not exist.',
    remedy: 'See the condition Connected of the host.',
    conditions: ['Host.Overallocated'],
  },
  Cordoned: {
    meaning: 'An admin has cordoned the host: VMs that run there go on, no further one comes.',
    remedy: 'Remove spec.unschedulable of the Host to let VMs come again.',
    conditions: ['Host.Ready', 'Host.Schedulable'],
  },
  NodeCordoned: {
    meaning: "The host's Node is cordoned, so no further VM comes.",
    remedy: 'Uncordon the Node: kubectl uncordon.',
    conditions: ['Host.Ready', 'Host.Schedulable'],
  },
  HostRemoved: {
    meaning:
      'The HostPool does not ask for the host any more, or the Host is being deleted; it stays until its last VM is gone. One that was deleted, and for which its HostPool still asks, is then made anew.',
    remedy:
      'Delete or move its VMs, or select the host again. To take a host out for good, take it out of spec.nodeSelector or spec.staticHosts of its HostPool; to have it empty for a while, set spec.unschedulable.',
    conditions: ['Host.Ready', 'Host.Schedulable'],
  },
  Schedulable: {
    meaning: 'VMs may be placed on the host.',
    remedy: nothing,
    conditions: ['Host.Schedulable'],
  },
} as const satisfies ReasonTable;
