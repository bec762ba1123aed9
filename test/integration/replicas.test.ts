import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { type AuditedWrite, readAudit } from '../../hack/control-plane/audit.ts';
import { type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../hack/paths.ts';
import { waitFor } from '../../hack/wait.ts';
import { kinds, virtualMachines } from '../../operator/api/kinds.ts';
import type { ApplyObject } from '../../operator/kube/cluster.ts';
import { leaseType } from '../../operator/kube/lease-object.ts';
import { hostPool, virtualMachine } from './api-objects.ts';
import { type Client, connect } from './kube-client.ts';
import { ReplicaProcess } from './replica-process.ts';

/** Of its own: two operators would meddle with the objects of other tests. */
let controlPlane: ControlPlane;
let dir: string;
let client: Client;
const replicas: ReplicaProcess[] = [];
const lease = { namespace: 'default', name: 'vmfabric' };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-replicas-'));
  controlPlane = await startControlPlane({ dir, binaries: inject('binaries'), auditLog: true });
  await controlPlane.kubectl(['apply', '--filename', join(projectRoot, 'crds')]);
  const names = kinds.map(({ type }) => `crd/${type.plural}.${type.group}`);
  await controlPlane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
  await controlPlane.kubectl(['apply', '--filename', '-'], { input: JSON.stringify(hostPool()) });
  client = await connect(controlPlane.adminKubeconfigPath);
});

afterEach(async () => {
  for (const replica of replicas.splice(0)) {
    replica.signal('SIGKILL');
    await replica.exit();
  }
});

afterAll(async () => {
  await client?.transport.close();
  await controlPlane?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A replica that the API server knows by this name. */
async function start(user: string): Promise<ReplicaProcess> {
  const path = await controlPlane.kubeconfigFor({ user, groups: ['system:masters'] });
  const replica = await ReplicaProcess.start(path);
  replicas.push(replica);
  return replica;
}

const audit = () => readAudit(controlPlane.auditLogPath ?? '');
const writesOf = async (user: string) => (await audit()).filter((write) => write.user === user);
const isOfLease = ({ resource }: AuditedWrite) => resource === 'leases';
const took = ({ resource, code }: AuditedWrite) => resource === 'leases' && code < 300;
const leads = (user: string) =>
  waitFor(`${user} to lead`, async () => (await writesOf(user)).find(took), { timeoutMs: 60_000 });

/** VMs that the leader has said something of: that there is no host for them. */
const lookedAt = async () => {
  const { items } = await client.cluster.list(virtualMachines);
  return items.filter(({ status }) => status?.conditions?.length).length;
};

it('a leader that was stopped in the middle of its work writes nothing once another one leads', async () => {
  const a = await start('replica-a');
  await leads('replica-a');
  const b = await start('replica-b');
  const names = Array.from({ length: 600 }, (_, index) => `vm-${index}`);
  const create = (name: string) =>
    client.cluster.create(virtualMachines, virtualMachine({}, { name }) as unknown as ApplyObject);
  const creating = Promise.all(names.map(create));
  await waitFor('the leader to be at work', async () => (await lookedAt()) >= 10, {
    timeoutMs: 30_000,
    everyMs: 1,
  });
  await a.suspendAtWork();
  await creating;
  expect(await lookedAt()).toBeLessThan(names.length);
  const { time: takeover } = await leads('replica-b');
  await waitFor('the new leader to have gone through all', async () => (await lookedAt()) === names.length, {
    timeoutMs: 60_000,
  });
  a.signal('SIGCONT');
  expect(await a.exit()).toBe(1);
  expect(a.log).toContain('leadership lost');
  const late = (await writesOf('replica-a')).filter(({ time }) => time > takeover);
  // The one that it was handing to the kernel as it was stopped is past every check; its compare-and-swap is refused.
  expect(late.filter((write) => !isOfLease(write)).length).toBeLessThanOrEqual(1);
  expect(late.filter(({ resource, code }) => resource !== 'events' && code < 300)).toEqual([]);
  expect(await b.probe('/healthz')).toBe(200);
}, 180_000);

it('SIGTERM: gives the Lease back and ends by itself, with nothing left that keeps it alive', async () => {
  const leader = await start('replica-c');
  const holder = async () => (await client.cluster.get(leaseType, lease)).spec.holderIdentity;
  // The Lease may still be one of a replica that was killed; of two who wait for it either may win.
  await leads('replica-c');
  const standby = await start('replica-d');
  const before = await holder();
  leader.signal('SIGTERM');
  await waitFor('the leader to end', () => !leader.isRunning, { timeoutMs: 20_000 });
  expect(await leader.exit()).toBe(0);
  // Released by its last act, rather than left to run out.
  expect(await holder()).not.toBe(before);
  await leads('replica-d');
  standby.signal('SIGTERM');
  expect(await standby.exit()).toBe(0);
  expect(await holder()).toBe('');
}, 120_000);

it('a second signal ends it at once, even though the API server does not answer', async () => {
  const leader = await start('replica-e');
  await leads('replica-e');
  const server = controlPlane.pids['kube-apiserver'] ?? 0;
  process.kill(server, 'SIGSTOP');
  leader.signal('SIGTERM');
  await waitFor('the replica to begin its stop', () => leader.log.includes('vmfabric stops'), {
    timeoutMs: 10_000,
    everyMs: 1,
  });
  leader.signal('SIGTERM');
  expect(await leader.exit()).toBe(1);
  process.kill(server, 'SIGCONT');
}, 120_000);
