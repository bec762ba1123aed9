import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { EncodeError } from '../errors.ts';
import type { ProcedureName } from '../protocol/procedures.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import * as c from './constants/index.ts';
import { Checkpoint } from './domain/checkpoint.ts';
import { DomainCalls } from './domain/domain-calls.ts';
import { Snapshot } from './domain/snapshot.ts';
import type { Constants, FlaggedOptions, Flags, OneOf } from './flags.ts';
import { HostInterface } from './host-interface.ts';
import { HypervisorConnection } from './hypervisor.ts';
import { Network } from './network.ts';
import { NodeDevice } from './node-device.ts';
import { StoragePool } from './storage-pool.ts';
import { StorageVolume } from './storage-volume.ts';
import { uuid } from './testing/sent.ts';

/** As JavaScript may, where types would not let it. */
function untyped(value: unknown): never {
  return value as never;
}

function start() {
  const server = new FakeServer();
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  const calls = new DomainCalls(connection, uuid);
  const hypervisor = new HypervisorConnection(connection, () => {});
  return {
    ...{ server, connection, hypervisor, domain: hypervisor.domain(uuid) },
    checkpoint: new Checkpoint(calls, 'c'),
    snapshot: new Snapshot(calls, 's'),
    hostInterface: new HostInterface(connection, { name: 'eth0', mac: '' }),
    network: new Network(connection, { name: 'n', uuid }),
    nodeDevice: new NodeDevice(connection, 'd'),
    pool: new StoragePool(connection, { name: 'p', uuid }),
    volume: new StorageVolume(connection, { pool: 'p', name: 'v', key: 'k' }),
  };
}

type Started = ReturnType<typeof start>;

interface Flagged {
  procedure: ProcedureName;
  table: Constants;
  field: string;
  act: (started: Started, given: never) => Promise<unknown>;
}

/** A method that takes flags of this table. */
function flagged<C extends Constants>(
  procedure: ProcedureName,
  table: C,
  act: (started: Started, options: FlaggedOptions<C>) => Promise<unknown>,
): Flagged {
  return { procedure, table, field: 'flags', act: (started, flags) => act(started, { flags }) };
}

/** The same with flags that are not an option `flags`. */
function withFlags<C extends Constants>(
  procedure: ProcedureName,
  field: string,
  table: C,
  act: (started: Started, flags: Flags<C>) => Promise<unknown>,
): Flagged {
  return { procedure, table, field, act };
}

/** The same with one number of the table. */
function withOne<C extends Constants>(
  procedure: ProcedureName,
  field: string,
  table: C,
  act: (started: Started, one: OneOf<C>) => Promise<unknown>,
): Flagged {
  return { procedure, table, field, act };
}

