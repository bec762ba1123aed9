import { describe, expect, it } from 'vitest';
import { restMs } from '../../../operator/controllers/virtualmachine/rest.ts';
import type { FakeHost } from '../../../operator/hypervisor/fake.ts';
import { World } from '../../../operator/testing/world.ts';

type Change = [what: string, does: (host: FakeHost, uuid: string) => void, foundWithoutEventMs?: number];

const soonMs = 120_000;

const changes: Change[] = [
  ['destroy', (host, uuid) => host.outside.destroy(uuid)],
  ['undefine', (host, uuid) => host.outside.undefine(uuid)],
  [
    'destroy and undefine',
    (host, uuid) => {
      host.outside.destroy(uuid);
      host.outside.undefine(uuid);
    },
  ],
  [
    'edit',
    (host, uuid) => host.outside.edit(uuid, (xml) => xml.replace('>1</vcpu>', '>8</vcpu>')),
    restMs + soonMs, // no list of domains shows it
  ],
  ['suspend', (host, uuid) => host.outside.suspend(uuid)],
  ['a crash of QEMU', (host, uuid) => host.outside.crash(uuid)],
  ['a restart of libvirtd', (host) => host.dropConnections()],
];

describe.each(changes)('%s', (_what, change, foundWithoutEventMs = soonMs) => {
  it.each([
    ['', false],
    [' whose events are lost', true],
  ])('by hand%s is set right', async (_how, isSilent) => {
    const world = await World.withRunningVm();
    const host = world.hypervisor.host('h1');
    const before = host.domains.get(world.uuid('web-1'))?.definitionXml;
    host.loseEvents = isSilent;
    change(host, world.uuid('web-1'));
    await world.run(isSilent ? foundWithoutEventMs : soonMs);
    const domain = host.domains.get(world.uuid('web-1'));
    expect(domain).toMatchObject({ power: 'Running', definitionXml: before, liveXml: before });
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });
});

it('a host that reboots has its VMs back', async () => {
  const world = await World.withRunningVm();
  world.hypervisor.host('h1').losePower();
  await world.run(60_000);
  world.hypervisor.host('h1').heal();
  await world.run(60_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
});

it('a domain of nobody is left alone, whatever happens around it', async () => {
  const world = await World.withRunningVm();
  const host = world.hypervisor.host('h1');
  const uuid = '11111111-2222-4333-8444-555555555555';
  host.outside.create(`<domain type="kvm"><name>legacy</name><uuid>${uuid}</uuid></domain>`);
  world.deleteVm('web-1');
  await world.run(120_000);
  await world.restartOperator();
  await world.run(120_000);
  expect([...host.domains.keys()]).toEqual([uuid]);
  expect(world.hypervisor.runningOn(uuid)).toEqual(['h1']);
});
