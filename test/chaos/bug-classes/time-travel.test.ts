import { expect, it } from 'vitest';
import { virtualMachines } from '../../../operator/api/kinds.ts';
import { World } from '../../../operator/testing/world.ts';

it('an old deletion mark of a VM of the same name does not reach the one that was made anew', async () => {
  const world = await World.withRunningVm();
  world.deleteVm('web-1');
  const marked = world.vm('web-1');
  await world.run(30_000);
  expect(world.findVm('web-1')).toBeUndefined();
  world.putVm('web-1');
  await world.run(30_000);
  world.hypervisor.calls.length = 0;
  // An API server that lags behind tells the past once more.
  world.cluster.watches.send(virtualMachines, { type: 'MODIFIED', object: marked });
  world.cluster.watches.send(virtualMachines, { type: 'DELETED', object: marked });
  await world.run(120_000);
  expect(world.hypervisor.changes).toEqual([]);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
});

it('an old spec does not undo a newer one', async () => {
  const world = await World.withRunningVm();
  const running = world.vm('web-1');
  world.halt('web-1');
  await world.run(30_000);
  expect(world.runsOn('web-1')).toEqual([]);
  world.cluster.watches.send(virtualMachines, { type: 'MODIFIED', object: running });
  await world.run(120_000);
  expect(world.runsOn('web-1')).toEqual([]);
});

it('a watch that can only start in the past leads to the present by a list', async () => {
  const world = await World.withRunningVm();
  world.cluster.watches.freeze(virtualMachines);
  world.halt('web-1');
  world.cluster.watches.expire();
  await world.run(1);
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect(world.runsOn('web-1')).toEqual([]);
});
