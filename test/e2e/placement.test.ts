import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LabHost } from '../../hack/lab/host.ts';
import { projectRoot } from '../../hack/paths.ts';
import { systemNamespace } from '../../hack/start/cluster-objects.ts';
import { waitFor } from '../../hack/wait.ts';
import { findCondition } from '../../operator/controllers/conditions.ts';
import { labVm, startTestFabric, type TestFabric } from './fabric-kit.ts';
import { exitCodeInGuest } from './lab-guests.ts';

/** Two hosts with two slots each: what is free does not depend on the memory of the machine that the lab runs on. */
const slots = { resources: [{ name: 'slot', perHost: 2 }] };
/** Unless told otherwise, it is given no time to shut down when it goes. */
const vmOf = (name: string, count: number, spec: object = {}, labels: object = {}) => {
  const small = { interfaces: [], terminationGracePeriodSeconds: 0 };
  return labVm(name, { ...small, resources: [{ name: 'slot', count }], ...spec }, { labels });
};
const important = (priority: number) => ({ placement: { priority } });

const patience = { timeoutMs: 30_000, everyMs: 200 };

let lab: TestFabric;

beforeAll(async () => {
  // By which kubectl finds the plugin.
  vi.stubEnv('PATH', [join(projectRoot, 'cli/bin'), process.env['PATH']].join(delimiter));
  lab = await startTestFabric();
  await changePool(slots);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await lab?.stop();
});

async function changePool(spec: object): Promise<void> {
  await lab.kubectl('patch', 'hp', 'default', '--type=merge', '-p', JSON.stringify({ spec }));
  await judged('hp/default');
}

/** Resolves once the operator goes by what the object says now. */
function judged(object: string): Promise<true> {
  const look = async () => {
    const { metadata, status } = JSON.parse(await lab.kubectl('get', object, '-o', 'json'));
    return status?.observedGeneration === metadata.generation;
  };
  return waitFor(`${object} to be judged as it is now`, look, patience);
}

const remove = (...names: string[]) => lab.kubectl('delete', 'vm', ...names, '--timeout=60s');
const ready = (...names: string[]) => Promise.all(names.map((name) => lab.waitReady(name)));

/** Names of domains that a host has, running or not. */
async function domainsOn(host: LabHost): Promise<string[]> {
  const all = await host.virsh(['list', '--all', '--name']);
  return all
    .split('\n')
    .filter((name) => name !== '')
    .sort();
}

async function allDomains(): Promise<string[]> {
  return (await Promise.all(lab.fabric.lab.hosts.map(domainsOn))).flat().sort();
}

/** Resolves once the VM says that it waits, in words that have these in them; with all of its words. */
function waits(name: string, words: string): Promise<string> {
  const look = async () => {
    const { status, message = '' } = findCondition(await lab.vm(name), 'Scheduled') ?? {};
    return status === 'False' && message.includes(words) && message;
  };
  return waitFor(`${name} to wait: ${words}`, look, patience);
}

/** Resolves once an Event of the VM says so. */
async function toldOf(name: string, event: RegExp): Promise<void> {
  await waitFor(`${event}`, async () => event.test(await lab.kubectl('describe', 'vm', name)), patience);
}

/** A dump of the cluster as it is, decided anew, comes to what these VMs say, and to nothing for any other. */
async function replayAgreesWith(...names: string[]): Promise<void> {
  const look = async () => {
    const input = await lab.kubectl('vmfabric', 'dump');
    const output = await lab.fabric.kubectl(['vmfabric', 'replay', '-', '-o', 'json'], { input });
    const replayed: { vm: string }[] = JSON.parse(output);
    const told = names.map(async (name) => {
      const { reason, message } = findCondition(await lab.vm(name), 'Scheduled') ?? {};
      return { vm: `default/${name}`, reason, message };
    });
    expect(replayed.sort((a, b) => (a.vm < b.vm ? -1 : 1))).toEqual(await Promise.all(told));
  };
  // The one may be of the moment before the other.
  await vi.waitFor(look, { timeout: patience.timeoutMs, interval: patience.everyMs });
}

