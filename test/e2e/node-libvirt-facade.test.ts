import {
  ErrorCode,
  type HypervisorConnection,
  ListNodeDevicesFlag,
  NetworkUpdateCommand,
  NetworkUpdateSection,
  SecretUsageType,
} from 'node-libvirt';
import { beforeEach, describe, expect, it } from 'vitest';
import { daemonOfTests, virsh, virshTable } from './daemon-of-tests.ts';

const tests = daemonOfTests();
/** Each connection has a test driver of its own. */
let hypervisor: HypervisorConnection;

beforeEach(async () => {
  hypervisor = await tests.open();
});

describe('networks of a real libvirtd', () => {
  it('are the same as virsh shows', async () => {
    const [name] = (await virshTable(tests.daemon, 'net-list', '--name')).flat();
    const network = await hypervisor.networks.get(name ?? '');
    expect((await hypervisor.networks.list()).map(({ uuid }) => uuid)).toEqual([network.uuid]);
    expect((await network.xml()).trim()).toBe(
      (await virsh(tests.daemon, 'net-dumpxml', network.name)).trim(),
    );
    expect(await network.bridgeName()).toBe('virbr0');
    expect([await network.isActive(), await network.isPersistent(), await network.autostart()]).toEqual([
      ...[true, true, false],
    ]);
  });

  it('are defined, started, changed, stopped and removed', async () => {
    const network = await hypervisor.networks.define(
      "<network><name>lab</name><bridge name='lab0'/><ip address='10.9.0.1' netmask='255.255.255.0'><dhcp><range start='10.9.0.2' end='10.9.0.9'/></dhcp></ip></network>",
    );
    expect((await hypervisor.networks.byUuid(network.uuid)).name).toBe('lab');
    expect(await network.isActive()).toBe(false);
    await network.create();
    await network.setAutostart(true);
    expect([await network.isActive(), await network.autostart()]).toEqual([true, true]);
    await network.update({
      command: NetworkUpdateCommand.AddLast,
      section: NetworkUpdateSection.IpDhcpHost,
      xml: "<host mac='52:54:00:00:00:09' ip='10.9.0.9'/>",
    });
    expect(await network.xml()).toContain("mac='52:54:00:00:00:09'");
    await network.destroy();
    await network.undefine();
    const gone = hypervisor.networks.get('lab');
    await expect(gone).rejects.toMatchObject({ code: ErrorCode.NO_NETWORK, retryable: false });
  });

  it('may be gone once they are stopped', async () => {
    const network = await hypervisor.networks.create(
      "<network><name>brief</name><bridge name='brief0'/></network>",
    );
    expect([await network.isActive(), await network.isPersistent()]).toEqual([true, false]);
    await network.destroy();
    expect((await hypervisor.networks.list()).map(({ name }) => name)).not.toContain('brief');
  });
});

describe('secrets and filters of a real libvirtd', () => {
  it('keep a value, and are found by their use', async () => {
    const { secrets } = await tests.open({ uri: 'secret:///system' });
    const secret = await secrets.define(
      "<secret ephemeral='yes' private='no'><usage type='ceph'><name>client.vm</name></usage></secret>",
    );
    await expect(secret.value()).rejects.toMatchObject({ code: ErrorCode.NO_SECRET });
    await secret.setValue(Uint8Array.of(0, 1, 255));
    expect([...(await secret.value())]).toEqual([0, 1, 255]);
    const found = await secrets.byUsage(SecretUsageType.Ceph, 'client.vm');
    expect(found.reference).toEqual({ uuid: secret.uuid, usageType: 2, usageId: 'client.vm' });
    expect((await secrets.list()).map(({ uuid }) => uuid)).toEqual([secret.uuid]);
    expect(await (await secrets.get(secret.uuid)).xml()).toContain('<name>client.vm</name>');
    await secret.undefine();
    await expect(secrets.get(secret.uuid)).rejects.toMatchObject({ code: ErrorCode.NO_SECRET });
  });

  it('are defined and removed', async () => {
    const { nwFilters } = await tests.open({ uri: 'qemu:///system' });
    const filter = await nwFilters.define(
      "<filter name='open' chain='root'><rule action='accept' direction='inout'/></filter>",
    );
    expect((await nwFilters.list()).map(({ name }) => name)).toContain('open');
    expect((await nwFilters.get('open')).uuid).toBe(filter.uuid);
    expect((await nwFilters.byUuid(filter.uuid)).name).toBe('open');
    expect(await filter.xml()).toContain("action='accept'");
    await filter.undefine();
    await expect(nwFilters.get('open')).rejects.toMatchObject({ code: ErrorCode.NO_NWFILTER });
  });
});

