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

async function running(spec: object = {}): Promise<World> {
  const world = await World.withHosts(1);
  world.putVm('web-1', spec);
  await world.run(10_000);
  return world;
}

function halt(world: World): void {
  world.editVm('web-1', (vm) => {
    vm.spec.runStrategy = 'Halted';
  });
}

describe('a VM that is halted', () => {
  it('shuts down by itself when asked, and is Ready as halted', async () => {
    const world = await running();
    halt(world);
    await world.run(5000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
    expect(world.vm('web-1').status).toMatchObject({ powerState: 'Stopped', hostName: 'h1' });
    expect(world.events('web-1')).not.toContain('PoweredOff');
  });

  it('is powered off when its grace period is over, and not before', async () => {
    const world = await running({ terminationGracePeriodSeconds: 30 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    halt(world);
    await world.run(29_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    expect(world.condition('web-1', 'Ready')).toBe('False Stopping');
    await world.run(2000);
    expect(world.runsOn('web-1')).toEqual([]);
    expect(world.events('web-1')).toContain('PoweredOff');
  });

  it('is asked again, for a guest that still boots hears nothing', async () => {
    const world = await running({ terminationGracePeriodSeconds: 60 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    halt(world);
    await world.run(12_000);
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: { afterMs: 500 } });
    await world.run(6000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
  });

  it('is asked by its agent too, in the second half of its grace, for a guest without a power button', async () => {
    const world = await running({ terminationGracePeriodSeconds: 60 });
    const agent = { afterMs: 0, addresses: [] };
    const shutdown = { afterMs: 500, onlyByAgent: true };
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown, agent });
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(60_000); // runs again, with its agent
    halt(world);
    await world.run(29_000);
    expect(world.condition('web-1', 'Ready')).toBe('False Stopping');
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
    expect(world.events('web-1')).not.toContain('PoweredOff');
  });

  it('has all of its grace from when it was asked, not from when its host was too busy to ask', async () => {
    const world = await running({ terminationGracePeriodSeconds: 30 });
    const host = world.hostOf('web-1');
    host.guest(world.uuid('web-1'), { shutdown: 'ignores' });
    for (let i = 0; i < 7; i++)
      host.failNext('requestShutdown', {
        when: 'before',
        outcome: new HypervisorError('Timeout', 'no slot'),
      });
    halt(world);
    const asked = () => world.hypervisor.calls.filter(({ call }) => call === 'requestShutdown').length;
    while (asked() < 8) await world.run(100);
    await world.run(29_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    await world.run(2000);
    expect(world.runsOn('web-1')).toEqual([]);
  });

  it('is powered off when its host refuses to ask it', async () => {
    const world = await running({ terminationGracePeriodSeconds: 10 });
    const host = world.hostOf('web-1');
    for (let i = 0; i < 50; i++)
      host.failNext('requestShutdown', {
        when: 'before',
        outcome: new HypervisorError('Invalid', 'no ACPI'),
      });
    halt(world);
    await world.run(15_000);
    expect(world.runsOn('web-1')).toEqual([]);
  });

  it('is powered off at once without a grace period', async () => {
    const world = await running({ terminationGracePeriodSeconds: 0 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    halt(world);
    await world.run(1000);
    expect(world.runsOn('web-1')).toEqual([]);
  });

  it('starts again on the same host when it is to run', async () => {
    const world = await running();
    halt(world);
    await world.run(5000);
    world.editVm('web-1', (vm) => {
      vm.spec.runStrategy = 'Always';
    });
    await world.run(20_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.vm('web-1').status?.placementGeneration).toBe(1);
  });

  it('has no addresses any more', async () => {
    const world = await running();
    halt(world);
    await world.run(5000);
    expect(world.vm('web-1').status?.interfaces).toEqual([{ name: 'eth0', macAddress: expect.any(String) }]);
  });

  it('from the start has neither host nor domain, and is Ready', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1', { runStrategy: 'Halted' });
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
    expect(world.vm('web-1').status?.hostName).toBeUndefined();
    expect(world.hypervisor.changes).toEqual([]);
  });

  it('is shut down again when somebody starts it on the host', async () => {
    const world = await running();
    halt(world);
    await world.run(5000);
    world.hostOf('web-1').outside.start(world.uuid('web-1'));
    await world.run(10_000);
    expect(world.runsOn('web-1')).toEqual([]);
  });
});

describe('a VM that was made bigger', () => {
  /** Hosts of the world have 64Gi, 1Gi of them reserved. */
  async function stopped(size: string): Promise<World> {
    const world = await running({ memory: { size: '2Gi' } });
    world.putVm('other', { memory: { size: '50Gi' } });
    halt(world);
    await world.run(10_000);
    world.editVm('web-1', (vm) => {
      vm.spec.memory.size = size;
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
    const world = await running({ memory: { size: '60Gi' } });
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
    const world = await running({ memory: { size: '40Gi' } });
    world.editVm('web-1', (vm) => {
      vm.spec.memory.size = '1Gi';
    });
    world.putVm('other', { memory: { size: '40Gi' } });
    await world.run(10_000);
    expect(world.condition('web-1', 'RestartRequired')).toBe('True RestartRequired');
    expect(world.condition('other', 'Ready')).toBe('False Unschedulable');
    halt(world);
    await world.run(120_000);
    expect(world.condition('other', 'Ready')).toBe('True Running');
  });
});

describe('a VM with run strategy Manual', () => {
  it('is placed and defined, and started by nobody', async () => {
    const world = await running({ runStrategy: 'Manual' });
    expect(world.vm('web-1').status).toMatchObject({ hostName: 'h1', powerState: 'Stopped' });
    expect(world.condition('web-1', 'Ready')).toBe('True Stopped');
  });

  it('shows what whoever operates it on the host does', async () => {
    const world = await running({ runStrategy: 'Manual' });
    world.hostOf('web-1').outside.start(world.uuid('web-1'));
    await world.run(5000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(60_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Stopped');
  });
});

describe('a guest that keeps stopping', () => {
  it('is started less and less often, and says so', async () => {
    const world = await running();
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