describe('an urgent VM that comes to a full pool', () => {
  let cleared: LabHost;
  let bystander: number | undefined;

  it('has the least important one asked to shut down; an operator that dies then is no loss', async () => {
    await changePool({ preemption: { mode: 'StopVirtualMachines' } });
    await lab.apply(
      vmOf('least', 2, { ...important(1), terminationGracePeriodSeconds: 60 }),
      vmOf('other', 2, important(5)),
    );
    await ready('least', 'other');
    cleared = await lab.hostOf('least');
    bystander = (await lab.guests())['default_other'];
    // From now on it does not hear its power button, and hears later that it was pressed meanwhile.
    const isDeaf = async () =>
      (await exitCodeInGuest(cleared, 'default_least', '/bin/killall', ['-STOP', 'dd'])) === 0;
    await waitFor('the guest to be deaf', isDeaf, patience);

    await lab.apply(vmOf('urgent', 2, important(10)));
    const message = await lab.waitCondition('vm/urgent', 'Scheduled', 'False Preempting');
    expect(message).toBe(
      `Host ${cleared.name} is kept for the VM; it waits for less important ones to shut down there: default/least.`,
    );
    expect(await lab.waitCondition('vm/least', 'Ready', 'False Preempted')).toBe(
      'The VM is shut down to make way for default/urgent, which is more important; it starts again where there is room.',
    );
    await toldOf('least', /Warning +Preempted/);
    await lab.fabric.operator.kill('SIGKILL');
    await replayAgreesWith('urgent');
    expect(await lab.kubectl('vmfabric', 'explain', 'urgent')).toContain(message);
  });

  it('waits until the guest has shut down, whether or not an operator sees it', async () => {
    const hear = { execute: 'guest-exec', arguments: { path: '/bin/killall', arg: ['-CONT', 'dd'] } };
    await cleared.virsh(['qemu-agent-command', 'default_least', JSON.stringify(hear)]);
    const isOff = async () => (await cleared.virsh(['domstate', 'default_least'])).includes('shut off');
    await waitFor('the guest to shut down', isOff, patience);
    // The dead hold theirs for 15 s more, in which nothing happens.
    await lab.kubectl('delete', 'lease', 'vmfabric', '-n', systemNamespace);
    await lab.fabric.operator.start();
  });

  it('runs in its place, of which nothing is left there; the other one waits, and says for what', async () => {
    await lab.waitReady('urgent');
    expect((await lab.hostOf('urgent')).name).toBe(cleared.name);
    expect(await allDomains()).toEqual(['default_other', 'default_urgent']);
    expect(await domainsOn(cleared)).toEqual(['default_urgent']);
    expect((await lab.guests())['default_other']).toBe(bystander);
    expect(await lab.waitCondition('vm/least', 'Scheduled', 'False Unschedulable')).toContain('lack slot');
    const { status } = await lab.vm('least');
    expect([status?.hostName, status?.makesWayFor]).toEqual([undefined, undefined]);
    await replayAgreesWith('least');
    expect(await lab.kubectl('describe', 'vm', 'least')).not.toContain('PoweredOff');
  });

  it('goes, and the one that made way runs again', async () => {
    await remove('urgent');
    await lab.waitReady('least');
    expect((await lab.vm('least')).status?.placementGeneration).toBe(2);
    expect(await allDomains()).toEqual(['default_least', 'default_other']);
    await remove('other');
  });
});

describe('a gang of three', () => {
  const member = (name: string) => vmOf(name, 1, {}, { app: 'gang' });

  it('has no place while one of it is missing', async () => {
    await lab.apply({
      apiVersion: 'vmfabric.io/v1alpha1',
      kind: 'PlacementPolicy',
      metadata: { name: 'gang', namespace: 'default' },
      spec: { vmSelector: { matchLabels: { app: 'gang' } }, gang: { minMembers: 3 } },
    });
    await judged('pp/gang');
    await lab.apply(member('one'), member('two'));
    for (const name of ['one', 'two'])
      await waits(name, '2 of them can be placed now, so it waits for 1 more');
    await replayAgreesWith('one', 'two');
    expect(await allDomains()).toEqual(['default_least']);
  });

  it('has none while there is room for two of them only', async () => {
    await lab.apply(member('three'));
    for (const name of ['one', 'two', 'three']) await waits(name, 'does not fit as a whole');
    await replayAgreesWith('one', 'three', 'two');
    expect(await allDomains()).toEqual(['default_least']);
  });

  it('runs as a whole once there is room for it', async () => {
    await remove('least');
    await ready('one', 'two', 'three');
    expect(await allDomains()).toEqual(['default_one', 'default_three', 'default_two']);
  });
});

describe('a pool that keeps room for the failure of a host', () => {
  it('says so in its columns, and has a VM wait that would take what is kept', async () => {
    await remove('three');
    await changePool({ failureReserve: { failures: 1 } });
    await lab.waitCondition('hp/default', 'ReserveKept', 'True ReserveComplete');
    expect(await lab.kubectl('get', 'hp')).toMatch(/ HEADROOM .*\n.* 1\/1 failures/);
    await lab.apply(vmOf('more', 1));
    const message = await lab.waitCondition('vm/more', 'Scheduled', 'False Unschedulable');
    expect(message).toContain('would not leave the reserve for 1 failure of kubernetes.io/hostname');
    await replayAgreesWith('more');
    expect(await lab.kubectl('vmfabric', 'explain', 'more')).toContain(message);
  });

  it('has it run once less is kept', async () => {
    await changePool({ failureReserve: null });
    await lab.waitReady('more');
    expect(await lab.kubectl('get', 'hp')).not.toContain('failures');
  });
});

it('what would be is told of the real hosts', async () => {
  const fit = ['--fit', 'cpu=1,memory=128Mi,slot=1'];
  const questions = [...fit, '--add', '1=h1', ...fit, '--lose', 'h1,h2'];
  const answers = JSON.parse(await lab.kubectl('vmfabric', 'what-if', ...questions, '-o', 'json'));
  expect(answers).toMatchObject([
    { kind: 'fit', fits: 1 },
    { kind: 'add', hosts: ['h1-new-1'] },
    { kind: 'fit', fits: 3 },
    { kind: 'lose', placed: [{ host: 'h1-new-1' }, { host: 'h1-new-1' }], homeless: [{}] },
  ]);
  await replayAgreesWith();
});
