import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditedWrite, readAudit } from '../../hack/control-plane/audit.ts';
import type { LabHost } from '../../hack/lab/host.ts';
import { recordOf, signalProcess } from '../../hack/process-record.ts';
import { releaseName, systemNamespace } from '../../hack/start/cluster-objects.ts';
import { OperatorProcess } from '../../hack/start/operator-process.ts';
import { waitFor } from '../../hack/wait.ts';
import { type FaultProxy, startFaultProxy } from '../chaos/fault-proxy/fault-proxy.ts';
import { type Client, connect } from '../integration/kube-client.ts';
import { ReplicaProcess } from '../integration/replica-process.ts';
import { CrashRuns } from './chaos/crash-runs.ts';
import { DomainWatch } from './chaos/domain-watch.ts';
import { HostProxies } from './chaos/host-proxies.ts';
import { blowsFor } from './chaos/write.ts';
import { labVm, onHost, startTestFabric, type TestFabric } from './fabric-kit.ts';

let lab: TestFabric;

beforeAll(async () => {
  lab = await startTestFabric({ hosts: 2 });
});
afterAll(() => lab?.stop());

const spec = (name: string, change: object) =>
  lab.kubectl('patch', 'vm', name, '--type=merge', '-p', JSON.stringify({ spec: change }));
const remove = (...names: string[]) => lab.kubectl('delete', 'vm', ...names, '--wait=false');
const gone = (...names: string[]) =>
  lab.kubectl('wait', '--for=delete', ...names.map((name) => `vm/${name}`), '--timeout=60s');

describe('while libvirtd on one host', () => {
  let h1: LabHost;
  /** Process ids of what must outlive all: a guest on each host, and the operator. */
  let survivors: object;

  const pids = async () => {
    const { default_kept, default_steady } = await lab.guests();
    return { default_kept, default_steady, operator: lab.fabric.operator.pid };
  };

  beforeAll(async () => {
    const [first] = lab.fabric.lab.hosts;
    if (!first) throw new Error('the lab has two hosts');
    h1 = first;
    await lab.apply(
      ...[labVm('kept', onHost('h1')), labVm('going', onHost('h1')), labVm('steady', onHost('h2'))],
      labVm('switched', { ...onHost('h2'), terminationGracePeriodSeconds: 0 }),
    );
    for (const name of ['kept', 'going', 'steady', 'switched']) await lab.waitReady(name);
    survivors = await pids();
  });
  afterAll(() => lab.kubectl('delete', 'vm', '--all', '--timeout=60s'));

  it('hangs, all guests and the other host go on, and what was asked for meanwhile is done when it is back', async () => {
    const libvirtd = recordOf((await h1.pids()).libvirtd ?? 0);
    if (!libvirtd) throw new Error('libvirtd does not run');
    const beganAt = performance.now();
    const seconds = () => ((performance.now() - beganAt) / 1000).toFixed(1);
    signalProcess(libvirtd, 'SIGSTOP');
    try {
      await remove('going');
      await spec('switched', { runStrategy: 'Halted' });
      const late = labVm('late', { ...onHost('h1'), terminationGracePeriodSeconds: 0 });
      await lab.apply(late, labVm('fresh', onHost('h2')));
      await lab.waitReady('fresh');
      await lab.waitCondition('vm/switched', 'Ready', 'True Halted');
      console.log(`the other host had done its work after ${seconds()} s`);
      await lab.waitCondition('vmhost/h1', 'Ready', 'False HostUnreachable');
      console.log(`the host was found to hang after ${seconds()} s`);
    } finally {
      signalProcess(libvirtd, 'SIGCONT');
    }
    await lab.waitReady('late');
    await gone('going');
    await lab.waitCondition('vm/kept', 'Ready', 'True Running');
    console.log(`all was done after ${seconds()} s`);
    expect(await pids()).toEqual(survivors);
    expect((await h1.pids()).libvirtd).toBe(libvirtd.pid);
  });

  it('is killed, all guests and the other host go on, and it is used again when it is back', async () => {
    const back = h1.restartLibvirtd('SIGKILL');
    await spec('switched', { runStrategy: 'Always' });
    await lab.waitCondition('vm/switched', 'Ready', 'True Running');
    await back;
    await spec('late', { runStrategy: 'Halted' });
    await lab.waitCondition('vm/late', 'Ready', 'True Halted');
    expect(await pids()).toEqual(survivors);
  });
});

