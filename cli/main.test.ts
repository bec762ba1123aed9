import { describe, expect, it } from 'vitest';
import { hosts } from '../operator/api/kinds.ts';
import { ApiError } from '../operator/kube/errors.ts';
import { smallFabric } from './testing/console.ts';

describe('kubectl vmfabric', () => {
  it.each(['--help', '-h', 'help'])('tells of its commands with %s', async (asked) => {
    const console = await smallFabric();
    expect(await console.run(asked)).toBe(0);
    for (const name of ['what-if', 'explain', 'dump', 'replay']) {
      expect(console.out).toContain(`  ${name} `);
      expect(await console.run(name, '--help')).toBe(0);
      expect(console.out).toContain(`Usage: kubectl vmfabric ${name}`);
      await console.run(asked);
    }
  });

  it.each([[[]], [['frobnicate']], [['toString']]])('names its commands to who asks for %j', async (args) => {
    const console = await smallFabric();
    expect(await console.run(...args)).toBe(2);
    expect(console.notes).toContain('what-if, explain, dump, replay');
  });

  it('says what to do where objects may not be listed', async () => {
    const console = await smallFabric();
    const failure = { code: 403, reason: 'Forbidden', message: 'hosts is forbidden' };
    console.world.cluster.intercept = (call, when) => {
      if (when === 'before' && call.verb === 'list' && call.type.kind === hosts.kind)
        throw new ApiError({ verb: 'list', kind: 'Host' }, failure);
    };
    expect(await console.run('dump')).toBe(1);
    expect(console.notes).toContain('hosts is forbidden');
    expect(console.notes).toContain('or for a dump of somebody who has it');
    expect(console.open).toBe(0);
  });
});

describe('kubectl vmfabric dump', () => {
  it('writes what the other commands read, who then answer the same', async () => {
    const console = await smallFabric();
    const ask = ['--fit', 'cpu=1,memory=4Gi', '--lose', 'rack=r1'];
    await console.run('what-if', ...ask);
    const live = console.out;
    expect(await console.run('dump', '--file', 'dump.json')).toBe(0);
    console.world.putVm('another');
    await console.world.run(10_000);
    await console.run('what-if', ...ask, '--from', 'dump.json');
    expect(console.out).toBe(live);
    await console.run('explain', 'shop/web-1', '--from', 'dump.json');
    expect(console.out).toContain('shop/web-1 is on');
  });

  it('goes to standard output unless a file is named', async () => {
    const console = await smallFabric();
    await console.run('dump');
    expect(JSON.parse(console.out)).toMatchObject({
      kind: 'PlacementDump',
      version: 1,
      programVersion: '1.0.0',
    });
  });

  it('that is none is named with what is wrong', async () => {
    const console = await smallFabric();
    console.files.set('list.json', '{"kind":"List"}');
    expect(await console.run('replay', 'list.json')).toBe(1);
    expect(console.notes).toContain('list.json cannot be read as a dump: kind: ');
  });

  it('of another program is told of', async () => {
    const console = await smallFabric();
    await console.run('dump', '--file', 'dump.json');
    const text = console.files.get('dump.json') ?? '';
    console.files.set('dump.json', text.replace('"1.0.0"', '"0.9.0"'));
    expect(await console.run('replay', 'dump.json')).toBe(0);
    expect(console.notes).toContain('written by 0.9.0, and this is 1.0.0');
  });
});

describe('kubectl vmfabric replay', () => {
  it('decides as the operator does', async () => {
    const console = await smallFabric();
    const { world } = console;
    world.putVm('fits', { memory: { size: '9Gi' } });
    await console.run('dump', '--file', 'dump.json');
    world.putVm('large', { memory: { size: '40Gi' } });
    await world.run(10_000);
    await console.run('replay', 'dump.json');
    expect(console.out).toMatch(new RegExp(`^shop/fits +${world.vm('fits').status?.hostName}$`, 'm'));
    await console.run('dump', '--file', 'dump.json');
    expect(await console.run('replay', 'dump.json', '--exit-code')).toBe(3);
    expect(console.out).toContain(world.message('large', 'Scheduled'));
  });

  it('tells which VMs would be stopped on which host', async () => {
    const console = await smallFabric();
    const { world } = console;
    world.editPool((pool) => {
      pool.spec.preemption = { mode: 'StopVirtualMachines' };
    });
    const placement = { hostSelector: { matchLabels: { rack: 'r2' } } };
    world.putVm('low', { memory: { size: '16Gi' }, placement });
    await world.run(10_000);
    world.putVm('vip', { memory: { size: '16Gi' }, placement: { ...placement, priority: 9 } });
    await console.run('dump', '--file', 'dump.json');
    const [told] = await console.json<object[]>('replay', 'dump.json');
    expect(told).toMatchObject({ reason: 'Preempting', makesWay: { host: 'h3', victims: ['shop/low'] } });
    await world.run(500);
    expect(told).toMatchObject({ vm: 'shop/vip', message: world.message('vip', 'Scheduled') });
  });

  it('says so when nobody waits', async () => {
    const console = await smallFabric();
    await console.run('dump', '--file', 'dump.json');
    expect(await console.run('replay', 'dump.json', '--exit-code')).toBe(0);
    expect(console.out).toBe('No VM waits for a host.\n');
  });

  it('tells of a HostPool that is not there', async () => {
    const console = await smallFabric();
    console.world.putVm('lost', { placement: { hostPoolRef: { name: 'gold' } } });
    await console.run('dump', '--file', 'dump.json');
    const all = await console.json<{ vm: string; message: string }[]>('replay', 'dump.json');
    expect(all).toEqual([
      { vm: 'shop/lost', reason: 'HostPoolNotFound', message: 'HostPool gold does not exist.' },
    ]);
  });
});