const flaggedMethods: Flagged[] = [
  flagged('domainCreateWithFlags', c.CreateFlag, (s, o) => s.domain.create(o)),
  flagged('domainUndefineFlags', c.UndefineFlag, (s, o) => s.domain.undefine(o)),
  flagged('domainSaveFlags', c.SaveFlag, (s, o) => s.domain.save('/f', o)),
  flagged('domainSetLifecycleAction', c.Affect, (s, o) => s.domain.setLifecycleAction(0, 0, o)),
  flagged('domainGetXmlDesc', c.DomainXmlFlag, (s, o) => s.domain.xml(o)),
  flagged('domainGetMessages', c.MessageType, (s, o) => s.domain.messages(o)),
  flagged('domainSetMetadata', c.Affect, (s, o) =>
    s.domain.setMetadata({ uri: 'u', prefix: 'p', xml: null }, o),
  ),
  flagged('domainGetMetadata', c.Affect, (s, o) => s.domain.metadata('u', o)),
  flagged('domainGetMetadata', c.Affect, (s, o) => s.domain.title(o)),
  flagged('domainSetMetadata', c.Affect, (s, o) => s.domain.setTitle('t', o)),
  flagged('domainGetMetadata', c.Affect, (s, o) => s.domain.description(o)),
  flagged('domainSetMetadata', c.Affect, (s, o) => s.domain.setDescription('t', o)),
  flagged('domainAttachDeviceFlags', c.DeviceFlag, (s, o) => s.domain.attachDevice('<x/>', o)),
  flagged('domainDetachDeviceFlags', c.DeviceFlag, (s, o) => s.domain.detachDevice('<x/>', o)),
  flagged('domainDetachDeviceAlias', c.DeviceFlag, (s, o) => s.domain.detachDeviceByAlias('a', o)),
  flagged('domainUpdateDeviceFlags', c.DeviceFlag, (s, o) => s.domain.updateDevice('<x/>', o)),
  flagged('domainSetVcpusFlags', c.VcpuFlag, (s, o) => s.domain.setVcpus(1, o)),
  flagged('domainSetMemoryFlags', c.MemoryFlag, (s, o) => s.domain.setMemory(1, o)),
  flagged('domainGetHostname', c.HostnameSource, (s, o) => s.domain.hostname(o)),
  flagged('domainBackupBegin', c.BackupFlag, (s, o) => s.domain.beginBackup('<x/>', o)),
  flagged('domainMigrateSetMaxSpeed', c.MaxSpeedFlag, (s, o) => s.domain.setMigrationSpeed(1n, o)),
  flagged('domainGetJobStats', c.JobStatsFlag, (s, o) => s.domain.jobStats(o)),
  flagged('domainAbortJobFlags', c.AbortJobFlag, (s, o) => s.domain.abortJob(o)),
  flagged('domainMigratePerform3Params', c.MigrateFlag, (s, o) => s.domain.migrate('u', o)),
  flagged('domainSetUserPassword', c.PasswordFlag, (s, o) => s.domain.agent.setUserPassword('u', 'p', o)),
  flagged('domainAuthorizedSshKeysSet', c.SshKeysFlag, (s, o) => s.domain.agent.setSshKeys('u', [], o)),
  flagged('domainCheckpointCreateXml', c.CheckpointCreateFlag, (s, o) =>
    s.domain.checkpoints.create('<x/>', o),
  ),
  flagged('domainListAllCheckpoints', c.CheckpointListFlag, (s, o) => s.domain.checkpoints.list(o)),
  flagged('domainCheckpointGetXmlDesc', c.CheckpointXmlFlag, (s, o) => s.checkpoint.xml(o)),
  flagged('domainCheckpointListAllChildren', c.CheckpointListFlag, (s, o) => s.checkpoint.children(o)),
  flagged('domainCheckpointDelete', c.CheckpointDeleteFlag, (s, o) => s.checkpoint.delete(o)),
  flagged('domainSnapshotCreateXml', c.SnapshotCreateFlag, (s, o) => s.domain.snapshots.create('<x/>', o)),
  flagged('domainListAllSnapshots', c.SnapshotListFlag, (s, o) => s.domain.snapshots.list(o)),
  flagged('domainSnapshotGetXmlDesc', c.SnapshotXmlFlag, (s, o) => s.snapshot.xml(o)),
  flagged('domainSnapshotListAllChildren', c.SnapshotListFlag, (s, o) => s.snapshot.children(o)),
  flagged('domainRevertToSnapshot', c.SnapshotRevertFlag, (s, o) => s.snapshot.revert(o)),
  flagged('domainSnapshotDelete', c.SnapshotDeleteFlag, (s, o) => s.snapshot.delete(o)),
  flagged('domainGetBlockIoTune', c.Affect, (s, o) => s.domain.disk('vda').ioTune(o)),
  flagged('domainSetBlockIoTune', c.Affect, (s, o) => s.domain.disk('vda').setIoTune({}, o)),
  flagged('domainBlockCopy', c.BlockCopyFlag, (s, o) => s.domain.disk('vda').copy('<disk/>', o)),
  flagged('domainBlockCommit', c.BlockCommitFlag, (s, o) => s.domain.disk('vda').commit(o)),
  flagged('domainBlockRebase', c.BlockRebaseFlag, (s, o) => s.domain.disk('vda').rebase(null, o)),
  flagged('domainGetInterfaceParameters', c.Affect, (s, o) => s.domain.interface('v').bandwidth(o)),
  flagged('domainSetInterfaceParameters', c.Affect, (s, o) => s.domain.interface('v').setBandwidth({}, o)),
  flagged('domainGetIothreadInfo', c.Affect, (s, o) => s.domain.ioThreads.list(o)),
  flagged('domainAddIothread', c.Affect, (s, o) => s.domain.ioThreads.add(1, o)),
  flagged('domainDelIothread', c.Affect, (s, o) => s.domain.ioThreads.delete(1, o)),
  flagged('domainPinIothread', c.Affect, (s, o) => s.domain.ioThreads.pin(1, [0], o)),
  flagged('domainSetIothreadParams', c.Affect, (s, o) => s.domain.ioThreads.setParameters(1, {}, o)),
  flagged('domainManagedSave', c.SaveFlag, (s, o) => s.domain.managedSave.save(o)),
  flagged('domainSetMemoryStatsPeriod', c.Affect, (s, o) => s.domain.memory.setStatsPeriod(1, o)),
  flagged('domainCoreDumpWithFormat', c.CoreDumpFlag, (s, o) => s.domain.memory.dump('/f', o)),
  flagged('domainGetMemoryParameters', c.Affect, (s, o) => s.domain.memory.limits(o)),
  flagged('domainSetMemoryParameters', c.Affect, (s, o) => s.domain.memory.setLimits({}, o)),
  flagged('domainMigrateGetMaxSpeed', c.MaxSpeedFlag, (s, o) => s.domain.migration.speed(o)),
  flagged('domainStartDirtyRateCalc', c.DirtyRateFlag, (s, o) => s.domain.migration.measureDirtyRate(1, o)),
  flagged('domainGetSchedulerParametersFlags', c.Affect, (s, o) => s.domain.tuning.scheduler(o)),
  flagged('domainSetSchedulerParametersFlags', c.Affect, (s, o) => s.domain.tuning.setScheduler({}, o)),
  flagged('domainGetBlkioParameters', c.Affect, (s, o) => s.domain.tuning.blkio(o)),
  flagged('domainSetBlkioParameters', c.Affect, (s, o) => s.domain.tuning.setBlkio({}, o)),
  flagged('domainGetNumaParameters', c.Affect, (s, o) => s.domain.tuning.numa(o)),
  flagged('domainSetNumaParameters', c.Affect, (s, o) => s.domain.tuning.setNuma({}, o)),
  flagged('domainGetPerfEvents', c.Affect, (s, o) => s.domain.tuning.perfEvents(o)),
  flagged('domainSetPerfEvents', c.Affect, (s, o) => s.domain.tuning.setPerfEvents({}, o)),
  flagged('domainGetVcpusFlags', c.VcpuFlag, (s, o) => s.domain.vcpus.count(o)),
  flagged('domainSetVcpu', c.Affect, (s, o) => s.domain.vcpus.set([0], true, o)),
  flagged('domainGetVcpusFlags', c.Affect, (s, o) => s.domain.vcpus.pins(o)),
  flagged('domainPinVcpuFlags', c.Affect, (s, o) => s.domain.vcpus.pin(0, [0], o)),
  flagged('domainGetEmulatorPinInfo', c.Affect, (s, o) => s.domain.vcpus.emulatorPin(o)),
  flagged('domainPinEmulator', c.Affect, (s, o) => s.domain.vcpus.pinEmulator([0], o)),
  flagged('connectGetDomainCapabilities', c.DomainCapabilitiesFlag, (s, o) =>
    s.hypervisor.host.domainCapabilitiesXml({}, o),
  ),
  flagged('connectCompareCpu', c.CompareCpuFlag, (s, o) => s.hypervisor.host.cpus.compare('<cpu/>', o)),
  flagged('connectCompareHypervisorCpu', c.CompareCpuFlag, (s, o) =>
    s.hypervisor.host.cpus.compareForHypervisor('<cpu/>', {}, o),
  ),
  flagged('connectBaselineCpu', c.BaselineCpuFlag, (s, o) => s.hypervisor.host.cpus.baseline([], o)),
  flagged('connectBaselineHypervisorCpu', c.BaselineCpuFlag, (s, o) =>
    s.hypervisor.host.cpus.baselineForHypervisor([], {}, o),
  ),
  flagged('connectListAllInterfaces', c.ListInterfacesFlag, (s, o) => s.hypervisor.hostInterfaces.list(o)),
  flagged('interfaceGetXmlDesc', c.InterfaceXmlFlag, (s, o) => s.hostInterface.xml(o)),
  flagged('connectListAllDomains', c.ListDomainsFlag, (s, o) => s.hypervisor.listDomains(o)),
  flagged('domainDefineXmlFlags', c.DefineFlag, (s, o) => s.hypervisor.defineXml('<x/>', o)),
  flagged('domainCreateXml', c.CreateFlag, (s, o) => s.hypervisor.createXml('<x/>', o)),
  flagged('domainRestoreFlags', c.SaveFlag, (s, o) => s.hypervisor.restore('/f', o)),
  flagged('domainSaveImageGetXmlDesc', c.SaveImageXmlFlag, (s, o) => s.hypervisor.savedXml('/f', o)),
  flagged('domainSaveImageDefineXml', c.SaveFlag, (s, o) => s.hypervisor.defineSavedXml('/f', '<x/>', o)),
  flagged('connectListAllStoragePools', c.ListStoragePoolsFlag, (s, o) => s.hypervisor.storagePools(o)),
  flagged('storagePoolCreateXml', c.StoragePoolCreateFlag, (s, o) =>
    s.hypervisor.createStoragePool('<x/>', o),
  ),
  flagged('storagePoolDefineXml', c.StoragePoolDefineFlag, (s, o) =>
    s.hypervisor.defineStoragePool('<x/>', o),
  ),
  flagged('connectGetAllDomainStats', c.StatsFlag, (s, o) => s.hypervisor.domainStats(o)),
  flagged('networkGetXmlDesc', c.NetworkXmlFlag, (s, o) => s.network.xml(o)),
  flagged('networkUpdate', c.NetworkUpdateFlag, (s, o) =>
    s.network.update({ command: 'AddLast', section: 'IpDhcpHost', xml: '<host/>' }, o),
  ),
  flagged('connectListAllNetworks', c.ListNetworksFlag, (s, o) => s.hypervisor.networks.list(o)),
  flagged('networkDefineXmlFlags', c.NetworkDefineFlag, (s, o) => s.hypervisor.networks.define('<x/>', o)),
  flagged('networkCreateXmlFlags', c.NetworkCreateFlag, (s, o) => s.hypervisor.networks.create('<x/>', o)),
  flagged('nodeDeviceGetXmlDesc', c.NodeDeviceXmlFlag, (s, o) => s.nodeDevice.xml(o)),
  flagged('connectListAllNodeDevices', c.ListNodeDevicesFlag, (s, o) => s.hypervisor.nodeDevices.list(o)),
  flagged('nodeDeviceCreateXml', c.NodeDeviceCreateFlag, (s, o) =>
    s.hypervisor.nodeDevices.create('<x/>', o),
  ),
  flagged('nodeDeviceDefineXml', c.NodeDeviceDefineFlag, (s, o) =>
    s.hypervisor.nodeDevices.define('<x/>', o),
  ),
  flagged('nwfilterDefineXmlFlags', c.NwFilterDefineFlag, (s, o) => s.hypervisor.nwFilters.define('<x/>', o)),
  flagged('connectListAllSecrets', c.ListSecretsFlag, (s, o) => s.hypervisor.secrets.list(o)),
  flagged('secretDefineXml', c.SecretDefineFlag, (s, o) => s.hypervisor.secrets.define('<x/>', o)),
  flagged('storagePoolBuild', c.StoragePoolBuildFlag, (s, o) => s.pool.build(o)),
  flagged('storagePoolCreate', c.StoragePoolCreateFlag, (s, o) => s.pool.create(o)),
  flagged('storagePoolDelete', c.StoragePoolDeleteFlag, (s, o) => s.pool.delete(o)),
  flagged('storagePoolGetXmlDesc', c.StorageXmlFlag, (s, o) => s.pool.xml(o)),
  flagged('storageVolCreateXml', c.VolumeCreateFlag, (s, o) => s.pool.createVolume('<x/>', o)),
  flagged('storageVolCreateXmlFrom', c.VolumeCreateFlag, (s, o) => s.pool.cloneVolume('<x/>', s.volume, o)),
  flagged('storageVolResize', c.VolumeResizeFlag, (s, o) => s.volume.resize(1n, o)),
  flagged('storageVolDelete', c.VolumeDeleteFlag, (s, o) => s.volume.delete(o)),
  withFlags('connectGetAllDomainStats', 'stats', c.StatsGroup, (s, groups) =>
    s.hypervisor.domainStats({ groups }),
  ),
  withFlags('domainGetGuestInfo', 'types', c.GuestInfoType, (s, types) => s.domain.agent.info(types)),
];

