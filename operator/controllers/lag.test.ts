import { expect, it } from 'vitest';
import type { Host } from '../api/host.ts';
import { Store } from '../kube/store.ts';
import { poolLagMs } from './lag.ts';

it('the more hosts a pool has, the later they are summed up, and a small pool is within a second or so', () => {
  const hosts = new Store<Host>();
  hosts.addIndexer('pool', ({ spec }) => [spec.hostPoolRef.name]);
  for (let index = 0; index < 5_000; index++) {
    hosts.apply('ADDED', {
      ...{ apiVersion: 'vmfabric.io/v1alpha1', kind: 'Host' },
      metadata: { name: `h${index}`, uid: `u${index}`, resourceVersion: `${index + 1}` },
      spec: { hostPoolRef: { name: index < 10 ? 'small' : 'large' }, address: '192.0.2.1' },
    } as Host);
  }
  expect(poolLagMs({ hosts }, 'small')).toBeLessThan(1_100);
  const large = poolLagMs({ hosts }, 'large');
  expect(large).toBeGreaterThan(2_000);
  expect(large).toBeLessThan(5_000);
});
