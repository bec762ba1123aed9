import type { PoolModel } from '../../../../operator/controllers/pool/pool-model.ts';
import { answer } from '../../answer.ts';
import { vmManifest } from '../../runtime/vms.ts';
import { settledMemory } from '../../self-measurement.ts';
import { makeHosts } from '../workload/hosts.ts';
import { cachesOf, connect, modelOf } from './model.ts';
import { type PoolObjects, poolObjects } from './objects.ts';

export interface IndexSpec {
  hosts: number;
  vms: number;
}

/* Fills caches from a pool's objects, first alone, then with the placement index behind them, and answers what it took. */

/** Of heap and of typed arrays, which lie outside. */
async function held(): Promise<number> {
  const { heapKiB } = await settledMemory();
  return heapKiB / 1024 + process.memoryUsage().arrayBuffers / 2 ** 20;
}

interface Made<T> {
  made: T;
  objects: PoolObjects;
  seconds: number;
  mebibytes: number;
}

/** What making something of objects takes of time and of memory. They are new, as a cache freezes each that it takes in. */
async function cost<T>(size: IndexSpec, make: (objects: PoolObjects) => T): Promise<Made<T>> {
  const objects = poolObjects(size);
  const before = await held();
  const begin = performance.now();
  const made = make(objects);
  const seconds = (performance.now() - begin) / 1e3;
  return { made, objects, seconds, mebibytes: (await held()) - before };
}

async function cachesAlone(size: IndexSpec) {
  const { made, seconds, mebibytes } = await cost(size, cachesOf);
  return { size: made.virtualMachines.size, seconds, mebibytes };
}

/** How long the index thinks about a VM when it is asked for the first time. */
function firstDecision({ made, objects }: Made<PoolModel>): number {
  const manifest = vmManifest('tenant-1', 'new-1');
  const vm = { ...manifest, metadata: { ...manifest.metadata, uid: 'new', resourceVersion: '1' } };
  const begin = performance.now();
  const decision = made.place(vm, objects.pool);
  if (decision.kind !== 'placed') throw new Error(`a VM found no host in the index: ${decision.message}`);
  return performance.now() - begin;
}

const spec = JSON.parse(process.argv[2] ?? '{}') as IndexSpec;
const connections = await connect(makeHosts(spec.hosts).map(({ name }) => name));
const caches = await cachesAlone(spec);
const model = await cost(spec, (objects) => modelOf(objects, connections));
answer({
  ...{ seconds: model.seconds, mebibytes: model.mebibytes - caches.mebibytes },
  ...{ firstDecisionMs: firstDecision(model), size: caches.size },
  ...{ cacheSeconds: caches.seconds, cacheMebibytes: caches.mebibytes },
});
process.exit();
