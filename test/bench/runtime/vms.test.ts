import { afterEach, expect, it } from 'vitest';
import { FakeCluster } from '../../../operator/kube/fake-cluster.ts';
import { VirtualClock } from '../../../operator/kube/testing/virtual-clock.ts';
import { OperatorRig } from './operator/rig.ts';
import { createPool, fleetNamespace, hostNames, prepare } from './population.ts';
import { createSettledVms } from './vms.ts';

const clock = new VirtualClock();
let rig: OperatorRig | undefined;
async function startRig(cluster: FakeCluster): Promise<OperatorRig> {
  rig = new OperatorRig({ cluster, clock, hosts: 2 });
  await rig.seed();
  await rig.operator.start();
  return rig;
}

async function stopRig(): Promise<void> {
  const stopped = rig?.operator.stop();
  await clock.advance(5_000);
  await stopped;
}

afterEach(stopRig);

it('an operator that starts on VMs that are settled writes nothing, and is seen to come to rest', async () => {
  const cluster = new FakeCluster({ clock });
  await prepare(cluster, [fleetNamespace]);
  await createPool(cluster, 2);
  expect((await startRig(cluster)).isQuiet).toBe(false);
  await clock.advance(10_000);
  expect(rig?.isQuiet).toBe(true);
  await stopRig();
  const { signal } = new AbortController();
  await createSettledVms(cluster, { namespace: fleetNamespace, count: 5, hosts: hostNames(2), signal });
  cluster.calls.length = 0;
  const again = await startRig(cluster);
  expect(again.isQuiet).toBe(false);
  await clock.advance(500);
  expect(again.isQuiet).toBe(true);
  expect(again.hypervisor.hosts.map(({ domains }) => domains.size)).toEqual([3, 2]);
  // The Hosts and their pool count the VMs that are new to them.
  expect(cluster.writes.map(({ type }) => type.kind).filter((kind) => !kind.startsWith('Host'))).toEqual([]);
  expect(await again.reconciles()).toBeGreaterThanOrEqual(5);
});
