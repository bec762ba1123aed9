import { describe, expect, it } from 'vitest';
import { readDomain } from '../../domain/read.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const medium = { cpu: { cores: 2 }, memory: { size: '4Gi' } };
const large = { cpu: { cores: 4 }, memory: { size: '8Gi' } };
/** Nobody shares what it has; the pool promises each CPU four times. */
const calm = { ...medium, overcommit: { cpuPercent: 100 } };
const ofClass = (name: string) => ({ classRef: { name } });

/** One host of 16 CPUs, each promised four times, and 63 GiB; `web-1` runs there with the class `medium`. */
async function running(spec: object = medium): Promise<World> {
  const world = await World.withHosts(1);
  world.putClass('medium', spec);
  world.putVm('web-1', ofClass('medium'));
  await world.run(20_000);
  return world;
}

const guest = (world: World) =>
  readDomain(world.hostOf('web-1').domains.get(world.uuid('web-1'))?.liveXml ?? '');
const cpuOf = (world: World) => world.hostObject('h1')?.status?.allocated?.cpu;

describe('a VM of a class', () => {
  it('gets its CPUs and memory, and says so in its status', async () => {
    const world = await running();
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(guest(world)).toMatchObject({ cpuCores: 2, memoryBytes: 4 * 2 ** 30 });
    expect(world.vm('web-1').status).toMatchObject({ size: medium, allocated: medium });
    expect(world.hostObject('h1')?.status?.allocated).toEqual({ cpu: 2, memory: '4Gi' });
  });

  it('waits for a class that is not there, which the reason names, and goes on by itself once it is', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1', ofClass('medium'));
    world.putVm('web-2');
    await world.run(20_000);
    expect(world.condition('web-1', 'Scheduled')).toBe('False ClassNotFound');
    expect(world.condition('web-1', 'Stalled')).toBe('True ClassNotFound');
    expect(world.message('web-1', 'Ready')).toContain('spec.classRef.name is medium, but there is no such');
    expect(world.condition('web-2', 'Ready')).toBe('True Running');
    world.putClass('medium', medium);
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });

  it('runs on as it is when the class becomes another one, and has the new size after a restart', async () => {
    const world = await running();
    world.forgetCalls();
    world.putClass('medium', large);
    await world.run(60_000);
    expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define']);
    expect(guest(world).cpuCores).toBe(2);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.message('web-1', 'RestartRequired')).toBe(
      'These take effect when the guest is next started: cpu.cores of class medium (is 2, shall be 4), memory.size of class medium (is 4Gi, shall be 8Gi).',
    );
    expect(world.events('web-1')).toContain('Updated');
    expect(world.events('web-1')).not.toContain('DriftRepaired');
    world.halt('web-1');
    await world.run(20_000);
    world.editVm('web-1', (vm) => {
      vm.spec.runStrategy = 'Always';
    });
    await world.run(20_000);
    expect(guest(world)).toMatchObject({ cpuCores: 4, memoryBytes: 8 * 2 ** 30 });
    expect(world.condition('web-1', 'RestartRequired')).toBe('False UpToDate');
  });

  it('counts at once what its class has grown to, and keeps what it has while that has shrunk', async () => {
    const world = await running(large);
    world.putClass('medium', medium);
    await world.run(20_000);
    expect(cpuOf(world)).toBe(4);
    world.putClass('medium', { ...medium, cpu: { cores: 40 } });
    await world.run(20_000);
    expect(cpuOf(world)).toBe(40);
  });
});

describe('a class that is deleted while VMs are of it', () => {
  it('leaves them running, counted as before, and started again after a crash; they say what they miss', async () => {
    const world = await running(calm);
    world.deleteClass('medium');
    await world.run(60_000);
    expect(world.condition('web-1', 'Running')).toBe('True Running');
    expect(world.condition('web-1', 'Ready')).toBe('False ClassNotFound');
    expect(cpuOf(world)).toBe(8);
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(60_000);
    expect(world.condition('web-1', 'Running')).toBe('True Running');
    expect(guest(world).cpuCores).toBe(2);
    await world.restartOperator();
    await world.run(60_000);
    expect(cpuOf(world)).toBe(8);
    world.putClass('medium', calm);
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.condition('web-1', 'RestartRequired')).toBe('False UpToDate');
  });

  it('does not keep them from being deleted', async () => {
    const world = await running();
    world.deleteClass('medium');
    await world.run(5000);
    world.deleteVm('web-1');
    await world.run(20_000);
    expect(world.findVm('web-1')).toBeUndefined();
    expect(world.hypervisor.host('h1').domains.size).toBe(0);
  });
});

