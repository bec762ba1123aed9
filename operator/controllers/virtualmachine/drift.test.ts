import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';

async function running(): Promise<World> {
  const world = await World.withHosts(1);
  world.putVm('web-1');
  await world.run(20_000);
  world.forgetCalls();
  return world;
}

const definition = (world: World) =>
  world.hostOf('web-1').domains.get(world.uuid('web-1'))?.definitionXml ?? '';

describe('a change from outside', () => {
  it('that stops the domain is repaired', async () => {
    const world = await running();
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(5000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
    expect(world.events('web-1')).toContain('Restarted');
  });

  it('is found by looking when its event was lost', async () => {
    const world = await running();
    world.hostOf('web-1').loseEvents = true;
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(5000);
    expect(world.runsOn('web-1')).toEqual([]);
    await world.run(75_000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
  });

  it('that pauses the domain is undone', async () => {
    const world = await running();
    world.hostOf('web-1').outside.suspend(world.uuid('web-1'));
    await world.run(5000);
    expect(world.vm('web-1').status?.powerState).toBe('Running');
    expect(world.events('web-1')).toContain('Resumed');
  });

  it('by an error of the hypervisor is left for a person', async () => {
    const world = await running();
    world.hostOf('web-1').outside.pauseByError(world.uuid('web-1'));
    await world.run(120_000);
    expect(world.condition('web-1', 'Stalled')).toBe('True PausedByError');
    expect(world.vm('web-1').status?.powerState).toBe('Paused');
  });

  it('that edits the definition is set back, and the guest is not touched', async () => {
    const world = await running();
    const before = definition(world);
    world
      .hostOf('web-1')
      .outside.edit(world.uuid('web-1'), (xml) => xml.replace(/<vcpu([^>]*)>1<\/vcpu>/, '<vcpu$1>3</vcpu>'));
    expect(definition(world)).not.toBe(before);
    await world.run(5000);
    expect(definition(world)).toBe(before);
    expect(world.events('web-1')).toContain('DriftRepaired');
    expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define']);
  });

  it('that removes the definition of a running domain is repaired while it runs on', async () => {
    const world = await running();
    world.hostOf('web-1').outside.undefine(world.uuid('web-1'));
    await world.run(5000);
    expect(definition(world)).not.toBe('');
    expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define']);
  });

  it('that removes the domain altogether is repaired', async () => {
    const world = await running();
    world.hostOf('web-1').outside.undefine(world.uuid('web-1'));
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(5000);
    expect(world.runsOn('web-1')).toEqual(['h1']);
  });

  it('such as power lost and back starts every VM again', async () => {
    const world = await running();
    const host = world.hypervisor.host('h1');
    host.losePower();
    await world.run(30_000);
    expect(world.condition('web-1', 'Ready')).toBe('Unknown HostLost');
    host.heal();
    await world.run(60_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });
});

describe('a change of the spec', () => {
  it('takes effect at the next start, and says so until then', async () => {
    const world = await running();
    world.editVm('web-1', (vm) => {
      vm.spec.cpu = { cores: 2 };
    });
    await world.run(5000);
    expect(world.condition('web-1', 'RestartRequired')).toBe('True RestartRequired');
    expect(world.message('web-1', 'RestartRequired')).toContain('spec.cpu.cores (is 1, shall be 2)');
    expect(world.events('web-1')).toContain('Updated');
    world.hostOf('web-1').outside.guestShutsDown(world.uuid('web-1'));
    await world.run(5000);
    expect(world.condition('web-1', 'RestartRequired')).toBe('False UpToDate');
    expect(world.vm('web-1').status?.observedGeneration).toBe(2);
  });
});

describe('a host that does not answer', () => {
  it('for a moment changes nothing in its VMs', async () => {
    const world = await running();
    world.hypervisor.host('h1').dropConnections();
    await world.run(60_000);
    expect(world.writes('VirtualMachine')).toEqual([]);
  });

  it('for longer makes their state Unknown, starts them nowhere else, and is back when it answers', async () => {
    const world = await World.withHosts(2);
    world.putVm('web-1');
    await world.run(60_000);
    const bound = world.vm('web-1').status?.hostName;
    world.hostOf('web-1').cutOff();
    await world.run(60_000);
    expect(world.vm('web-1').status).toMatchObject({ powerState: 'Unknown', hostName: bound });
    expect(world.condition('web-1', 'Ready')).toBe('Unknown HostLost');
    expect(world.message('web-1', 'Ready')).toContain(`kubectl describe vmhost ${bound}`);
    world.hostOf('web-1').heal();
    await world.run(60_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.runsOn('web-1')).toEqual([bound]);
  });

  it('does not hold up the VMs of other hosts', async () => {
    const world = await World.withHosts(2);
    for (let i = 0; i < 20; i++) world.putVm(`old-${i}`);
    await world.run(60_000);
    world.hypervisor.host('h1').cutOff();
    await world.run(1000);
    world.putVm('new-1', {
      placement: { hostSelector: { matchLabels: { 'kubernetes.io/hostname': 'h2' } } },
    });
    await world.run(2000);
    expect(world.runsOn('new-1')).toEqual(['h2']);
  });
});
