import { expect, it } from 'vitest';
import { hosts, virtualMachines } from '../../../operator/api/kinds.ts';
import type { RecordedCall } from '../../../operator/kube/fake-faults.ts';
import { World } from '../../../operator/testing/world.ts';

const isBinding = ({ verb, type }: RecordedCall) =>
  verb === 'patchStatus' && type.kind === virtualMachines.kind;

it('a VM whose cache stands still is bound once and then let be, and defined and started once when it goes on', async () => {
  const world = await World.withHosts(2);
  world.forgetCalls();
  world.cluster.intercept = (call, when) => {
    if (isBinding(call) && when === 'after') world.cluster.watches.freeze(virtualMachines);
  };
  world.putVm('web-1');
  await world.run(120_000);
  expect(world.writes('VirtualMachine')).toHaveLength(1); // the binding
  expect(world.hypervisor.changes).toEqual([]);
  world.cluster.intercept = () => {};
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define', 'start']);
});

it('it goes on where it was once the cache goes on', async () => {
  const world = await World.withHosts(2);
  world.cluster.intercept = (call, when) => {
    if (isBinding(call) && when === 'after') world.cluster.watches.freeze(virtualMachines);
  };
  world.putVm('web-1');
  await world.run(60_000);
  world.cluster.intercept = () => {};
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.vm('web-1').status?.interfaces?.[0]?.addresses).toEqual(['10.77.0.10']);
});

it('a VM that was deleted unseen is not given a domain', async () => {
  const world = await World.withHosts(1);
  world.cluster.watches.freeze(virtualMachines);
  world.putVm('web-1');
  world.deleteVm('web-1');
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect(world.hypervisor.changes).toEqual([]);
});

it('a host that left its pool unseen by its VMs keeps them; one without any goes', async () => {
  const world = await World.withHosts(2);
  world.cluster.watches.freeze(virtualMachines);
  world.putVm('web-1');
  await world.run(1000);
  world.editPool((pool) => {
    pool.spec.staticHosts = pool.spec.staticHosts.slice(0, 1);
  });
  await world.run(30_000);
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect(world.cluster.objects(hosts).map(({ metadata }) => metadata.name)).toEqual(['h1']);
  expect(world.runsOn('web-1')).toEqual(['h1']);
});
