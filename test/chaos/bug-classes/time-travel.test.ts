import { expect, it } from 'vitest';
import { hosts, virtualMachines } from '../../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../../operator/api/virtualmachine.ts';
import { ApiError } from '../../../operator/kube/errors.ts';
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

/** The VM's watch tells nothing any more, though nobody has noticed yet; meanwhile the domain is taken away by hand. */
async function withoutDomainAndNews(meanwhile: (world: World) => void): Promise<World> {
  const world = await World.withRunningVm();
  const uuid = world.uuid('web-1');
  world.cluster.watches.freeze(virtualMachines);
  meanwhile(world);
  world.hypervisor.host('h1').outside.destroy(uuid);
  world.hypervisor.host('h1').outside.undefine(uuid);
  world.forgetCalls();
  await world.run(60_000);
  return world;
}

it('a VM that is gone, its finalizer and its domain taken away by hand, gets no domain from a cache of before', async () => {
  const world = await withoutDomainAndNews((past) => {
    past.deleteVm('web-1');
    past.editVm('web-1', (vm) => {
      vm.metadata.finalizers = [];
    });
  });
  expect(world.operator.stores.virtualMachines.size).toBe(1);
  expect(world.hypervisor.changes).toEqual([]);
  world.cluster.watches.thaw();
  await world.run(120_000);
  expect(world.hypervisor.changes).toEqual([]);
});

it('a VM that was made anew under the same name gets its own domain alone, once the cache has it', async () => {
  const world = await withoutDomainAndNews((past) => {
    past.deleteVm('web-1');
    past.editVm('web-1', (vm) => {
      vm.metadata.finalizers = [];
    });
    past.putVm('web-1');
  });
  expect(world.hypervisor.changes).toEqual([]);
  world.cluster.watches.thaw();
  await world.run(60_000);
  expect([...world.hypervisor.host('h1').domains.keys()]).toEqual([world.uuid('web-1')]);
});

it('a VM that is as the cache has it gets its domain back although the watch is silent', async () => {
  const world = await withoutDomainAndNews(() => {});
  expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define', 'start']);
});

it('without an answer of the API server nothing is made anew', async () => {
  const world = await withoutDomainAndNews((past) => {
    past.cluster.failNext({
      ...{ verb: 'get', kind: 'VirtualMachine', key: 'shop/web-1', times: 1_000 },
      error: new ApiError({ verb: 'get', kind: 'VirtualMachine' }, { code: 503, message: 'down' }),
    });
  });
  expect(world.hypervisor.changes).toEqual([]);
});

/** etcd is restored from a time at which the VM had no host yet; meanwhile it runs on h1 and nothing more may go there. */
async function restoredEtcd(
  spec: object = {},
  past: (vm: VirtualMachine) => void = () => {},
): Promise<World> {
  const world = await World.withHosts(1);
  world.putVm('web-1');
  await world.run(30_000);
  world.hypervisor.addHost('h2', { hostUUID: '99999999-2222-4333-8444-555555555555' });
  world.editPool((pool) => {
    pool.spec.staticHosts = ['h1', 'h2'].map((name) => ({ name, address: name }));
  });
  await world.run(30_000);
  await world.stopOperator();
  world.cluster.edit(hosts, { name: 'h1' }, (host) => {
    host.spec.unschedulable = true;
  });
  world.editVm('web-1', (vm) => {
    delete vm.status;
    Object.assign(vm.spec, spec);
    past(vm);
  });
  await world.startOperator();
  return world;
}

it('a VM that runs although no binding says so, as after a restore of etcd, is bound where it runs', async () => {
  const world = await restoredEtcd();
  world.forgetCalls();
  await world.run(60_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  expect(world.vm('web-1').status?.hostName).toBe('h1');
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.hypervisor.changes).toEqual([]);
});

it('so is one that had nothing but a message then, that it waits for a host', async () => {
  const world = await restoredEtcd({}, (vm) => {
    vm.metadata.finalizers = [];
    vm.status = { observedGeneration: 1, conditions: [] };
  });
  await world.run(60_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  expect(world.vm('web-1').status?.hostName).toBe('h1');
  expect(world.vm('web-1').metadata.finalizers).toEqual(['vmfabric.io/domain']);
});

it('one that shall be halted is found and halted', async () => {
  const world = await restoredEtcd({ runStrategy: 'Halted' });
  await world.run(60_000);
  expect(world.runsOn('web-1')).toEqual([]);
  expect(world.condition('web-1', 'Ready')).toBe('True Halted');
});

it('one that is deleted takes its domain along', async () => {
  const world = await restoredEtcd();
  world.deleteVm('web-1');
  await world.run(60_000);
  expect(world.findVm('web-1')).toBeUndefined();
  expect(world.hypervisor.hosts.map(({ domains }) => domains.size)).toEqual([0, 0]);
});
