import { describe, expect, it } from 'vitest';
import { HypervisorError, type ObservedDomain } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';
import { planPower } from './power.ts';

const domain = (power: ObservedDomain['power'], cause: ObservedDomain['cause'] = 'Other') =>
  ({ power, cause }) as ObservedDomain;

describe('the plan', () => {
  it.each([
    ['Always', domain('Stopped'), 'start'],
    ['Always', domain('Stopped', 'User'), 'start'],
    ['Always', domain('Stopped', 'Crashed'), 'start'],
    ['Always', domain('Running'), 'leave'],
    ['Always', domain('Paused', 'User'), 'resume'],
    ['Always', domain('Paused', 'Error'), 'help'],
    ['Always', domain('Paused', 'Migration'), 'await'],
    ['Halted', domain('Running'), 'stop'],
    ['Halted', domain('Paused', 'Error'), 'stop'],
    ['Halted', domain('Stopped'), 'leave'],
    ['Halted', domain('Running', 'Migration'), 'await'],
    ['Manual', domain('Running'), 'leave'],
    ['Manual', domain('Stopped'), 'leave'],
    ['Manual', domain('Paused', 'User'), 'leave'],
  ] as const)('for %s and %j is to %s', (runStrategy, observed, plan) => {
    expect(planPower(runStrategy, observed)).toBe(plan);
  });
});

