import { describe, expect, it } from 'vitest';
import { type Console, smallFabric } from '../testing/console.ts';
import type { Explained, Placed, Unplaced } from './command.ts';

/** VMs `one` on h1 or h2 and `two`, which must not be near it and is too large for h3. */
async function stuck(): Promise<Console> {
  const console = await smallFabric();
  const { world } = console;
  world.putPolicy('apart', {
    vmSelector: { matchLabels: { app: 'db' } },
    vmAntiAffinity: [{ topologyKey: 'rack' }],
  });
  const r1 = { hostSelector: { matchLabels: { rack: 'r1' } } };
  world.putVm('one', { placement: r1 }, { labels: { app: 'db' } });
  await world.run(5000);
  world.putVm('two', { memory: { size: '17Gi' } }, { labels: { app: 'db' } });
  await world.run(5000);
  return console;
}

describe('kubectl vmfabric explain', () => {
  it('gives the reasons of a VM without a host as the operator does, in full', async () => {
    const console = await stuck();
    const explained = await console.json<Unplaced>('explain', 'two');
    expect(explained).toMatchObject({ vm: 'shop/two', pool: 'default', kind: 'unplaced' });
    expect(explained.message).toBe(console.world.message('two', 'Scheduled'));
    expect(explained.rejections.map(({ code, hosts }) => [code, hosts])).toEqual([
      ['AntiAffinity', ['h1', 'h2']],
      ['Resource', ['h3']],
    ]);
    expect(explained.nearest).toEqual([{ host: 'h3', lacks: { memory: 2 ** 30 } }]);
  });

  it('says to a person what is missing and what would help', async () => {
    const console = await stuck();
    await console.run('explain', 'shop/two');
    expect(console.out).toMatch(/^shop\/two has no host\. 0 of 3 hosts fit: /);
    expect(console.out).toMatch(/^2 +AntiAffinity +break anti-affinity with shop\/one +h1, h2$/m);
    expect(console.out).toMatch(/^h3 +1Gi of memory$/m);
  });

  it('tells which single changes would do, and where the VM would go then', async () => {
    const console = await smallFabric();
    console.world.putVm('picky', { placement: { hostSelector: { matchLabels: { rack: 'r9' } } } });
    await console.world.run(5000);
    await console.run('explain', 'picky');
    expect(console.out).toMatch(/^ {2}without its hostSelector: on h\d$/m);
  });

  it('says of a VM with a host how that does beside the best of the others', async () => {
    const console = await smallFabric();
    const host = console.world.vm('web-1').status?.hostName;
    const other = host === 'h1' ? 'h2' : 'h1';
    const { why, kind } = await console.json<Placed>('explain', 'web-1');
    expect([kind, why.chosen.host, why.runnerUp?.host]).toEqual(['placed', host, other]);
    await console.run('explain', 'web-1');
    expect(console.out).toContain(`shop/web-1 is on ${host}. Best of 2 hosts that fit, of 3: `);
    expect(console.out).toMatch(/^HOST +LOAD +TOTAL$/m);
  });

  it('says that a host is not what it was', async () => {
    const console = await smallFabric();
    console.world.editVm('web-1', (vm) => {
      vm.spec.placement.hostSelector = { matchLabels: { rack: 'r2' } };
    });
    await console.world.run(5000);
    await console.run('explain', 'web-1');
    expect(console.out).toContain('As things are now, that host does not match spec.placement.hostSelector.');
  });

  it('says where a VM would go that is not created yet', async () => {
    const console = await smallFabric();
    console.files.set('vm.yaml', 'kind: VirtualMachine\nmetadata: {name: x}\nspec: {memory: {size: 1Gi}}\n');
    const explained = await console.json<Explained>('explain', '-f', 'vm.yaml');
    expect(explained).toMatchObject({ vm: 'shop/x', kind: 'placeable' });
    await console.run('explain', '-f', 'vm.yaml');
    expect(console.out).toMatch(
      /^shop\/x has no host yet, and would go to h\d\. Best of 3 hosts that fit: /m,
    );
  });

  it('says which VMs would be shut down for a more important one, without a claim that they are', async () => {
    const console = await smallFabric();
    console.world.editPool((pool) => {
      pool.spec.preemption = { mode: 'StopVirtualMachines' };
    });
    const spec = { memory: { size: '16Gi' }, placement: { hostSelector: { matchLabels: { rack: 'r2' } } } };
    console.world.putVm('low', spec);
    await console.world.run(10_000);
    const urgent = { ...spec, kernel: { name: 'small' }, placement: { ...spec.placement, priority: 9 } };
    const manifest = { kind: 'VirtualMachine', metadata: { name: 'x' }, spec: urgent };
    console.files.set('vm.json', JSON.stringify(manifest));
    expect(await console.json<Unplaced>('explain', '-f', 'vm.json')).toMatchObject({
      ...{ kind: 'unplaced', reason: 'Preempting', makesWay: { host: 'h3', victims: ['shop/low'] } },
      message: 'Less important VMs would be shut down on host h3 to make way for it: shop/low.',
    });
    expect(console.world.runsOn('low')).toEqual(['h3']);
  });

  it('tells of a gang who of it finds no host beside the others, and what would help that one', async () => {
    const console = await smallFabric();
    console.world.putPolicy('whole', {
      vmSelector: { matchLabels: { app: 'job' } },
      gang: { minMembers: 2 },
    });
    const inRack2 = { hostSelector: { matchLabels: { rack: 'r2' } } };
    const labels = { labels: { app: 'job' } };
    console.world.putVm('job-1', {}, labels);
    await console.world.run(5000);
    expect(await console.json<Unplaced>('explain', 'job-1')).toMatchObject({
      ...{ reason: 'GangIncomplete', rejections: [], nearest: [], wouldFit: [] },
      message: console.world.message('job-1', 'Scheduled'),
    });
    console.world.putVm('job-2', { memory: { size: '17Gi' }, placement: inRack2 }, labels);
    await console.world.run(5000);
    const explained = await console.json<Unplaced>('explain', 'job-1');
    expect(explained).toMatchObject({ reason: 'GangUnschedulable', member: 'shop/job-2', nearest: [] });
    expect(explained.message).toBe(console.world.message('job-1', 'Scheduled'));
    expect(explained.rejections.map(({ code, hosts }) => [code, hosts])).toEqual([
      ['HostSelector', ['h1', 'h2']],
      ['Resource', ['h3']],
    ]);
    expect(explained.wouldFit.map(({ text }) => text)).toEqual(['with at most 16Gi of memory, on h3']);
    await console.run('explain', 'job-1');
    expect(console.out).toMatch(/^For shop\/job-2, beside the others of its gang:\nHOSTS +REASON/m);
    const ways =
      'shop/job-2 would fit, each of these alone having been tried:\n  with at most 16Gi of memory, on h3\n';
    expect(console.out).toContain(ways);
  });

  it('ends with 3 for a VM without place, but only when asked to', async () => {
    const console = await stuck();
    expect(await console.run('explain', 'two')).toBe(0);
    expect(await console.run('explain', 'two', '--exit-code')).toBe(3);
    expect(await console.run('explain', 'one', '--exit-code')).toBe(0);
  });

  it.each([
    [[], 2, 'takes one VM'],
    [['a', 'b'], 2, 'takes one VM'],
    [['a', '-f', 'vm.yaml'], 2, 'takes one VM'],
    [['ghost'], 1, 'there is no VirtualMachine shop/ghost'],
    [['ghost', '-n', 'bank'], 1, 'there is no VirtualMachine bank/ghost'],
    [['-f', 'bad.yaml'], 2, 'spec.memory'],
    [['-f', 'pod.yaml'], 2, 'it must be a VirtualMachine'],
    [['-f', 'broken.yaml'], 2, 'neither YAML nor JSON'],
  ])('refuses %j with %d', async (args, code, message) => {
    const console = await smallFabric();
    console.files.set('bad.yaml', 'kind: VirtualMachine\nmetadata: {name: x}\nspec: {}\n');
    console.files.set('pod.yaml', 'kind: Pod\nmetadata: {name: x}\n');
    console.files.set('broken.yaml', 'a: [\n');
    expect(await console.run('explain', ...args)).toBe(code);
    expect(console.notes).toContain(message);
  });
});
