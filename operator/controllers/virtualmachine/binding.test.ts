import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../kube/cluster.ts';
import { World } from '../../testing/world.ts';

/** Writes of statuses that are not urgent get no answer while `isBusy` says so. */
function busyWithOthers(cluster: Cluster, isBusy: () => boolean): Cluster {
  const patchStatus: Cluster['patchStatus'] = (type, object, status, options) =>
    isBusy() && options?.urgency !== 'urgent'
      ? new Promise(() => {})
      : cluster.patchStatus(type, object, status, options);
  return {
    get: (...call) => cluster.get(...call),
    list: (...call) => cluster.list(...call),
    watch: (...call) => cluster.watch(...call),
    create: (...call) => cluster.create(...call),
    apply: (...call) => cluster.apply(...call),
    setFinalizers: (...call) => cluster.setFinalizers(...call),
    delete: (...call) => cluster.delete(...call),
    patchStatus,
  };
}

describe('the binding of a VM', () => {
  it('waits for no other write, of whatever number they are', async () => {
    let isBusy = false;
    const operator = (world: World) => ({ cluster: busyWithOthers(world.cluster, () => isBusy) });
    const world = await World.withHosts(2, {}, { operator });
    world.putVm('before');
    await world.run(10_000);
    isBusy = true;
    world.putVm('web-1');
    await world.run(1_000);
    expect(world.vm('web-1').status?.hostName).toBeDefined();
  });
});
