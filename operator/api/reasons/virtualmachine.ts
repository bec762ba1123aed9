import { nothing, type ReasonTable } from './entry.ts';

/** Reasons of VirtualMachines. */
export const virtualMachineReasons = {
  // Its place
  Placed: {
    meaning: 'The VM is bound to the host that the message names.',
    remedy: nothing,
    conditions: ['VirtualMachine.Scheduled', 'VirtualMachine.Event'],
  },
  Unschedulable: {
    meaning:
      'No host of the HostPool can carry the VM now: the message counts the hosts by what they lack, and tells changes by which it would fit. Or its share of the pool has no more for it: the message tells which one, how much is missing, and who has it.',
    remedy:
      'Do what the message says is nearest: make room, uncordon or add a host, raise the limit of the share, or ask for less; the VM is placed by itself as soon as one host fits.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Scheduled', 'VirtualMachine.Running'],
  },
  Preempting: {
    meaning:
      'No host had room, so less important VMs on the host that the message names are shut down to make way; the place is held until they are gone.',
    remedy: nothing,
    conditions: [
      'VirtualMachine.Ready',
      'VirtualMachine.Scheduled',
      'VirtualMachine.Running',
      'VirtualMachine.Event',
    ],
  },
  Preempted: {
    meaning:
      'The VM is shut down to make way for a more important one, as its HostPool allows, and is placed again where there is room.',
    remedy:
      'Add hosts, give the VM a higher spec.placement.priority, or a PlacementPolicy with preemption.asVictim Never.',
    conditions: [
      'VirtualMachine.Ready',
      'VirtualMachine.Scheduled',
      'VirtualMachine.Running',
      'VirtualMachine.Event',
    ],
  },
  PreemptionFailed: {
    meaning:
      'The VM was shut down to make way for a more important one, but its host keeps something with its domain that would be lost elsewhere; it is started again where it was.',
    remedy:
      'Nothing to do; without the saved state or the snapshots that the message tells of, it could have made way.',
    conditions: ['VirtualMachine.Event'],
  },
  GangIncomplete: {
    meaning:
      'The VM is one of a gang, and waits for the others: too few of them are there to be placed, or not all of them are bound yet.',
    remedy:
      'Create the other VMs of the gang, or lower spec.gang.minMembers of the PlacementPolicy; halted and paused VMs do not count until they have a host.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Scheduled', 'VirtualMachine.Running'],
  },
  GangUnschedulable: {
    meaning:
      'The VM is one of a gang that does not fit as a whole, so none of it is placed; the message names the member that found no host beside the others, and why.',
    remedy:
      'Make room as the message says, or lower spec.gang.minMembers of the PlacementPolicy; the gang is placed by itself as soon as all of it fits.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Scheduled', 'VirtualMachine.Running'],
  },
  HostPoolNotFound: {
    meaning: 'The HostPool that hostPoolRef names does not exist.',
    remedy: 'Create the HostPool, or name one that exists: kubectl get hp.',
    conditions: [
      'VirtualMachine.Ready',
      'VirtualMachine.Scheduled',
      'VirtualMachine.Running',
      'VirtualMachine.Stalled',
      'Host.Ready',
      'Host.Schedulable',
      'Host.Connected',
      'Host.Stalled',
    ],
  },
  NetworkNotFound: {
    meaning: "An interface names a network that is not in the HostPool's spec.networks.",
    remedy: 'Add the network to the HostPool, or name one that it has.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },
  KernelNotFound: {
    meaning: "spec.kernel.name is not in the HostPool's spec.kernels.",
    remedy: 'Add the kernel to the HostPool, or name one that it has.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },
  ClassNotFound: {
    meaning:
      'The VirtualMachineClass that spec.classRef names does not exist, so the size of the VM is not known. What is defined on a host already goes on as it is.',
    remedy: 'Create the class, or name one that exists: kubectl get vmclass.',
    conditions: [
      'VirtualMachine.Ready',
      'VirtualMachine.Scheduled',
      'VirtualMachine.Running',
      'VirtualMachine.Stalled',
    ],
  },
  HostLost: {
    meaning:
      "The VM's host does not answer. Whether the VM runs there is not known, so it is started nowhere else.",
    remedy: 'See why the host is lost: kubectl describe vmhost. The VM is Ready again once the host answers.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  RunsElsewhere: {
    meaning:
      "The VM's domain runs on another host than the one that the VM is bound to, or did when that host was last seen: somebody has moved it by hand. No second one is started.",
    remedy: 'Move it back (virsh migrate), or shut it down where it is; the message names the host.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },
  HostGone: {
    meaning:
      'The Host object that the VM is bound to does not exist any more, so its domain cannot be reached or told to stop.',
    remedy: 'Bring the host back into its HostPool, or delete the VM and create it anew.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },

  // Its domain
  Defined: {
    meaning: 'The domain was defined on its host.',
    remedy: nothing,
    conditions: ['VirtualMachine.Event'],
  },
  Updated: {
    meaning: "The domain's definition was changed to what the spec now asks for.",
    remedy: nothing,
    conditions: ['VirtualMachine.Event'],
  },
  DriftRepaired: {
    meaning:
      'The domain had been changed or removed from outside and was set back to what the spec asks for.',
    remedy: 'Change the VirtualMachine, not the domain on its host.',
    conditions: ['VirtualMachine.Event'],
  },
  DefineFailed: {
    meaning: "The host refuses the domain; the message has libvirt's words.",
    remedy: 'Change what the message names. With Stalled=True the same again will not work.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },
  HostFull: {
    meaning:
      'The VM asks for more than it had when it ran last, and its host has not that much left; it is not started.',
    remedy: 'Ask for less, or stop or move other VMs of the host; the message says how much is missing.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  ShareFull: {
    meaning:
      'The VM asks for more than it had when it ran last, and its share of the HostPool has not that much left; it is not started.',
    remedy:
      'Ask for less, raise the limit of the share, or delete or shrink other VMs of it; the message says how much is missing and who has it.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  CpuWeightsUnsupported: {
    meaning:
      "The HostPool's shares have weights, but libvirt on the host that the message names cannot divide CPUs by them: it has no control groups. The VM runs all the same; it is told once for each host.",
    remedy:
      'Let libvirt have the CPU controller on the host (cgroup_controllers in its qemu.conf), or leave the weights out.',
    conditions: ['VirtualMachine.Event'],
  },
  DomainNameTaken: {
    meaning: "Another domain on the host has the VM's name.",
    remedy: 'Rename or undefine that domain on the host (virsh undefine), or give the VM another name.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },
  RestartRequired: {
    meaning:
      'What runs differs from the spec; the message names the fields that take effect at the next start.',
    remedy: 'Stop and start the guest when it suits: set runStrategy to Halted, and back.',
    conditions: ['VirtualMachine.RestartRequired'],
  },
  UpToDate: {
    meaning: 'What runs is what the spec asks for.',
    remedy: nothing,
    conditions: ['VirtualMachine.RestartRequired'],
  },

  // Its power
  Running: {
    meaning: 'The domain runs.',
    remedy: nothing,
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  Halted: {
    meaning: 'The VM is stopped, as its run strategy asks.',
    remedy: 'Set spec.runStrategy to Always to run it.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Scheduled', 'VirtualMachine.Running'],
  },
  Stopped: {
    meaning: 'The domain is stopped.',
    remedy: nothing,
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  Starting: {
    meaning: 'The VM is on its way: a host is chosen, or the domain is being prepared.',
    remedy: nothing,
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Scheduled', 'VirtualMachine.Running'],
  },
  Stopping: {
    meaning: 'The guest was asked to shut down; it is powered off when its grace period ends.',
    remedy: 'Nothing to do; to wait less, lower spec.terminationGracePeriodSeconds.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Event'],
  },
  Paused: {
    meaning: 'The domain is paused on its host.',
    remedy: 'With runStrategy Always it is resumed; with Manual resume it on the host (virsh resume).',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  PausedByError: {
    meaning: 'The hypervisor paused the guest because of an error, such as a full disk.',
    remedy: 'Look into it on the host (virsh domblkerror) and resume the guest there (virsh resume).',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Stalled'],
  },
  Migrating: {
    meaning: 'Somebody moves the domain to or from its host, so it is left alone until that is over.',
    remedy: nothing,
    conditions: ['VirtualMachine.Ready'],
  },
  Started: {
    meaning: 'The domain was started.',
    remedy: nothing,
    conditions: ['VirtualMachine.Event'],
  },
  Restarted: {
    meaning: 'The domain had stopped although the VM is to run, and was started again.',
    remedy: "If it happens often, look at the guest's console and logs.",
    conditions: ['VirtualMachine.Event'],
  },
  Resumed: {
    meaning: 'The domain had been paused from outside and was resumed.',
    remedy: 'To keep it paused, set spec.runStrategy to Manual first.',
    conditions: ['VirtualMachine.Event'],
  },
  PoweredOff: {
    meaning: 'The guest did not shut down within its grace period and was powered off.',
    remedy:
      'See that the guest reacts to the ACPI power button, or give it more terminationGracePeriodSeconds.',
    conditions: ['VirtualMachine.Event'],
  },
  StartFailed: {
    meaning: "The host cannot start the domain; the message has libvirt's words. It is tried again.",
    remedy: 'Put right on the host what the message names.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  CrashLoop: {
    meaning: 'The guest stops soon after each start; it is started again after a pause that grows each time.',
    remedy: "Look at the guest's console and logs, or set spec.runStrategy to Halted.",
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running'],
  },
  HostCallFailed: {
    meaning:
      "A call to the VM's host, or to another on which it may run, failed; the message names the host and has libvirt's words. It is tried again.",
    remedy: 'If it stays, put right on the host what the message names.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Scheduled', 'VirtualMachine.Running'],
  },

  // Reconciling and its end
  ReconcilePaused: {
    meaning:
      'The annotation vmfabric.io/paused is "true", so the operator leaves the VM and its domain as they are.',
    remedy: 'Remove the annotation to go on.',
    conditions: [
      'VirtualMachine.Ready',
      'VirtualMachine.Scheduled',
      'VirtualMachine.Running',
      'VirtualMachine.RestartRequired',
      'VirtualMachine.Contended',
      'VirtualMachine.Stalled',
    ],
  },
  Deleting: {
    meaning: 'The VM is being deleted: its domain is stopped and removed first.',
    remedy: nothing,
    conditions: ['VirtualMachine.Ready'],
  },
  DeletionWaitsForHost: {
    meaning:
      'The VM is being deleted, but its host does not answer, so its domain there cannot be removed. The deletion goes on by itself once the host is back.',
    remedy:
      'If the host is gone for good, say so by the annotation vmfabric.io/host-lost with the name of the host as its value.',
    conditions: ['VirtualMachine.Ready', 'VirtualMachine.Running', 'VirtualMachine.Stalled'],
  },

  // What its host gives it
  Content: {
    meaning: 'The VM gets what it asks for, as far as its host tells.',
    remedy: nothing,
    conditions: ['VirtualMachine.Contended'],
  },
  CPUContended: {
    meaning:
      'The VM waits for processors of its host for a good part of the time that it wants them: more is wanted there than there is.',
    remedy:
      'Stop what is not needed on that host, or give its VMs fewer CPUs. Lower overcommit.cpuPercent of the HostPool or the class so that fewer VMs come to one host; kubectl get vmhost -o wide tells how contended each is, and new VMs go where it is least.',
    conditions: ['VirtualMachine.Contended'],
  },
  MemoryContended: {
    meaning:
      'Some of the memory that the VM was promised is taken from it by its balloon. vmfabric never does that: somebody did on the host.',
    remedy: 'Give it back: virsh setmem with all of its memory and --live, on its host.',
    conditions: ['VirtualMachine.Contended'],
  },
} as const satisfies ReasonTable;