const chosenNumbers: Flagged[] = [
  withOne('domainPmSuspendForDuration', 'target', c.SuspendTarget, (s, one) => s.domain.sleep(one)),
  withOne('domainSetLifecycleAction', 'type', c.LifecycleTrigger, (s, one) =>
    s.domain.setLifecycleAction(one, 'Destroy'),
  ),
  withOne('domainSetLifecycleAction', 'action', c.LifecycleAction, (s, one) =>
    s.domain.setLifecycleAction('Crash', one),
  ),
  withOne('domainCoreDumpWithFormat', 'dumpformat', c.CoreDumpFormat, (s, format) =>
    s.domain.memory.dump('/f', { format }),
  ),
  withOne('domainSendKey', 'codeset', c.KeycodeSet, (s, codeset) =>
    s.domain.display.sendKeys([1], { codeset }),
  ),
  withOne('nodeSuspendForDuration', 'target', c.SuspendTarget, (s, one) =>
    s.hypervisor.host.suspend(one, 60n),
  ),
  withOne('networkUpdate', 'command', c.NetworkUpdateCommand, (s, command) =>
    s.network.update({ command, section: 'Ip', xml: '' }),
  ),
  withOne('networkUpdate', 'section', c.NetworkUpdateSection, (s, section) =>
    s.network.update({ command: 'Modify', section, xml: '' }),
  ),
  withOne('secretLookupByUsage', 'usageType', c.SecretUsageType, (s, one) =>
    s.hypervisor.secrets.byUsage(one, 'u'),
  ),
  withOne('storageVolWipePattern', 'algorithm', c.WipeAlgorithm, (s, algorithm) =>
    s.volume.wipe({ algorithm }),
  ),
];

