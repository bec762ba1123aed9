import { describe, expect, it } from 'vitest';
import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { World } from '../../testing/world.ts';
import { takeDump } from '../dump/dump.ts';
import { snapshotOf } from '../dump/replay.ts';

/** `low`, of 3 CPUs, makes way on h1 for `big`; of 4 CPUs that its share has, `late` asks for 2. */
async function clearing() {
  const world = await World.withCpus([4, 4], {
    shares: [{ name: 'team', namespaces: ['shop'], limit: { cpuCores: 4 } }],
    preemption: { mode: 'StopVirtualMachines' },
  });
  const hostSelector = { matchLabels: { 'kubernetes.io/hostname': 'h1' } };
  world.putVm('low', {
    cpu: { cores: 3 },
    placement: { hostAffinity: { preferred: [{ hostSelector, weight: 1 }] } },
  });
  await world.run(10_000);
  expect(world.vm('low').status?.hostName).toBe('h1');
  await world.stopOperator();
  const urgent = { cpu: { cores: 4 }, placement: { hostSelector, priority: 100 } };
  const big = world.putVm('big', urgent, { namespace: 'other' });
  const late = world.putVm('late', { cpu: { cores: 2 } });
  const dump = await takeDump(world.cluster, { programVersion: '1', takenAt: new Date(0) });
  const { stores, pools } = snapshotOf(dump.objects);
  pools.preemptions.hold(big, { host: 'h1', victims: ['shop/low'] });
  const pool = stores.hostPools.get('default') as HostPool;
  return {
    low: stores.virtualMachines.get('shop/low') as VirtualMachine,
    pools,
    see: (vm: VirtualMachine) => stores.virtualMachines.apply('MODIFIED', vm),
    mayCome: () => pools.gate.refusalAnywhere('default', [pools.request(late, pool).vm]) === undefined,
  };
}

/** As it is once it has been taken off its host. */
const unbound = (vm: VirtualMachine): VirtualMachine => ({
  ...vm,
  metadata: { ...vm.metadata, resourceVersion: `${Number(vm.metadata.resourceVersion) + 1000}` },
  status: { conditions: [] },
});

describe('a VM that makes way', () => {
  it("counts for its share until it is gone: what it has more than the other one asks for is nobody else's yet", async () => {
    const { low, see, mayCome } = await clearing();
    expect(mayCome()).toBe(false);
    see(unbound(low));
    expect(mayCome()).toBe(true);
  });

  it.each(['h1', 'h2'])('counts from the moment on in which its next host, %s, is assumed', async (next) => {
    const { low, see, pools, mayCome } = await clearing();
    const free = unbound(low);
    see(free);
    expect(mayCome()).toBe(true);
    pools.assume(free, { host: next });
    expect(mayCome()).toBe(false);
  });
});