describe('a VM that was made bigger', () => {
  /** Hosts of the world have 64Gi, 1Gi of them reserved. */
  async function stopped(size: string): Promise<World> {
    const world = await World.withRunningVm({ memory: { size: '2Gi' } });
    world.putVm('other', { memory: { size: '50Gi' } });
    world.halt('web-1');
    await world.run(10_000);
    world.editVm('web-1', (vm) => {
      vm.spec.memory = { size: size };
      vm.spec.runStrategy = 'Always';
    });
    await world.run(10_000);
    return world;
  }

  it('starts where its host has room for it', async () => {
    const world = await stopped('10Gi');
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.vm('web-1').status?.allocated).toEqual({ cpu: { cores: 1 }, memory: { size: '10Gi' } });
  });

  it('is not started where its host has none, is told how much is missing, and starts once there is', async () => {
    const world = await stopped('20Gi');
    expect(world.condition('web-1', 'Ready')).toBe('False HostFull');
    expect(world.message('web-1', 'Ready')).toMatch(
      /^Host h1 lacks [\d.]+Gi of memory for what the VM asks for now; it ran with 1 cores and 2Gi\./,
    );
    expect(world.runsOn('web-1')).toEqual([]);
    world.deleteVm('other');
    await world.run(120_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });

  it('comes back after a power loss of its host as it was, however full that is', async () => {
    const world = await World.withRunningVm({ memory: { size: '60Gi' } });
    world.editPool((pool) => {
      pool.spec.hostReserved.memory = '32Gi';
    });
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(20_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });
});

describe('a VM that was made smaller', () => {
  it('holds what it had until it is restarted', async () => {
    const world = await World.withRunningVm({ memory: { size: '40Gi' } });
    world.editVm('web-1', (vm) => {
      vm.spec.memory = { size: '1Gi' };
    });
    world.putVm('other', { memory: { size: '40Gi' } });
    await world.run(10_000);
    expect(world.condition('web-1', 'RestartRequired')).toBe('True RestartRequired');
    expect(world.condition('other', 'Ready')).toBe('False Unschedulable');
    world.halt('web-1');
    await world.run(120_000);
    expect(world.condition('other', 'Ready')).toBe('True Running');
  });
});

describe('a VM with run strategy Manual', () => {
  it('is placed and defined, and started by nobody', async () => {
    const world = await World.withRunningVm({ runStrategy: 'Manual' });
    expect(world.vm('web-1').status).toMatchObject({ hostName: 'h1', powerState: 'Stopped' });
    expect(world.condition('web-1', 'Ready')).toBe('True Stopped');
  });

  it('shows what whoever operates it on the host does', async () => {
    const world = await World.withRunningVm({ runStrategy: 'Manual' });
    world.hostOf('web-1').outside.start(world.uuid('web-1'));
    await world.run(5000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(60_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Stopped');
  });
});

describe('a domain that cannot be started', () => {
  it('tells the words of its host for as long as that is so, with ever fewer attempts', async () => {
    const world = await World.withHosts(1);
    const outcome = new HypervisorError('Failed', 'unable to open /dev/vhost-net');
    for (let i = 0; i < 100; i++) world.hypervisor.host('h1').failNext('start', { when: 'before', outcome });
    world.putVm('web-1');
    const seen = new Set<string>();
    for (let second = 0; second < 100; second++) {
      await world.run(1000);
      if (second > 2) seen.add(`${world.condition('web-1', 'Ready')} ${world.message('web-1', 'Ready')}`);
    }
    expect([...seen]).toEqual([
      'False StartFailed Host h1 cannot start the domain: unable to open /dev/vhost-net',
    ]);
    const starts = world.hypervisor.calls.filter(({ call }) => call === 'start').length;
    expect(starts).toBeGreaterThan(2);
    expect(starts).toBeLessThan(8);
  });

  it('is started at once after it was halted and is wanted again', async () => {
    const world = await World.withRunningVm();
    for (let round = 0; round < 3; round++) {
      world.halt('web-1');
      await world.run(5000);
      world.editVm('web-1', (vm) => {
        vm.spec.runStrategy = 'Always';
      });
      await world.run(2000);
      expect(world.condition('web-1', 'Ready')).toBe('True Running');
    }
  });
});

describe('a VM that asks for what its pool has no longer', () => {
  async function withoutNetwork(): Promise<World> {
    const world = await World.withRunningVm();
    world.editPool((pool) => {
      pool.spec.networks = [];
    });
    await world.run(5000);
    expect(world.condition('web-1', 'Stalled')).toBe('True NetworkNotFound');
    return world;
  }

  it('can be halted all the same', async () => {
    const world = await withoutNetwork();
    world.halt('web-1');
    await world.run(10_000);
    expect(world.runsOn('web-1')).toEqual([]);
    expect(world.condition('web-1', 'Stalled')).toBe('True NetworkNotFound');
  });

  it('is started again as it was defined when it crashes', async () => {
    const world = await withoutNetwork();
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(30_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    expect(world.condition('web-1', 'Ready')).toBe('False NetworkNotFound');
  });

  it('needs no more room for that than it had, however much its spec asks for by now', async () => {
    const world = await withoutNetwork();
    world.editVm('web-1', (vm) => {
      vm.spec.memory = { size: '100Gi' };
    });
    await world.run(5000);
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(30_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    expect(world.condition('web-1', 'Stalled')).toBe('True NetworkNotFound');
  });
});

describe('a VM that runs with less than its definition and now asks for what its pool does not have', () => {
  async function changedTwice(): Promise<World> {
    const world = await World.withRunningVm();
    world.editVm('web-1', (vm) => {
      vm.spec.cpu = { cores: 2 };
    });
    await world.run(5000);
    world.editVm('web-1', (vm) => {
      vm.spec.kernel = { name: 'missing', commandLine: '' };
    });
    await world.run(5000);
    return world;
  }

  it('goes on telling what the next start will change', async () => {
    const world = await changedTwice();
    expect(world.condition('web-1', 'Stalled')).toBe('True KernelNotFound');
    expect(world.message('web-1', 'RestartRequired')).toContain('spec.cpu.cores (is 1, shall be 2)');
  });

  it('tells it no longer once it was restarted', async () => {
    const world = await changedTwice();
    world.hostOf('web-1').outside.guestShutsDown(world.uuid('web-1'));
    await world.run(15_000);
    expect(world.vm('web-1').status?.allocated?.cpu.cores).toBe(2);
    expect(world.condition('web-1', 'RestartRequired')).toBe('False UpToDate');
  });
});

describe('a guest that keeps stopping', () => {
  it('is started less and less often, and says so', async () => {
    const world = await World.withRunningVm();
    const starts = () => world.hypervisor.calls.filter(({ call }) => call === 'start').length;
    world.forgetCalls();
    const seen = new Set<string>();
    for (let second = 0; second < 300; second++) {
      const stopped = world.runsOn('web-1').length === 0;
      if (!stopped) world.hostOf('web-1').outside.guestShutsDown(world.uuid('web-1'));
      await world.run(1000);
      seen.add(world.condition('web-1', 'Ready'));
    }
    expect(starts()).toBeGreaterThanOrEqual(4);
    expect(starts()).toBeLessThanOrEqual(6);
    expect(seen).toContain('False CrashLoop');
  });
});