/** What a method sends in the field; the server does not know the procedure. */
async function sentField({ procedure, field, act }: Flagged, given: unknown): Promise<number | undefined> {
  const started = start();
  await act(started, untyped(given)).catch(() => {});
  started.connection.close();
  const [call] = started.server.callsOf(procedure);
  return call && (call.args as Record<string, number>)[field];
}

const labelled = (methods: Flagged[]): [string, Flagged][] =>
  methods.map((method) => [`${method.procedure} (${method.field})`, method]);

describe('a method that takes flags', () => {
  it.each(labelled(flaggedMethods))('%s sends each name as its bit', async (_label, method) => {
    for (const [name, bit] of Object.entries(method.table)) {
      if (bit === 0) continue;
      const bits = await sentField(method, [name]);
      expect([name, bits === undefined ? undefined : (bits & bit) >>> 0]).toEqual([name, bit]);
      expect([name, bits]).toEqual([name, await sentField(method, bit)]);
    }
  });

  it.each(labelled(flaggedMethods))('%s rejects a name that there is not', async (_label, method) => {
    const started = start();
    const outcome = method.act(started, untyped(['Nonsense']));
    await expect(outcome).rejects.toThrow(EncodeError);
    await expect(outcome).rejects.toThrow('"Nonsense" is none of ');
    expect(started.server.callsOf(method.procedure)).toEqual([]);
    started.connection.close();
  });
});

describe('a method that takes one of several numbers', () => {
  it.each(labelled(chosenNumbers))('%s sends each name as its number', async (_label, method) => {
    for (const [name, number] of Object.entries(method.table))
      expect([name, await sentField(method, name)]).toEqual([name, number]);
  });

  it.each(labelled(chosenNumbers))('%s rejects a name that there is not', async (_label, method) => {
    const started = start();
    await expect(method.act(started, untyped('Nonsense'))).rejects.toThrow('"Nonsense" is none of ');
    expect(started.server.callsOf(method.procedure)).toEqual([]);
    started.connection.close();
  });
});
