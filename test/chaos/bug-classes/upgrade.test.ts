import { expect, it } from 'vitest';
import { hostPools, hosts, virtualMachines } from '../../../operator/api/kinds.ts';
import type { KubeObject, ResourceType } from '../../../operator/kube/object.ts';
import { World } from '../../../operator/testing/world.ts';

/** The world as an older operator left it: it runs, and then it is gone. */
async function formerWorld(): Promise<World> {
  const world = await World.withRunningVm();
  await world.run(120_000);
  await world.stopOperator();
  return world;
}

/** Takes away a field of the status that an older operator did not know. */
function without(world: World, type: ResourceType, name: string, field: string): void {
  const namespace = type.namespaced ? { namespace: 'shop' } : {};
  world.cluster.edit<KubeObject & { status?: Record<string, unknown> }>(
    type,
    { ...namespace, name },
    (object) => {
      delete object.status?.[field];
    },
  );
}

const statusFields: [ResourceType, string, string][] = [
  ...['observedGeneration', 'allocated', 'interfaces', 'conditions', 'placementGeneration', 'domainUUID'].map(
    (field): [ResourceType, string, string] => [virtualMachines, 'web-1', field],
  ),
  ...[
    'observedGeneration',
    'connection',
    'hypervisor',
    'capacity',
    'allocatable',
    'summary',
    'conditions',
  ].map((field): [ResourceType, string, string] => [hosts, 'h1', field]),
  ...['observedGeneration', 'hosts', 'resources', 'summary', 'conditions'].map(
    (field): [ResourceType, string, string] => [hostPools, 'default', field],
  ),
];

it.each(statusFields)(
  '$0.kind $1 whose status lacks $2 gets it, and its guest runs on',
  async (type, name, field) => {
    const world = await formerWorld();
    const before = world.cluster.objects(type)[0] as KubeObject & { status?: Record<string, unknown> };
    without(world, type, name, field);
    world.forgetCalls();
    await world.startOperator();
    await world.run(120_000);
    const after = world.cluster.objects(type)[0] as KubeObject & { status?: Record<string, unknown> };
    expect(Object.keys(after.status ?? {}).sort()).toEqual(Object.keys(before.status ?? {}).sort());
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.hypervisor.changes.filter(({ call }) => call !== 'define')).toEqual([]);
    expect(world.hostObject('h1')?.status?.foreignDomains).toBeUndefined();
    world.forgetCalls();
    await world.run(300_000);
    expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
  },
);

it('a domain that an older operator made without metadata becomes its own, and runs on', async () => {
  const world = await formerWorld();
  const host = world.hypervisor.host('h1');
  host.outside.edit(world.uuid('web-1'), (xml) => xml.replace(/<metadata>[\s\S]*<\/metadata>/, ''));
  world.forgetCalls();
  await world.startOperator();
  await world.run(60_000);
  expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define']);
  expect(host.domains.get(world.uuid('web-1'))?.definitionXml).toContain('vmfabric:owner');
});

it('fields and conditions that a newer operator wrote do not keep an older one from its work', async () => {
  const world = await formerWorld();
  world.cluster.edit<KubeObject>(virtualMachines, { namespace: 'shop', name: 'web-1' }, (vm) => {
    const { spec, status } = vm as unknown as Record<string, Record<string, unknown>>;
    Object.assign(spec ?? {}, { disks: [{ name: 'root' }] });
    Object.assign(status ?? {}, { volumes: [{ name: 'root' }] });
  });
  await world.startOperator();
  await world.run(60_000);
  world.halt('web-1');
  await world.run(30_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Halted');
  expect(world.vm('web-1').spec).toMatchObject({ disks: [{ name: 'root' }] });
});
