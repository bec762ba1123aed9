import { describe, expect, it } from 'vitest';
import type { FakeHost } from '../../hypervisor/fake/host.ts';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';

interface Moved {
  world: World;
  source: FakeHost;
  target: FakeHost;
  uuid: string;
}

async function running(): Promise<Moved> {
  const world = await World.withHosts(2);
  world.putVm('web-1');
  await world.run(10_000);
  const source = world.hostOf('web-1');
  const target = world.hypervisor.hosts.find((host) => host !== source);
  if (!target) throw new Error('there are two hosts');
  return { world, source, target, uuid: world.uuid('web-1') };
}

/** As virsh migrate: it runs on the target before it stops on the source. */
function migrate({ source, target, uuid }: Moved, options: { undefineSource: boolean }): void {
  const domain = source.domains.get(uuid);
  target.createTransient(domain?.liveXml ?? '');
  domain?.stop('Migration');
  if (options.undefineSource) source.outside.undefine(uuid);
}

describe.each([{ undefineSource: false }, { undefineSource: true }])(
  'a domain that somebody moves to another host: %j',
  (options) => {
    it('is not started a second time; the VM says where it is, and takes it back once it is stopped there', async () => {
      const moved = await running();
      const { world, source, target, uuid } = moved;
      migrate(moved, options);
      await world.run(180_000);
      expect(world.hypervisor.runningOn(uuid)).toEqual([target.name]);
      expect(world.condition('web-1', 'Stalled')).toBe('True RunsElsewhere');
      expect(world.message('web-1', 'Ready')).toContain(`runs on host ${target.name}`);
      target.outside.destroy(uuid);
      await world.run(90_000);
      expect(world.hypervisor.runningOn(uuid)).toEqual([source.name]);
      expect(world.condition('web-1', 'Ready')).toBe('True Running');
    });

    it('is found although its events were lost, or the operator was away', async () => {
      const moved = await running();
      const { world, target, uuid } = moved;
      await world.stopOperator();
      migrate(moved, options);
      await world.restartOperator();
      await world.run(180_000);
      expect(world.hypervisor.runningOn(uuid)).toEqual([target.name]);
      expect(world.condition('web-1', 'Stalled')).toBe('True RunsElsewhere');
    });

    it('keeps a deleted VM from being given up, until it is stopped there', async () => {
      const moved = await running();
      const { world, target, uuid } = moved;
      migrate(moved, options);
      await world.run(10_000);
      world.deleteVm('web-1');
      await world.run(120_000);
      expect(world.condition('web-1', 'Ready')).toBe('False RunsElsewhere');
      target.outside.destroy(uuid);
      await world.run(120_000);
      expect(world.findVm('web-1')).toBeUndefined();
    });
  },
);

describe('a domain that was last seen on another host', () => {
  it.each(['bound', 'without a host'])(
    'is told of by that host where its call fails: %s',
    async (standing) => {
      const moved = await running();
      const { world, target } = moved;
      migrate(moved, { undefineSource: true });
      await world.run(10_000);
      const failure = new HypervisorError('Failed', 'the monitor is at work');
      target.failAll('domain', { when: 'before', outcome: failure });
      if (standing !== 'bound') world.editVm('web-1', ({ status }) => delete status?.hostName);
      await world.run(90_000);
      expect(world.condition('web-1', 'Ready')).toMatch(/ HostCallFailed$/);
      expect(world.message('web-1', 'Ready')).toBe(`Host ${target.name}: the monitor is at work`);
    },
  );

  it('is not started while that host cannot be asked', async () => {
    const moved = await running();
    const { world, source, target, uuid } = moved;
    migrate(moved, { undefineSource: true });
    await world.run(10_000);
    target.goDown();
    await world.run(300_000);
    expect(world.hypervisor.runningOn(uuid)).toEqual([target.name]);
    target.losePower();
    target.heal();
    await world.run(120_000);
    expect(world.hypervisor.runningOn(uuid)).toEqual([source.name]);
  });
});
