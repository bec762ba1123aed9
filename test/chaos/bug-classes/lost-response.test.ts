import { expect, it } from 'vitest';
import { virtualMachines } from '../../../operator/api/kinds.ts';
import { TransportError } from '../../../operator/kube/errors.ts';
import { World } from '../../../operator/testing/world.ts';

const lost = () =>
  new TransportError({ verb: 'patch status', kind: 'VirtualMachine' }, 'the fake', new Error('reset'));

/**
 * `web-1` was bound and the answer was lost; what happened is not in the cache either, as its watch is frozen. `web-2`
 * comes to be placed only then.
 */
async function boundUnheard(world: World): Promise<void> {
  const isHeld = Promise.withResolvers<void>();
  world.cluster.intercept = async ({ verb, type, key }, when) => {
    if (type.kind !== 'VirtualMachine') return;
    if (key === 'shop/web-2' && when === 'before') await isHeld.promise;
    if (verb !== 'patchStatus' || when !== 'after') return;
    world.cluster.intercept = () => {};
    world.cluster.watches.freeze(virtualMachines);
    isHeld.resolve();
    throw lost();
  };
  world.putVm('web-1', {}, { labels: { app: 'web' } });
  world.putVm('web-2', {}, { labels: { app: 'web' } });
  await world.run(10_000);
}

it('a VM that was bound unheard keeps its place from one that must not be beside it', async () => {
  const world = await World.withHosts(2);
  world.putPolicy('apart', {
    vmSelector: { matchLabels: { app: 'web' } },
    vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
  });
  await boundUnheard(world);
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect([world.vm('web-1').status?.hostName, world.vm('web-2').status?.hostName].sort()).toEqual([
    'h1',
    'h2',
  ]);
  expect([...world.runsOn('web-1'), ...world.runsOn('web-2')].sort()).toEqual(['h1', 'h2']);
});

it('a VM that was bound unheard keeps its room from one that would fit in there alone', async () => {
  const world = await World.withHosts(1, { memoryBytes: 2.5 * 2 ** 30 });
  await boundUnheard(world);
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  expect(world.condition('web-2', 'Ready')).toBe('False Unschedulable');
});

it('a binding that never arrived holds no place on a host that is lost: the VM goes to another one', async () => {
  const world = await World.withHosts(2);
  const isOver = Promise.withResolvers<void>();
  let chosen = '';
  world.cluster.intercept = async ({ verb, type }, when) => {
    if (verb !== 'patchStatus' || type.kind !== 'VirtualMachine' || when !== 'before') return;
    // Where it was to go shows in what placement reckons with.
    chosen ||= ['h1', 'h2'].find((name) => world.operator.pools.engine.usage(name).vms > 0) ?? '';
    if (!world.hypervisor.host(chosen).connectionCount) return;
    world.hypervisor.host(chosen).goDown();
    isOver.resolve();
    throw lost();
  };
  world.putVm('web-1');
  await world.run(30_000);
  await isOver.promise;
  expect(chosen).not.toBe('');
  expect(world.runsOn('web-1')).toEqual(['h1', 'h2'].filter((name) => name !== chosen));
});

it('a domain whose start was not answered is not started again', async () => {
  const world = await World.withHosts(1);
  world.hypervisor.host('h1').failNext('start', { when: 'after' });
  world.putVm('web-1');
  await world.run(30_000);
  expect(world.hypervisor.changes.filter(({ call }) => call === 'start')).toHaveLength(1);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
});
