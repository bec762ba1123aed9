import { virtualMachines } from '../../../operator/api/kinds.ts';
import {
  type VirtualMachine,
  type VirtualMachineStatus,
  virtualMachineSpec,
} from '../../../operator/api/virtualmachine.ts';
import { finalizer } from '../../../operator/controllers/virtualmachine/finalizer.ts';
import { domainUuidOf, macAddressOf } from '../../../operator/domain/identity.ts';
import { sizeInStatus, sizeOf } from '../../../operator/domain/size.ts';
import type { Cluster } from '../../../operator/kube/cluster.ts';

/** Requests under way at once while many objects are made. */
const atOnce = 64;

/** What the guest of every VM reports. */
export const guestAddress = '10.77.0.10';

/** A VM as users write them. */
export const vmManifest = (namespace: string, name: string) => ({
  apiVersion: 'vmfabric.io/v1alpha1',
  kind: 'VirtualMachine',
  metadata: { namespace, name, labels: { app: 'web', tier: name.slice(-1) } },
  spec: virtualMachineSpec.parse({
    memory: { size: '1Gi' },
    kernel: { name: 'small', commandLine: 'console=ttyS0 quiet' },
    interfaces: [{ name: 'eth0', network: 'lab' }],
    // At its deletion it is powered off: how long guests take is not what is measured.
    terminationGracePeriodSeconds: 0,
  }),
});

/** The same once an operator has seen it. */
export function settledManifest(namespace: string, name: string) {
  const manifest = vmManifest(namespace, name);
  return { ...manifest, metadata: { ...manifest.metadata, finalizers: [finalizer] } };
}

/** The status by which a VM runs on the host and has its address: an operator that finds it so has nothing to write. */
export function settledStatus(vm: VirtualMachine, hostName: string): VirtualMachineStatus {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    ...{ type, status, reason, message, observedGeneration: 1, lastTransitionTime },
  });
  const asked = sizeOf(vm, undefined);
  const size = asked && sizeInStatus(asked);
  return {
    ...{ observedGeneration: 1, hostName, placementGeneration: 1 },
    ...{ domainUUID: domainUuidOf(vm), powerState: 'Running' },
    ...(size ? { size, allocated: size } : {}),
    interfaces: vm.spec.interfaces.map((one) => ({
      ...{ name: one.name, macAddress: macAddressOf(vm, one), addresses: [guestAddress] },
    })),
    conditions: [
      condition('Ready', 'True', 'Running', 'The domain runs.'),
      condition('Scheduled', 'True', 'Placed', `Placed on host ${hostName}.`),
      condition('Running', 'True', 'Running', 'The domain runs.'),
      condition('RestartRequired', 'False', 'UpToDate', 'What runs is what the spec asks for.'),
      condition('Contended', 'False', 'Content', 'The VM gets what it asks for, as far as its host tells.'),
      condition('Stalled', 'False', 'AsExpected', 'Nothing waits for a person.'),
    ],
  };
}

/** Creates them, many at once, and makes them run in turn on the hosts named. */
export async function createSettledVms(
  cluster: Cluster,
  vms: { namespace: string; count: number; hosts: readonly string[]; signal: AbortSignal },
): Promise<void> {
  const { namespace, hosts, signal } = vms;
  await forEach(vms.count, async (index) => {
    const manifest = settledManifest(namespace, `vm-${index + 1}`);
    const vm = await cluster.create(virtualMachines, manifest, { signal });
    const status = settledStatus(vm, hosts[index % hosts.length] ?? '');
    await cluster.patchStatus(virtualMachines, vm, status, { signal });
  });
}

/** Does something for the numbers from 0 to `count` - 1, many at once. */
export async function forEach(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
