import { describe, expect, it } from 'vitest';
import { hostStatus } from '../../api/host.ts';
import { hostPoolStatus } from '../../api/hostpool.ts';
import { virtualMachineStatus } from '../../api/virtualmachine.ts';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';

const minutes = (count: number) => count * 60_000;

/** One host, and on it `web-1`, which runs and was judged to be content. */
async function settledWorld(spec: object = { cpu: { cores: 2 } }): Promise<World> {
  const world = await World.withRunningVm(spec);
  await world.run(minutes(5));
  return world;
}

function useOf(world: World, name: string) {
  const use = world.hostOf(name).domains.get(world.uuid(name))?.use;
  if (!use) throw new Error(`${name} has no domain`);
  return use;
}

const busy = { runs: 1, waits: 1 };
const idle = { runs: 0.01, waits: 0.01 };

describe('a VM that waits for processors', () => {
  it('says so within two minutes, in words that hold still, and once it gets them', async () => {
    const world = await settledWorld();
    expect(world.condition('web-1', 'Contended')).toBe('False Content');
    useOf(world, 'web-1').does(busy);
    await world.run(minutes(2));
    expect(world.condition('web-1', 'Contended')).toBe('True CPUContended');
    await world.run(minutes(8));
    expect(world.message('web-1', 'Contended')).toBe(
      'On host h1 the VM waits for one for at least 25 % of the time that it wants processors.',
    );
    expect(world.vm('web-1').status?.contention).toEqual({ cpuPercent: 25, memoryPercent: 0 });
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    world.forgetCalls();
    await world.run(minutes(30));
    expect(world.writes('VirtualMachine')).toEqual([]);
    useOf(world, 'web-1').does(idle);
    await world.run(minutes(15));
    expect(world.condition('web-1', 'Contended')).toBe('False Content');
    expect(world.vm('web-1').status?.contention).toBeUndefined();
  });

  it('is told by its host and its pool', async () => {
    const world = await settledWorld();
    world.hostOf('web-1').use.cpus = 8;
    useOf(world, 'web-1').does(busy);
    await world.run(minutes(30));
    expect(world.hostObject('h1')?.status).toMatchObject({
      used: { cpuPercent: 50, memoryPercent: 0 },
      contentionPercent: 50,
    });
    expect(world.pool()?.status?.happiness).toEqual({
      unhappy: 1,
      worst: [{ namespace: 'shop', name: 'web-1', hostName: 'h1', cpuPercent: 25, memoryPercent: 0 }],
    });
    expect(world.pool()?.status?.resources?.[0]).toMatchObject({ name: 'cpu', usedPercent: 50 });
    world.deleteVm('web-1');
    await world.run(minutes(5));
    expect(world.pool()?.status?.happiness).toEqual({ unhappy: 0 });
    await world.run(minutes(10));
    expect(world.hostObject('h1')?.status?.contentionPercent).toBe(0);
  });

  it('says so no more once it does not run', async () => {
    const world = await settledWorld();
    useOf(world, 'web-1').does(busy);
    await world.run(minutes(5));
    world.halt('web-1');
    await world.run(minutes(2));
    expect(world.condition('web-1', 'Contended')).toBe('False Content');
  });

  it('goes on saying so through a restart of the operator, without a write, until it is judged again', async () => {
    const world = await settledWorld();
    useOf(world, 'web-1').does(busy);
    await world.run(minutes(15));
    world.forgetCalls();
    await world.restartOperator();
    await world.run(minutes(15));
    expect([world.writes('VirtualMachine'), world.writes('Host'), world.writes('HostPool')]).toEqual([
      [],
      [],
      [],
    ]);
    useOf(world, 'web-1').does(idle);
    await world.restartOperator();
    await world.run(minutes(15));
    expect(world.condition('web-1', 'Contended')).toBe('False Content');
  });

  it('keeps other VMs from coming to its host while they fit elsewhere', async () => {
    const world = await World.withHosts(2);
    world.putVm('web-1', { cpu: { cores: 2 } });
    await world.run(minutes(5));
    const before = world.vm('web-1').status?.hostName;
    // As full as the other one but for web-1, whose host would be next in turn.
    world.putVm('large', { cpu: { cores: 4 }, memory: { size: '8Gi' } });
    await world.run(minutes(1));
    expect(world.vm('large').status?.hostName).not.toBe(before);
    useOf(world, 'web-1').does({ runs: 1, waits: 4 });
    await world.run(minutes(15));
    world.putVm('next');
    await world.run(minutes(1));
    expect(world.vm('next').status?.hostName).not.toBe(before);
  });
});

