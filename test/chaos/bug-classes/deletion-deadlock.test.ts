import { expect, it } from 'vitest';
import { hostPools, hosts } from '../../../operator/api/kinds.ts';
import { hostLostAnnotation } from '../../../operator/controllers/virtualmachine/deletion.ts';
import { World } from '../../../operator/testing/world.ts';

const sayLost = (world: World) =>
  world.editVm('web-1', (vm) => {
    vm.metadata.annotations = { [hostLostAnnotation]: 'h1' };
  });

it('a VM on a host that is gone for good goes on the word of a person, and then its host and pool can go', async () => {
  const world = await World.withRunningVm();
  world.hypervisor.host('h1').goDown();
  world.deleteVm('web-1');
  await world.run(60_000);
  expect(world.message('web-1', 'Ready')).toContain(hostLostAnnotation);
  sayLost(world);
  await world.run(10_000);
  expect(world.findVm('web-1')).toBeUndefined();
  world.cluster.remove(hostPools, { name: 'default' });
  world.cluster.remove(hosts, { name: 'h1' });
  await world.run(30_000);
  expect([world.pool(), world.hostObject('h1')]).toEqual([undefined, undefined]);
});

it('pool, Secret and VM deleted at once all go, in whatever order the operator sees it', async () => {
  const world = await World.withRunningVm();
  world.putSecret({});
  world.cluster.remove(hostPools, { name: 'default' });
  world.deleteVm('web-1');
  await world.run(120_000);
  expect([world.findVm('web-1'), world.pool()]).toEqual([undefined, undefined]);
  expect(world.hypervisor.host('h1').domains.size).toBe(0);
});

it('a Secret that was deleted first keeps a VM from going only until it is back, and says so', async () => {
  const world = await World.withRunningVm();
  world.putSecret({});
  await world.restartOperator();
  await world.run(30_000);
  world.deleteVm('web-1');
  await world.run(60_000);
  expect(world.condition('web-1', 'Ready')).toBe('False DeletionWaitsForHost');
  world.putSecret();
  await world.run(60_000);
  expect(world.findVm('web-1')).toBeUndefined();
  expect(world.hypervisor.host('h1').domains.size).toBe(0);
});

it('a VM whose Host object was taken away by force waits for the word of a person too', async () => {
  const world = await World.withRunningVm();
  world.editPool((pool) => {
    pool.spec.staticHosts = [{ name: 'h9', address: 'h9' }];
  });
  world.cluster.edit(hosts, { name: 'h1' }, (host) => {
    host.metadata.finalizers = [];
  });
  world.cluster.remove(hosts, { name: 'h1' });
  world.deleteVm('web-1');
  await world.run(60_000);
  expect(world.condition('web-1', 'Ready')).toBe('False DeletionWaitsForHost');
  sayLost(world);
  await world.run(10_000);
  expect(world.findVm('web-1')).toBeUndefined();
});

it('a pool that is deleted while a VM is being bound in it stays for that VM', async () => {
  const world = await World.withHosts(1);
  const isDeleted = Promise.withResolvers<void>();
  world.cluster.intercept = ({ type, verb }, when) =>
    type.kind === 'VirtualMachine' && verb === 'patchStatus' && when === 'before'
      ? isDeleted.promise
      : undefined;
  world.putVm('web-1');
  await world.run(1000);
  world.cluster.remove(hostPools, { name: 'default' });
  await world.run(10_000);
  isDeleted.resolve();
  world.cluster.intercept = () => {};
  await world.run(30_000);
  expect(world.pool()?.metadata.deletionTimestamp).toBeDefined();
  world.deleteVm('web-1');
  await world.run(30_000);
  expect([world.findVm('web-1'), world.pool()]).toEqual([undefined, undefined]);
  expect(world.hypervisor.host('h1').domains.size).toBe(0);
});
