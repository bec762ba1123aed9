import { pino } from 'pino';
import { expect, it } from 'vitest';
import { FakeCluster } from '../../../../operator/kube/fake-cluster.ts';
import { createKubeMetrics } from '../../../../operator/kube/metrics.ts';
import { Reflector } from '../../../../operator/kube/reflector.ts';
import { Store } from '../../../../operator/kube/store.ts';
import { settle, VirtualClock } from '../../../../operator/kube/testing/virtual-clock.ts';
import { vmType } from '../vm-type.ts';
import { IdleController } from './idle-controller.ts';

it('reconciles every object once each time, and writes nothing', async () => {
  const [cluster, clock, metrics] = [new FakeCluster(), new VirtualClock(), createKubeMetrics()];
  for (const name of ['a', 'b', 'c'])
    cluster.put(vmType, {
      apiVersion: '',
      kind: '',
      metadata: { namespace: 'ns', name },
      status: { seen: 1 },
    });
  const parts = {
    cluster,
    clock,
    metrics,
    store: new Store(),
    random: () => 1,
    log: pino({ level: 'silent' }),
  };
  const reflector = new Reflector({ ...parts, type: vmType });
  reflector.start();
  await reflector.synced;
  const controller = new IdleController(parts);
  const total = async () =>
    (await metrics.reconciles.get()).values.reduce((sum, { value }) => sum + value, 0);
  for (const reconciles of [3, 6, 9]) {
    expect(await controller.reconcileAll()).toBe(3);
    await settle();
    expect(await total()).toBe(reconciles);
  }
  expect(cluster.writes).toEqual([]);
  await reflector.stop();
});