describe('a VM whose memory its balloon has taken', () => {
  it('says so', async () => {
    const world = await settledWorld();
    useOf(world, 'web-1').ballooned = 0.3;
    await world.run(minutes(15));
    expect(world.condition('web-1', 'Contended')).toBe('True MemoryContended');
    expect(world.vm('web-1').status?.contention).toEqual({ cpuPercent: 0, memoryPercent: 25 });
  });
});

describe('in a quiet hour', () => {
  it('nothing is written, and each host is asked about once a minute', async () => {
    const world = await settledWorld();
    await world.run(minutes(10));
    world.forgetCalls();
    await world.run(minutes(60));
    expect([...world.writes('VirtualMachine'), ...world.writes('Host'), ...world.writes('HostPool')]).toEqual(
      [],
    );
    const asked = world.hypervisor.calls.filter(({ call }) => call === 'statistics').length;
    expect(asked).toBeGreaterThan(45);
    expect(asked).toBeLessThan(80);
  });

  it('a host whose load goes to and fro is written once in ten minutes at most', async () => {
    const world = await settledWorld();
    world.forgetCalls();
    for (let minute = 0; minute < 120; minute++) {
      world.hostOf('web-1').use.cpus = minute % 40 < 20 ? 1 : 15;
      await world.run(minutes(1));
    }
    const writes = world.writes('Host').length;
    expect(writes).toBeGreaterThan(3);
    expect(writes).toBeLessThanOrEqual(12);
  });
});

describe('a host whose statistics', () => {
  const failure = new HypervisorError('Failed', 'no');

  it.each([
    ['fail', { when: 'before', outcome: failure }],
    ['hang', { when: 'before', outcome: 'hang' }],
  ] as const)('%s runs VMs as any other', async (_, fault) => {
    const world = await World.withHosts(1);
    world.hypervisor.host('h1').failAll('statistics', fault);
    world.putVm('web-1');
    await world.run(minutes(10));
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.condition('web-1', 'Contended')).toBe('False Content');
    expect(world.hostObject('h1')?.status?.used).toBeUndefined();
    const underWay = world.hypervisor.calls.filter(({ call, outcome }) => call === 'statistics' && !outcome);
    expect(underWay.length).toBeLessThanOrEqual(1);
  });

  it('fail for a while keeps what it told before', async () => {
    const world = await settledWorld();
    const before = world.hostObject('h1')?.status?.used;
    expect(before).toBeDefined();
    world.hypervisor.host('h1').failAll('statistics', { when: 'before', outcome: failure });
    await world.run(minutes(30));
    expect(world.hostObject('h1')?.status?.used).toEqual(before);
  });
});

describe('whatever a host tells', () => {
  const nonsense = [Number.NaN, -1, 0, 1e300, Number.POSITIVE_INFINITY, 5];

  it.each(['its own VMs', 'VMs of others'])('of %s, statuses hold what they may', async (whose) => {
    const world = await World.withHosts(2);
    world.putVm('web-1', {});
    await world.run(minutes(1));
    const liar = world.hypervisor.host(
      whose === 'its own VMs'
        ? (world.vm('web-1').status?.hostName ?? '')
        : (['h1', 'h2'].find((name) => name !== world.vm('web-1').status?.hostName) ?? ''),
    );
    let turn = 0;
    const some = () => nonsense[turn++ % nonsense.length] as number;
    liar.lie = () => ({
      cpu: { busyNs: some(), totalNs: some() },
      memory: { usedBytes: some(), totalBytes: some() },
      domains: Array.from({ length: 3 }, () => ({
        ...{ uuid: world.uuid('web-1'), ranNs: some(), waitedNs: some() },
        ...{ memoryBytes: some(), balloonBytes: some(), swappedInBytes: some() },
      })),
    });
    for (let minute = 0; minute < 60; minute++) {
      await world.run(minutes(1));
      for (const name of ['h1', 'h2']) hostStatus.parse(world.hostObject(name)?.status);
      virtualMachineStatus.parse(world.vm('web-1').status);
      hostPoolStatus.parse(world.pool()?.status);
      expect(world.condition('web-1', 'Ready')).toBe('True Running');
    }
    if (whose !== 'its own VMs') expect(world.condition('web-1', 'Contended')).toBe('False Content');
  });
});

it('a domain that is not bound to the host that tells of it is not judged there', async () => {
  const world = await World.withHosts(2);
  world.putVm('web-1');
  await world.run(minutes(1));
  const other = ['h1', 'h2'].find((name) => name !== world.vm('web-1').status?.hostName) ?? '';
  world.hypervisor.host(other).lie = (truth) => {
    const ns = world.clock.now() * 1e6;
    return { ...truth, domains: [{ uuid: world.uuid('web-1'), ranNs: ns, waitedNs: 9 * ns }] };
  };
  await world.run(minutes(30));
  expect(world.condition('web-1', 'Contended')).toBe('False Content');
  expect(world.hostObject(other)?.status?.contentionPercent).toBe(0);
});
