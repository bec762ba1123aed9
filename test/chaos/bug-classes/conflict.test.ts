import { expect, it } from 'vitest';
import { hosts, virtualMachines } from '../../../operator/api/kinds.ts';
import { World } from '../../../operator/testing/world.ts';

it('a user who edits the VM before each write of the operator is served in the end, and nothing is made twice', async () => {
  const world = await World.withHosts(1);
  let edits = 0;
  world.cluster.intercept = ({ type, verb }, when) => {
    if (type.kind !== 'VirtualMachine' || when !== 'before' || !/patch|set/.test(verb) || edits >= 10) return;
    edits += 1;
    world.editVm('web-1', (vm) => {
      vm.metadata.annotations = { edit: `${edits}` };
    });
  };
  world.putVm('web-1');
  await world.run(60_000);
  expect(edits).toBe(10);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define', 'start']);
  expect(world.vm('web-1').metadata.annotations).toEqual({ edit: '10' });
});

it('a finalizer of somebody else stays when the own one goes', async () => {
  const world = await World.withRunningVm();
  world.editVm('web-1', (vm) => vm.metadata.finalizers?.push('example.com/backup'));
  world.deleteVm('web-1');
  await world.run(60_000);
  expect(world.vm('web-1').metadata.finalizers).toEqual(['example.com/backup']);
  expect(world.hypervisor.host('h1').domains.size).toBe(0);
  world.forgetCalls();
  await world.run(300_000);
  expect(world.cluster.writes).toEqual([]);
});

it("an admin's cordon and labels survive what the pool applies", async () => {
  const world = await World.withHosts(1);
  world.cluster.edit(hosts, { name: 'h1' }, (host) => {
    host.spec.unschedulable = true;
    host.metadata.labels = { ...host.metadata.labels, rack: 'a' };
  });
  world.editPool((pool) => {
    pool.spec.staticHosts = [{ name: 'h1', address: 'h1', labels: { zone: 'east' } }];
  });
  await world.run(30_000);
  expect(world.hostObject('h1')).toMatchObject({
    metadata: { labels: { rack: 'a', zone: 'east' } },
    spec: { unschedulable: true },
  });
});

it('a VM that is replaced under its name in the moment of its binding does not bind the new one', async () => {
  const world = await World.withHosts(1);
  let old = '';
  world.cluster.intercept = ({ type, verb }, when) => {
    if (old || type.kind !== 'VirtualMachine' || verb !== 'patchStatus' || when !== 'before') return;
    old = world.uuid('web-1');
    world.editVm('web-1', (vm) => {
      vm.metadata.finalizers = [];
    });
    world.deleteVm('web-1');
    world.putVm('web-1');
  };
  world.putVm('web-1');
  await world.run(60_000);
  expect(world.uuid('web-1')).not.toBe(old);
  expect(world.cluster.objects(virtualMachines)).toHaveLength(1);
  expect([...world.hypervisor.host('h1').domains.keys()]).toEqual([world.uuid('web-1')]);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
});
