import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { waitFor } from '../../hack/wait.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { leaseType } from '../../operator/kube/lease-object.ts';
import { Sharding } from '../../operator/kube/sharding/sharding.ts';
import { type Client, connect, prepare } from './kube-client.ts';

let client: Client;
let namespace: string;

beforeAll(async () => {
  client = await connect(inject('kubeconfig'));
  namespace = await prepare(client.cluster);
});

afterAll(() => client.transport.close());

const limits = { timeoutMs: 30_000 };

/** A replica of the group `name`, whose times are shorter than the default so that a test need not wait for them. */
function replica(name: string, identity: string, shards: number, onLost: (reason: Error) => void): Sharding {
  const sharding = new Sharding({
    ...{ cluster: client.cluster, namespace, name, identity, shards, onLost },
    ...{ clock: systemClock, random: Math.random, log: pino({ level: 'silent' }) },
    proveFresh: async () => {},
    ...{ leaseDurationMs: 6_000, renewDeadlineMs: 4_000, retryPeriodMs: 500 },
  });
  sharding.start();
  return sharding;
}

it('a real API server divides the shards as the one in memory: alone, with another, and alone again', async () => {
  const losses: Error[] = [];
  const join = (identity: string) => replica('group', identity, 32, (reason) => losses.push(reason));
  const a = join('pod_a');
  await waitFor('a to own all', () => a.owned.length === 32, limits);
  const b = join('Pod_B');
  const areDivided = () => a.owned.length + b.owned.length === 32 && b.owned.length > 4;
  await waitFor('all to be owned by both', areDivided, limits);
  expect(a.owned.filter((shard) => b.owned.includes(shard))).toEqual([]);
  const { items } = await client.cluster.list(leaseType, { namespace, labelSelector: 'sharding=group' });
  const ofShards = items.filter(({ metadata }) => metadata.name.startsWith('group-shard-'));
  expect(ofShards).toHaveLength(32);
  expect(ofShards.filter(({ spec }) => spec.holderIdentity === 'Pod_B')).toHaveLength(b.owned.length);
  await a.stop();
  await waitFor('b to own all', () => b.owned.length === 32, limits);
  await b.stop();
  expect(losses).toEqual([]);
}, 90_000);

it('a member that was evicted cannot renew, and is lost', async () => {
  const lost = Promise.withResolvers<Error>();
  const sharding = replica('evicted', 'pod', 1, lost.resolve);
  await waitFor('it to own all', () => sharding.owned.length === 1, limits);
  const evict = async () => {
    const { items } = await client.cluster.list(leaseType, { namespace, labelSelector: 'sharding=evicted' });
    const member = items.find(({ metadata }) => metadata.name.startsWith('evicted-member-'));
    if (!member) return false;
    const { name, resourceVersion } = member.metadata;
    const object = {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: { holderIdentity: '' } },
      metadata: { namespace, name, resourceVersion },
    };
    await client.cluster.apply(leaseType, object, { fieldManager: 'sharding', force: true });
    return true;
  };
  // A renewal that comes in between makes it fail, as it should.
  await waitFor('the eviction to be written between two renewals', evict, limits);
  expect((await lost.promise).message).toBe('the Lease was taken away');
  expect(sharding.owned).toEqual([]);
  await sharding.stop();
}, 60_000);
