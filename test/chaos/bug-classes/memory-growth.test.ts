import { expect, it } from 'vitest';
import { virtualMachines } from '../../../operator/api/kinds.ts';
import { virtualMachineSpec } from '../../../operator/api/virtualmachine.ts';
import { leaseType } from '../../../operator/kube/lease-object.ts';
import { World } from '../../../operator/testing/world.ts';
import { liveKeys } from '../live-collections.ts';

const rounds = 4;
const each = 500;

/** Without `World.putVm`, which programs a guest for each and remembers it. */
function put(world: World, name: string): string {
  const spec = virtualMachineSpec.parse({
    memory: { size: '16Mi' },
    kernel: { name: 'small' },
    terminationGracePeriodSeconds: 0,
  });
  const metadata = { namespace: 'shop', name };
  return world.cluster.put(virtualMachines, {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'VirtualMachine',
    metadata,
    spec,
  }).metadata.uid;
}

/** As people do it by hand. */
function letGo(world: World, name: string): void {
  world.editVm(name, (vm) => {
    vm.metadata.finalizers = [];
  });
}

const uuidsIn = (key: string) => key.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];

it('finds what a Map or a Set holds, wherever it is', () => {
  const hidden = (() => {
    const [map, set] = [new Map([['needle-1', 1]]), new Set(['needle-2'])];
    return () => map.size + set.size;
  })();
  expect(liveKeys(/^needle-\d$/).sort()).toEqual(['needle-1', 'needle-2']);
  expect(hidden()).toBe(2);
});

it(`of ${rounds * each} VMs that came and went no queue, cache or memory holds a name or an uid`, async () => {
  const world = await World.withHosts(4, { memoryBytes: 2 ** 40 });
  for (const [index, host] of world.hypervisor.hosts.entries()) {
    host.facts = { ...host.facts, hostUUID: `bbbbbbbb-0000-4000-8000-00000000000${index}` };
    host.resize({ cpus: 256 });
    host.dropConnections();
  }
  await world.run(10_000);
  const uids: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const names = Array.from({ length: each }, (_, index) => `churn-${round}-${index}`);
    uids.push(...names.map((name) => put(world, name)));
    await world.run(20_000);
    expect(world.hypervisor.hosts.reduce((sum, { domains }) => sum + domains.size, 0)).toBe(each);
    for (const [index, name] of names.entries()) {
      world.deleteVm(name);
      // Some are let go by force, as people do it: nobody comes to tidy up after them.
      if (index % 50 === 0) letGo(world, name);
    }
    await world.run(20_000);
  }
  expect(world.cluster.objects(virtualMachines)).toEqual([]);
  for (const host of world.hypervisor.hosts)
    for (const uuid of host.domains.keys()) host.outside.destroy(uuid);
  for (const host of world.hypervisor.hosts)
    for (const uuid of host.domains.keys()) host.outside.undefine(uuid);
  // Once every host has listed, and an event has shown the others to be of the past.
  await world.run(300_000);
  world.putVm('last');
  await world.run(30_000);
  // The fake API server keeps Events, under names that go on after the VM's.
  expect(liveKeys(/churn-\d+-\d+$/)).toEqual([]);
  const withUuid = liveKeys(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/);
  const gone = new Set(uids);
  expect(withUuid.filter((key) => uuidsIn(key).some((uuid) => gone.has(uuid)))).toEqual([]);
}, 240_000);

it(`a standby keeps no name and no uid of ${each} VMs that came and went, however long it stands by`, async () => {
  const lease = { namespace: 'vmfabric-system', name: 'vmfabric' };
  const world = new World({ operator: () => ({ lease, identity: 'standby' }) });
  const spec = { holderIdentity: 'leader', leaseDurationSeconds: 1_000_000 };
  world.cluster.put(leaseType, {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec },
  });
  world.putPool({ staticHosts: [{ name: 'h1', address: 'h1' }] });
  await world.operator.start();
  const names = Array.from({ length: each }, (_, index) => `seen-${index}`);
  const uids = names.map((name) => put(world, name));
  world.editPool((pool) => {
    pool.spec.connection.port = 16515; // wakes them all
  });
  await world.run(10_000);
  expect(world.operator.stores.virtualMachines.size).toBe(each);
  for (const name of names) world.deleteVm(name);
  await world.run(600_000);
  world.forgetCalls();
  expect(liveKeys(/seen-\d+$/)).toEqual([]);
  const withUuid = liveKeys(/[0-9a-f]{8}-/);
  expect(withUuid.filter((key) => uids.some((uid) => key.includes(uid)))).toEqual([]);
  await world.stopOperator();
});