describe("a class's over-commit", () => {
  it('makes its VMs count in units of the pool', async () => {
    const world = await running(calm);
    world.putVm('plain', { cpu: { cores: 3 } });
    await world.run(10_000);
    expect(world.hostObject('h1')?.status).toMatchObject({
      allocated: { cpu: 11, memory: '5Gi' },
      summary: { cpu: '11/64', memory: '5Gi/63Gi' },
    });
    expect(guest(world).cpuCores).toBe(2);
  });

  it('holds for memory too, and parts of CPUs are rounded up in sums alone', async () => {
    const world = await running({ ...medium, overcommit: { cpuPercent: 1000, memoryPercent: 50 } });
    world.putVm('web-2', ofClass('medium'));
    await world.run(10_000);
    // 2 CPUs count as 0.8, and 1.6 of two VMs is 2; 4 GiB count as 8.
    expect(world.hostObject('h1')?.status?.allocated).toEqual({ cpu: 2, memory: '16Gi' });
    expect(world.pool()?.status?.resources?.[0]).toMatchObject({ name: 'cpu', allocated: '2' });
  });

  it('follows a change of the class and one of the pool, and touches no domain', async () => {
    const world = await running(calm);
    world.forgetCalls();
    world.putClass('medium', { ...medium, overcommit: { cpuPercent: 200 } });
    await world.run(10_000);
    expect(cpuOf(world)).toBe(4);
    world.editPool((pool) => {
      pool.spec.overcommit.cpuPercent = 800;
    });
    await world.run(10_000);
    expect(world.hostObject('h1')?.status?.summary?.cpu).toBe('8/128');
    expect(world.hypervisor.changes).toHaveLength(0);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });

  it('is told where a VM finds no room, in amounts that add up', async () => {
    const world = await World.withHosts(1);
    world.putClass('calm', { cpu: { cores: 12 }, memory: { size: '1Gi' }, overcommit: { cpuPercent: 100 } });
    world.putVm('web-1', ofClass('calm'));
    world.putVm('web-2', ofClass('calm'));
    await world.run(20_000);
    const waiting = ['web-1', 'web-2'].find((name) => !world.vm(name).status?.hostName) ?? '';
    const message = findCondition(world.vm(waiting), 'Scheduled')?.message ?? '';
    expect(message).toContain('1 lacks CPUs (nearest: h1 lacks 32)');
    expect(message).toContain(
      'Its 12 CPUs count as 48: VirtualMachineClass calm promises 100 % of what hosts have, HostPool default 400 %.',
    );
  });

  it('of an absurd class fits nowhere and harms nobody', async () => {
    const world = await World.withHosts(1);
    const absurd = { cpu: { cores: 512 }, memory: { size: '16Ti' } };
    world.putClass('absurd', { ...absurd, overcommit: { cpuPercent: 1, memoryPercent: 1 } });
    world.putVm('web-1', ofClass('absurd'));
    world.putVm('web-2');
    await world.run(20_000);
    expect(world.condition('web-1', 'Scheduled')).toBe('False Unschedulable');
    expect(world.condition('web-2', 'Ready')).toBe('True Running');
  });

  it('that becomes absurd while its VMs run closes no host for good', async () => {
    const world = await running();
    world.putClass('medium', { ...medium, overcommit: { cpuPercent: 1, memoryPercent: 1 } });
    await world.run(20_000);
    expect(world.condition('web-1', 'Running')).toBe('True Running');
    world.putClass('medium', medium);
    world.putVm('web-2');
    await world.run(20_000);
    expect(world.condition('web-2', 'Ready')).toBe('True Running');
  });
});