describe('with all that the operator does seen on its way', () => {
  let proxies: HostProxies;
  let watch: DomainWatch;

  beforeAll(async () => {
    proxies = await HostProxies.before(lab);
    watch = await DomainWatch.start(lab.fabric.lab);
    await lab.fabric.operator.stop();
  });
  afterAll(async () => {
    await watch?.stop();
    await proxies?.stop();
  });

  it('a second copy of a domain is seen', async () => {
    const sampler = watch.sample();
    const twin = `<domain type='qemu'><name>twin</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>`;
    for (const host of lab.fabric.lab.hosts) await host.virsh(['define', '/dev/stdin'], { input: twin });
    const looks = sampler.samples;
    await waitFor('two more looks', () => sampler.samples >= looks + 2, { timeoutMs: 10_000 });
    expect(await sampler.end()).toEqual(['twin on h1 and h2']);
    for (const host of lab.fabric.lab.hosts) await host.virsh(['undefine', 'twin']);
  });

  describe('a leader that is stopped at its work', () => {
    const replicas: ReplicaProcess[] = [];
    const made = Array.from({ length: 8 }, (_, index) => `new-${index}`);

    afterAll(async () => {
      await lab.kubectl('delete', 'vm', '--all', '--timeout=60s');
      for (const replica of replicas) {
        replica.signal('SIGKILL');
        await replica.exit();
      }
    });

    /** A replica that the API server knows by this name. */
    async function start(user: string): Promise<ReplicaProcess> {
      const { controlPlane } = lab.fabric;
      const path = await controlPlane.kubeconfigFor({ user, groups: ['system:masters'] });
      const replica = await ReplicaProcess.start(path);
      replicas.push(replica);
      return replica;
    }

    const writesOf = async (user: string) =>
      (await readAudit(lab.fabric.controlPlane.auditLogPath ?? '')).filter((write) => write.user === user);
    const isOfLease = ({ resource }: AuditedWrite) => resource === 'leases';
    const isSameObject = (one: AuditedWrite, other: AuditedWrite) =>
      one.resource === other.resource && one.namespace === other.namespace && one.name === other.name;
    const leads = (user: string) =>
      waitFor(
        `${user} to lead`,
        async () => (await writesOf(user)).find((write) => isOfLease(write) && write.code < 300),
        { timeoutMs: 60_000 },
      );
    const changesOf = ({ pid }: ReplicaProcess) => proxies.changes.filter(({ client }) => client === pid);
    const count = (what: string) => watch.counts()[what] ?? 0;
    const started = () => made.filter((name) => count(`Started Booted default_${name}`) > 0).length;

    it('does nothing more to hosts or API once another one leads, and no VM gets a second copy', async () => {
      const a = await start('replica-a');
      await leads('replica-a');
      await lab.apply(labVm('doomed'), labVm('halted'));
      for (const name of ['doomed', 'halted']) await lab.waitReady(name);
      const b = await start('replica-b');
      const sampler = watch.sample();
      proxies.forget();
      watch.events.length = 0;
      await lab.apply(...made.map((name) => labVm(name, { terminationGracePeriodSeconds: 0 })));
      await remove('doomed');
      await spec('halted', { runStrategy: 'Halted' });
      const isAtWork = () => changesOf(a).filter(({ call }) => call === 'start').length >= 2;
      await waitFor('the leader to be at work', isAtWork, { timeoutMs: 30_000, everyMs: 1 });
      await a.suspendAtWork();
      const doneByA = started();
      expect(doneByA).toBeLessThan(made.length);

      const takeover = await leads('replica-b');
      await waitFor('the new leader to be at work', () => changesOf(b).length > 0, { timeoutMs: 30_000 });
      a.signal('SIGCONT');
      expect(await a.exit()).toBe(1);
      expect(a.log).toContain('leadership lost');
      for (const name of made) await lab.waitReady(name);
      await gone('doomed');
      await lab.waitCondition('vm/halted', 'Ready', 'True Halted');

      expect(await sampler.end()).toEqual([]);
      const byB = (await writesOf('replica-b')).filter(({ code }) => code < 300);
      const late = (await writesOf('replica-a')).filter(({ time }) => time > takeover.time);
      // The one that it was handing to the kernel as it was stopped is past every check; it is a compare-and-swap.
      expect(late.filter((write) => !isOfLease(write)).length).toBeLessThanOrEqual(1);
      const overwritten = late
        .filter(({ resource, code }) => resource !== 'events' && code < 300)
        .flatMap((write) => byB.filter((one) => isSameObject(one, write) && one.time < write.time));
      expect(overwritten).toEqual([]);
      expect(changesOf(a).filter(({ at }) => at > Date.parse(takeover.time))).toEqual([]);
      expect(new Set(proxies.changes.map(({ client }) => client))).toEqual(new Set([a.pid, b.pid]));
      for (const name of made) {
        expect(count(`Defined Added default_${name}`)).toBe(1);
        expect(count(`Started Booted default_${name}`)).toBe(1);
      }
      expect(count('Undefined Removed default_doomed')).toBe(1);
      expect(await b.probe('/healthz')).toBe(200);
      console.log(
        `${doneByA} of ${made.length} VMs ran as the leader was stopped; ${sampler.samples} looks for copies`,
      );
    });
  });

  describe('an operator that is killed right after a write', () => {
    let api: FaultProxy;
    let admin: Client;
    let operator: OperatorProcess;
    let runs: CrashRuns;

    beforeAll(async () => {
      const { controlPlane, dir } = lab.fabric;
      const asOperator = await controlPlane.serviceAccountKubeconfig(systemNamespace, releaseName);
      api = await startFaultProxy({ kubeconfigPath: asOperator });
      admin = await connect(controlPlane.adminKubeconfigPath);
      operator = new OperatorProcess({
        dir: join(dir, 'killed'),
        ...{ kubeconfigPath: api.kubeconfigPath, leaseNamespace: systemNamespace },
      });
      await operator.start();
      const lease = { namespace: systemNamespace, name: 'vmfabric' };
      runs = new CrashRuns({ admin, api, hosts: proxies, watch, operator, lease });
    });
    afterAll(async () => {
      await operator?.stop();
      await admin?.transport.close();
      await api?.stop();
    });

    it('ends where it would have, by as many definitions and starts, and is quiet', async () => {
      const reference = await runs.run();
      expect(reference.domainEvents).toMatchObject({
        'Defined Added default_calm': 1,
        'Started Booted default_calm': 1,
        'Undefined Removed default_calm': 1,
        'Stopped Destroyed default_harsh': 1,
      });
      const runsOfBlows = blowsFor(reference.steps, 2);
      for (const blows of runsOfBlows) {
        expect(blows).toHaveLength(reference.steps.length);
        const { domainEvents } = await runs.run({ reference, blows });
        expect(domainEvents, blows.map(({ what }) => what).join(', ')).toEqual(reference.domainEvents);
      }
      const struck = runsOfBlows.flat().map(({ what }) => what);
      console.log(`killed after each of ${struck.length} writes: ${struck.join(', ')}`);
    }, 600_000);
  });
});
