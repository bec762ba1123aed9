import { setTimeout as delay, setInterval as everyMs } from 'node:timers/promises';
import { hostPools, virtualMachineClasses, virtualMachines } from '../../../../operator/api/kinds.ts';
import { reconcileHostPool } from '../../../../operator/controllers/hostpool/reconcile.ts';
import { nodes } from '../../../../operator/controllers/stores.ts';
import { systemClock } from '../../../../operator/kube/clock.ts';
import { FakeCluster } from '../../../../operator/kube/fake-cluster.ts';
import { answer } from '../../answer.ts';
import { OperatorRig } from '../../runtime/operator/rig.ts';
import { fleetNamespace, hostNames, prepare } from '../../runtime/population.ts';
import { vmManifest } from '../../runtime/vms.ts';
import { percentile } from '../../samples.ts';
import { nodeOf, poolSpec } from '../index/objects.ts';

export interface PoolStatusSpec {
  hosts: number;
  classes: number;
  /** How often the pool is summed up. */
  statuses: number;
  /** VMs that are placed before each. */
  vms: number;
}

/* The whole operator in memory at rest; then VMs are counted on hosts, and each time the pool is summed up anew. */

const spec = JSON.parse(process.argv[2] ?? '{}') as PoolStatusSpec;
const apiVersion = 'vmfabric.io/v1alpha1';
const names = hostNames(spec.hosts);
const pool = 'default';

const cluster = new FakeCluster();
await prepare(cluster, []);
const labels = { 'vmfabric.io/host': 'true' };
for (const name of names) cluster.put(nodes, { ...nodeOf({ name, labels }), metadata: { name, labels } });
cluster.put(hostPools, { apiVersion, kind: 'HostPool', metadata: { name: pool }, spec: poolSpec() });
for (let index = 1; index <= spec.classes; index++) {
  cluster.put(virtualMachineClasses, {
    ...{ apiVersion, kind: 'VirtualMachineClass', metadata: { name: `class-${index}` } },
    spec: { cpu: { cores: index }, memory: { size: `${index * 3}Gi` } },
  });
}
const rig = new OperatorRig({ cluster, clock: systemClock, hosts: spec.hosts });
await rig.operator.start();
for await (const _ of everyMs(200)) if (rig.isQuiet) break;

const { stores, pools } = rig.operator;
const env = { stores, pools, clock: systemClock };
const context = { cluster, signal: new AbortController().signal };
const [ms, cpuMs]: [number[], number[]] = [[], []];

for (let turn = 0; turn < spec.statuses; turn++) {
  for (let number = 0; number < spec.vms; number++) {
    const vm = cluster.put(virtualMachines, vmManifest(fleetNamespace, `vm-${turn}-${number}`));
    pools.count(vm, { host: names[(turn * spec.vms + number) % names.length] ?? '' });
  }
  const before = stores.hostPools.get(pool)?.status;
  const [begin, cpuBegin] = [performance.now(), process.threadCpuUsage()];
  await reconcileHostPool(env, pool, context);
  const { user, system } = process.threadCpuUsage(cpuBegin);
  ms.push(performance.now() - begin);
  cpuMs.push((user + system) / 1e3);
  // Comes back by the watch.
  while (stores.hostPools.get(pool)?.status === before) await delay(5);
}
answer({
  ...{ p50Ms: percentile(ms, 50), p99Ms: percentile(ms, 99), maxMs: percentile(ms, 100) },
  cpuP50Ms: percentile(cpuMs, 50),
});
process.exit();
