import { expect, it } from 'vitest';
import { virtualMachines } from '../../../operator/api/kinds.ts';
import { World } from '../../../operator/testing/world.ts';

const halted = (world: World, isHalted: boolean) =>
  world.editVm('web-1', (vm) => {
    vm.spec.runStrategy = isHalted ? 'Halted' : 'Always';
  });

it('a VM that was halted and wanted again unseen runs on untouched', async () => {
  const world = await World.withRunningVm();
  world.forgetCalls();
  world.cluster.watches.drop(virtualMachines, 1);
  halted(world, true);
  halted(world, false);
  await world.run(120_000);
  expect(world.hypervisor.changes).toEqual([]);
  expect(world.vm('web-1').status?.observedGeneration).toBe(3);
});

it('a VM that was wanted and halted again unseen is not started', async () => {
  const world = await World.withRunningVm();
  halted(world, true);
  await world.run(30_000);
  world.forgetCalls();
  world.cluster.watches.drop(virtualMachines, 1);
  halted(world, false);
  halted(world, true);
  await world.run(120_000);
  expect(world.hypervisor.changes).toEqual([]);
});

it('a VM that was deleted and made anew while the watch was down leaves one domain, that of the new one', async () => {
  const world = await World.withRunningVm();
  const old = world.uuid('web-1');
  world.cluster.watches.freeze(virtualMachines);
  // Somebody takes the finalizer away by hand, so the operator never gets to remove the domain.
  world.deleteVm('web-1');
  world.editVm('web-1', (vm) => {
    vm.metadata.finalizers = [];
  });
  world.putVm('web-1');
  world.cluster.watches.expire();
  await world.run(1);
  world.cluster.watches.thaw();
  await world.run(60_000);
  // The old domain is nobody's now: it is left alone, it is told, and the name that it has is the way out.
  expect(world.runsOn('web-1')).toEqual([]);
  expect(world.condition('web-1', 'Stalled')).toBe('True DomainNameTaken');
  expect(world.hypervisor.runningOn(old)).toEqual(['h1']);
  world.hypervisor.host('h1').outside.destroy(old);
  world.hypervisor.host('h1').outside.undefine(old);
  await world.run(120_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
});

it('a domain whose every event is lost is looked after all the same', async () => {
  const world = await World.withRunningVm();
  const host = world.hypervisor.host('h1');
  host.loseEvents = true;
  host.outside.crash(world.uuid('web-1'));
  await world.run(90_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
});
