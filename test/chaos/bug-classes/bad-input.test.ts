import { expect, it } from 'vitest';
import { hostPools } from '../../../operator/api/kinds.ts';
import { World } from '../../../operator/testing/world.ts';

/** Each is wrong in a running VM's spec in another way; the reason that it is told by. */
const wrongs: [what: string, spec: object, reason: string][] = [
  ['a kernel that the pool does not have', { kernel: { name: 'none', commandLine: '' } }, 'KernelNotFound'],
  [
    'a network that the pool does not have',
    { interfaces: [{ name: 'eth0', network: 'none' }] },
    'NetworkNotFound',
  ],
];

it.each(wrongs)('%s: the guest runs on, and the way back is to correct it', async (_what, spec, reason) => {
  const world = await World.withRunningVm();
  const good = structuredClone(world.vm('web-1').spec);
  world.forgetCalls();
  world.editVm('web-1', (vm) => Object.assign(vm.spec, spec));
  await world.run(10_000);
  expect(world.condition('web-1', 'Stalled')).toBe(`True ${reason}`);
  world.editVm('web-1', (vm) => {
    vm.spec = good;
  });
  await world.run(10_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.hypervisor.changes).toEqual([]);
});

it.each(wrongs)('%s from the start: no domain is made until it is corrected', async (_what, spec, reason) => {
  const world = await World.withHosts(1);
  world.putVm('web-1', spec);
  await world.run(10_000);
  expect(world.condition('web-1', 'Stalled')).toBe(`True ${reason}`);
  expect(world.hypervisor.changes).toEqual([]);
  world.editVm('web-1', (vm) => {
    vm.spec.kernel = { name: 'small', commandLine: '' };
    vm.spec.interfaces = [{ name: 'eth0', network: 'lab' }];
  });
  await world.run(10_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
});

it('one VM that is wrong in every way is no trouble to another', async () => {
  const world = await World.withHosts(1);
  const name = 'a'.repeat(63);
  world.putVm('wrong', {
    cpu: { cores: 512 },
    memory: { size: '16Ti' },
    kernel: { name, commandLine: ']]><!--&x;"\'' },
    interfaces: [{ name, network: name, macAddress: '00:00:00:00:00:00' }],
    placement: { hostPoolRef: { name: 'default' }, hostSelector: { matchLabels: { rack: 'none' } } },
  });
  world.putVm('right');
  await world.run(10_000);
  expect(world.condition('right', 'Ready')).toBe('True Running');
  expect(world.condition('wrong', 'Ready')).toBe('False Unschedulable');
});

it('two VMs that name the same MAC address both run: it is the user who knows why', async () => {
  const world = await World.withHosts(2);
  const interfaces = [{ name: 'eth0', network: 'lab', macAddress: '52:54:00:12:34:56' }];
  world.putVm('web-1', { interfaces });
  world.putVm('web-2', { interfaces });
  await world.run(20_000);
  expect([world.condition('web-1', 'Ready'), world.condition('web-2', 'Ready')]).toEqual([
    'True Running',
    'True Running',
  ]);
});

it('a guest that tells nonsense for addresses does not keep its VM from being Ready', async () => {
  const world = await World.withHosts(1);
  const vm = world.putVm('web-1');
  const addresses = [['<script>', '', '300.1.1.1', 'fe80::1', '10.0.0.7', `${'9'.repeat(5000)}`]];
  world.hypervisor.host('h1').guest(vm.metadata.uid, { agent: { afterMs: 1000, addresses } });
  await world.run(60_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.vm('web-1').status?.interfaces?.[0]?.addresses).toEqual(['10.0.0.7']);
});

it('a pool whose network goes away leaves running guests alone, and is right again once it is back', async () => {
  const world = await World.withRunningVm();
  const networks = world.pool()?.spec.networks ?? [];
  world.forgetCalls();
  world.editPool((pool) => {
    pool.spec.networks = [];
  });
  await world.run(30_000);
  expect(world.condition('web-1', 'Stalled')).toBe('True NetworkNotFound');
  world.cluster.edit(hostPools, { name: 'default' }, (pool) => {
    pool.spec.networks = networks;
  });
  await world.run(30_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.hypervisor.changes).toEqual([]);
});
