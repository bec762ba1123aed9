import { join } from 'node:path';
import {
  Affect,
  type Domain,
  ErrorCode,
  type HypervisorConnection,
  LifecycleAction,
  LifecycleTrigger,
  SnapshotDeleteFlag,
  VcpuFlag,
} from 'node-libvirt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemonOfTests, domainXml, virshTable } from './daemon-of-tests.ts';

const tests = daemonOfTests();

describe('a domain of a real libvirtd', () => {
  const devices = `
    <disk type='file' device='disk'><source file='/guest/disk'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:77'/><source network='default'/><target dev='lab0'/></interface>`;
  const config = { flags: Affect.Config };
  let hypervisor: HypervisorConnection;
  let domain: Domain;

  beforeEach(async () => {
    hypervisor = await tests.open();
    domain = await hypervisor.defineXml(
      domainXml('rich', devices).replace('<os>', '<iothreads>2</iothreads><os>'),
    );
    await domain.create();
  });
  afterEach(async () => {
    await domain.destroy();
    await domain.undefine();
  });

  it('tells what it is, by name, id and texts', async () => {
    const { id } = await domain.lookup();
    expect((await hypervisor.domainByName('rich')).uuid).toBe(domain.uuid);
    expect((await hypervisor.domainById(id)).uuid).toBe(domain.uuid);
    expect([await domain.isActive(), await domain.isPersistent(), await domain.isUpdated()]).toEqual([
      ...[true, true, false],
    ]);
    expect(await domain.controlState()).toBe('ok');
    // The test driver puts what the domain's reference has for a name before it.
    expect(await domain.hostname()).toMatch(/host$/);
    expect(await domain.title()).toBeUndefined();
    await domain.setTitle('Web server');
    await domain.setDescription('Serves the web');
    expect([await domain.title(), await domain.description()]).toEqual(['Web server', 'Serves the web']);
    await domain.setTitle(null);
    expect(await domain.title()).toBeUndefined();
    await domain.setAutostart(true);
    expect(await domain.autostart()).toBe(true);
    await domain.setLifecycleAction(LifecycleTrigger.Crash, LifecycleAction.Preserve, config);
    expect(await domain.xml({ inactive: true })).toContain('<on_crash>preserve</on_crash>');
  });

  it('has vCPUs that are pinned and counted', async () => {
    const { vcpus } = domain;
    expect([await vcpus.count(), await vcpus.count({ flags: VcpuFlag.Maximum })]).toEqual([2, 2]);
    expect(await vcpus.info()).toMatchObject([
      { number: 0, state: 'running' },
      { number: 1, state: 'running' },
    ]);
    await vcpus.pin(1, [0, 3]);
    expect((await vcpus.pins())[1]).toEqual([0, 3]);
    expect(await domain.xml()).toContain("<vcpupin vcpu='1' cpuset='0,3'/>");
    await vcpus.pinEmulator([2]);
    expect(await vcpus.emulatorPin()).toEqual([2]);
    expect((await vcpus.stats()).get('cpu_time')).toBeGreaterThan(0n);
    const each = await vcpus.statsByCpu();
    expect(each.map((stats) => [...stats.keys()])).toEqual([
      ['cpu_time', 'vcpu_time'],
      ['cpu_time', 'vcpu_time'],
    ]);
  });

  it('has IO threads that come and go', async () => {
    const { ioThreads } = domain;
    expect((await ioThreads.list()).map(({ id }) => id)).toEqual([1, 2]);
    await ioThreads.add(3);
    await ioThreads.pin(3, [1]);
    await ioThreads.setParameters(3, { poll_max_ns: 100n });
    expect((await ioThreads.list()).find(({ id }) => id === 3)).toEqual({ id: 3, cpus: [1] });
    await ioThreads.delete(3);
    expect((await ioThreads.list()).map(({ id }) => id)).toEqual([1, 2]);
  });

  it('has limits, which come back as they were given', async () => {
    const { memory, tuning } = domain;
    await memory.setLimits({ hardBytes: 2n ** 30n, softBytes: null }, config);
    expect(await memory.limits(config)).toEqual({
      hardBytes: 2n ** 30n,
      softBytes: null,
      swapHardBytes: null,
    });
    expect(await memory.maximumBytes()).toBe(64 * 2 ** 20);
    await tuning.setBlkio({ weight: 500, device_weight: '/dev/sda,200' }, config);
    const blkio = await tuning.blkio(config);
    expect([blkio.get('weight'), blkio.get('device_weight')]).toEqual([500, '/dev/sda,200']);
    await tuning.setNuma({ numa_mode: 0, numa_nodeset: '0' }, config);
    expect(Object.fromEntries(await tuning.numa(config))).toEqual({ numa_mode: 0, numa_nodeset: '0' });
    await tuning.setPerfEvents({ cmt: true }, config);
    const events = await tuning.perfEvents(config);
    expect([events.get('cmt'), events.get('mbmt')]).toEqual([true, false]);
  });

  it('has disks and interfaces with limits', async () => {
    const disk = domain.disk('vda');
    const limits = { total_bytes_sec: 1000n, total_bytes_sec_max: 2000n, group_name: 'slow' };
    await disk.setIoTune(limits, config);
    expect(Object.fromEntries(await disk.ioTune(config))).toMatchObject(limits);
    expect((await disk.info()).capacityBytes).toBeGreaterThan(0n);
    expect((await domain.diskErrors()).has('vda')).toBe(true);
    const byDevice = domain.interface('lab0');
    await byDevice.setBandwidth({ 'inbound.average': 1000, 'inbound.burst': 64 }, { flags: Affect.Live });
    const bandwidth = await domain.interface('52:54:00:00:00:77').bandwidth();
    expect([bandwidth.get('inbound.average'), bandwidth.get('inbound.burst')]).toEqual([1000, 64]);
    expect((await byDevice.stats()).rxBytes).toBeGreaterThan(0n);
    expect(await domain.interfaceAddresses('lease')).toMatchObject([
      { name: 'lab0', mac: '52:54:00:00:00:77', addresses: [{ family: 'ipv4', prefixLength: 24 }] },
    ]);
  });

  it('has an agent for its guest', async () => {
    const { agent } = domain;
    const rows = await virshTable(tests.daemon, 'domfsinfo', 'test');
    expect((await agent.fileSystems()).map(({ mountPoint, name, type }) => [mountPoint, name, type])).toEqual(
      rows.map(([mountPoint, name, type]) => [mountPoint, name, type]),
    );
    expect(await agent.freeze(['/'])).toBe(1);
    expect(await agent.freeze(['/boot'])).toBe(1);
    expect(await agent.thaw()).toBe(2);
    await agent.trim({ mountPoint: '/', minimumBytes: 4096n });
    await agent.setTime(new Date(5_500));
    expect(await agent.time()).toEqual(new Date(5_500));
    await agent.setUserPassword('root', 'secret');
  });

  it('is saved, described, restored, dumped, and saved where libvirt finds it itself', async () => {
    const file = join(tests.dir, 'saved');
    await domain.save(file);
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Saved' });
    const xml = await hypervisor.savedXml(file);
    await hypervisor.defineSavedXml(file, xml.replace('<vcpu', '<title>Saved</title><vcpu'));
    expect(await hypervisor.savedXml(file)).toContain('<title>Saved</title>');
    await hypervisor.restore(file);
    expect(await domain.isActive()).toBe(true);
    await domain.memory.dump(join(tests.dir, 'core'));
    await domain.managedSave.save();
    expect(await domain.managedSave.exists()).toBe(true);
    await domain.managedSave.remove();
    expect(await domain.managedSave.exists()).toBe(false);
    await domain.create();
  });

  it('has checkpoints in their order', async () => {
    const { checkpoints } = domain;
    const first = await checkpoints.create('<domaincheckpoint><name>first</name></domaincheckpoint>');
    const second = await checkpoints.create('<domaincheckpoint><name>second</name></domaincheckpoint>');
    expect((await checkpoints.list()).map(({ name }) => name).toSorted()).toEqual(['first', 'second']);
    expect((await second.parent()).name).toBe('first');
    expect((await first.children()).map(({ name }) => name)).toEqual(['second']);
    expect(await first.xml()).toContain('<name>first</name>');
    await second.delete();
    await (await checkpoints.get('first')).delete();
    const gone = checkpoints.get('first');
    await expect(gone).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN_CHECKPOINT });
  });

  it('has snapshots in their order', async () => {
    const { snapshots } = domain;
    expect(await snapshots.hasCurrent()).toBe(false);
    const first = await snapshots.create('<domainsnapshot><name>first</name></domainsnapshot>');
    await snapshots.create('<domainsnapshot><name>second</name></domainsnapshot>');
    expect([await snapshots.hasCurrent(), (await snapshots.current()).name]).toEqual([true, 'second']);
    expect((await first.children()).map(({ name }) => name)).toEqual(['second']);
    await first.delete({ flags: SnapshotDeleteFlag.Children });
    expect(await snapshots.list()).toEqual([]);
  });

  it('has a screen and keys', async () => {
    const picture: Buffer[] = [];
    for await (const chunk of await domain.display.screenshot()) picture.push(chunk);
    expect(Buffer.concat(picture).subarray(1, 4).toString('latin1')).toBe('PNG');
    await domain.display.sendKeys([29, 56, 111]);
    await domain.display.injectNmi();
  });

  it('gets another name', async () => {
    await domain.destroy();
    await domain.rename('poor');
    expect(await domain.lookup()).toEqual({ name: 'poor', id: -1 });
    await domain.create();
  });
});