describe('devices of a real host', () => {
  it('are listed by what they are, described as virsh shows them, and have a parent', async () => {
    const names = (await hypervisor.nodeDevices.list()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['computer', 'scsi_host1', 'scsi_host2']));
    const flags = ListNodeDevicesFlag.CapSystem;
    const [computer, ...others] = await hypervisor.nodeDevices.list({ flags });
    expect([computer?.name, others]).toEqual(['computer', []]);
    expect((await computer?.xml())?.trim()).toBe(
      (await virsh(tests.daemon, 'nodedev-dumpxml', 'computer')).trim(),
    );
    expect(await computer?.parent()).toBeUndefined();
    const adapter = await hypervisor.nodeDevices.get('scsi_host1');
    expect((await adapter.parent())?.name).toBe('computer');
    expect(await adapter.capabilities()).toContain('scsi_host');
  });

  it('are made and destroyed', async () => {
    const device = await hypervisor.nodeDevices.create(
      "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'><wwnn>2000000012341234</wwnn><wwpn>2000000056785678</wwpn></capability></capability></device>",
    );
    expect((await hypervisor.nodeDevices.get(device.name)).name).toBe(device.name);
    await device.destroy();
    const gone = hypervisor.nodeDevices.get(device.name);
    await expect(gone).rejects.toMatchObject({ code: ErrorCode.NO_NODE_DEVICE });
  });

  it('have network interfaces among them', async () => {
    const [[name, state, mac] = []] = await virshTable(tests.daemon, 'iface-list', '--all');
    const [one] = await hypervisor.hostInterfaces.list();
    expect([one?.name, one?.mac, state]).toEqual([name, mac, 'active']);
    expect(await one?.isActive()).toBe(true);
    expect((await (await hypervisor.hostInterfaces.get(name ?? '')).xml()).trim()).toBe(
      (await virsh(tests.daemon, 'iface-dumpxml', name ?? '')).trim(),
    );
    const missing = hypervisor.hostInterfaces.get('eth99');
    await expect(missing).rejects.toMatchObject({ code: ErrorCode.NO_INTERFACE });
  });
});

describe('a real host', () => {
  it('says the same about its CPUs as it says to virsh', async () => {
    const { cpus } = hypervisor.host;
    const map = await cpus.map();
    const rows = await virshTable(tests.daemon, 'nodecpumap');
    expect([map.present, map.online.length]).toEqual([Number(rows[0]?.[2]), Number(rows[1]?.[2])]);
    expect(rows[2]?.[2]).toBe(
      Array.from({ length: map.present }, (_, cpu) => (map.online.includes(cpu) ? 'y' : '-')).join(''),
    );
    expect(await cpus.maxVcpus()).toBe(Number(await virsh(tests.daemon, 'maxvcpus')));
    expect(await cpus.modelNames('x86_64')).toEqual(
      (await virshTable(tests.daemon, 'cpu-models', 'x86_64')).flat(),
    );
    const stats = await virshTable(tests.daemon, 'nodecpustats');
    const times = await cpus.stats();
    expect(times.get('idle')).toBe(BigInt(stats.find(([kind]) => kind === 'idle:')?.[1] ?? -1));
    const cpu = (model: string) => `<cpu><arch>x86_64</arch><model>${model}</model></cpu>`;
    expect(await cpus.baseline([cpu('Nehalem'), cpu('Haswell')])).toContain('>Nehalem</model>');
  });

  it('says the same about itself as it says to virsh', async () => {
    const { host } = hypervisor;
    expect(await host.type()).toBe('TEST');
    expect(await host.isSecure()).toBe(true);
    expect((await host.sysinfoXml()).trim()).toBe((await virsh(tests.daemon, 'sysinfo')).trim());
    expect(await host.securityModel()).toEqual({ model: 'testSecurity', doi: '' });
    expect((await host.storagePoolSourcesXml('logical')).trim()).toBe(
      (await virsh(tests.daemon, 'find-storage-pool-sources', 'logical')).trim(),
    );
  });

  it('has memory and CPUs that add up', async () => {
    const { host } = await tests.open({ uri: 'qemu:///system' });
    const memory = await host.memory.statsBytes();
    expect(memory.get('free')).toBeLessThan(memory.get('total') ?? 0n);
    const [pages] = await host.memory.freePages([4]);
    expect(pages?.get(4)).toBeGreaterThan(0n);
    const { present, online } = await host.cpus.map();
    expect(online.length).toBeLessThanOrEqual(present);
    expect((await host.cpus.stats()).get('idle')).toBeGreaterThan(0n);
    expect(await host.storagePoolCapabilitiesXml()).toContain("<pool type='dir'");
  });

  it('compares CPUs with its own', async () => {
    const { host } = await tests.open({ uri: 'qemu:///system' });
    const own = /<cpu>.*?<\/cpu>/s.exec(await host.capabilitiesXml())?.[0] ?? '';
    expect(['identical', 'superset']).toContain(await host.cpus.compare(own));
    const basic = "<cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model></cpu>";
    const query = { virtType: 'qemu', arch: 'x86_64' };
    expect(await host.cpus.compareForHypervisor(basic, query)).toBe('superset');
    expect(await host.cpus.baselineForHypervisor([basic, basic], query)).toContain('>qemu64</model>');
    const command = await host.nativeConfig(
      'qemu-argv',
      "<domain type='qemu'><name>q</name><memory>32768</memory><os><type arch='x86_64'>hvm</type></os></domain>",
    );
    expect(command).toContain('qemu-system-x86_64');
  });
});

describe('storage of a real libvirtd', () => {
  it('is found from each of its ends', async () => {
    const pool = await hypervisor.createStoragePool(
      "<pool type='dir'><name>brief</name><target><path>/brief</path></target></pool>",
    );
    expect([await pool.isActive(), await pool.isPersistent(), await pool.autostart()]).toEqual([
      ...[true, false, false],
    ]);
    const volume = await pool.createVolume('<volume><name>v</name><capacity>1048576</capacity></volume>');
    expect((await hypervisor.storagePoolByUuid(pool.uuid)).name).toBe('brief');
    expect((await hypervisor.storagePoolOf(volume)).uuid).toBe(pool.uuid);
    expect((await hypervisor.storageVolumeByPath('/brief/v')).reference).toEqual(volume.reference);
    expect((await hypervisor.storageVolumeByKey(volume.reference.key)).name).toBe('v');
    await pool.destroy();
    const gone = hypervisor.storagePoolByUuid(pool.uuid);
    await expect(gone).rejects.toMatchObject({ code: ErrorCode.NO_STORAGE_POOL });
  });
});
