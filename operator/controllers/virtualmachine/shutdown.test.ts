import { describe, expect, it } from 'vitest';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';

describe('a VM that is halted', () => {
  it('shuts down by itself when asked, and is Ready as halted', async () => {
    const world = await World.withRunningVm();
    world.halt('web-1');
    await world.run(5000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
    expect(world.vm('web-1').status).toMatchObject({ powerState: 'Stopped', hostName: 'h1' });
    expect(world.events('web-1')).not.toContain('PoweredOff');
  });

  it('is powered off when its grace period is over, and not before', async () => {
    const world = await World.withRunningVm({ terminationGracePeriodSeconds: 30 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    world.halt('web-1');
    await world.run(29_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    expect(world.condition('web-1', 'Ready')).toBe('False Stopping');
    await world.run(2000);
    expect(world.runsOn('web-1')).toEqual([]);
    expect(world.events('web-1')).toContain('PoweredOff');
  });

  it('is asked again, for a guest that still boots hears nothing', async () => {
    const world = await World.withRunningVm({ terminationGracePeriodSeconds: 60 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    world.halt('web-1');
    await world.run(12_000);
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: { afterMs: 500 } });
    await world.run(6000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
  });

  it('is asked by its agent too, in the second half of its grace, for a guest without a power button', async () => {
    const world = await World.withRunningVm({ terminationGracePeriodSeconds: 60 });
    const agent = { afterMs: 0, addresses: [] };
    const shutdown = { afterMs: 500, onlyByAgent: true };
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown, agent });
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(60_000); // runs again, with its agent
    world.halt('web-1');
    await world.run(29_000);
    expect(world.condition('web-1', 'Ready')).toBe('False Stopping');
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
    expect(world.events('web-1')).not.toContain('PoweredOff');
  });

  it('has all of its grace from when it was asked, not from when its host was too busy to ask', async () => {
    const world = await World.withRunningVm({ terminationGracePeriodSeconds: 30 });
    const host = world.hostOf('web-1');
    host.guest(world.uuid('web-1'), { shutdown: 'ignores' });
    for (let i = 0; i < 7; i++)
      host.failNext('requestShutdown', {
        when: 'before',
        outcome: new HypervisorError('Timeout', 'no slot'),
      });
    world.halt('web-1');
    const asked = () => world.hypervisor.calls.filter(({ call }) => call === 'requestShutdown').length;
    while (asked() < 8) await world.run(100);
    await world.run(29_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    await world.run(2000);
    expect(world.runsOn('web-1')).toEqual([]);
  });

  it('is powered off when its host refuses to ask it', async () => {
    const world = await World.withRunningVm({ terminationGracePeriodSeconds: 10 });
    const host = world.hostOf('web-1');
    for (let i = 0; i < 50; i++)
      host.failNext('requestShutdown', {
        when: 'before',
        outcome: new HypervisorError('Invalid', 'no ACPI'),
      });
    world.halt('web-1');
    await world.run(15_000);
    expect(world.runsOn('web-1')).toEqual([]);
  });

  it('is powered off at once without a grace period', async () => {
    const world = await World.withRunningVm({ terminationGracePeriodSeconds: 0 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    world.halt('web-1');
    await world.run(1000);
    expect(world.runsOn('web-1')).toEqual([]);
  });

  it('starts again on the same host when it is to run', async () => {
    const world = await World.withRunningVm();
    world.halt('web-1');
    await world.run(5000);
    world.editVm('web-1', (vm) => {
      vm.spec.runStrategy = 'Always';
    });
    await world.run(20_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.vm('web-1').status?.placementGeneration).toBe(1);
  });

  it('has no addresses any more', async () => {
    const world = await World.withRunningVm();
    world.halt('web-1');
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
    const world = await World.withRunningVm();
    world.halt('web-1');
    await world.run(5000);
    world.hostOf('web-1').outside.start(world.uuid('web-1'));
    await world.run(10_000);
    expect(world.runsOn('web-1')).toEqual([]);
  });
});
