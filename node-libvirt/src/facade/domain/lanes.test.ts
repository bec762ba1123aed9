import { describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import type { ProcedureName } from '../../protocol/procedures.ts';
import { FakeServer, noAnswer } from '../../testing/fake-server.ts';
import { turns, VirtualClock } from '../../testing/virtual-clock.ts';
import { Domain } from '../domain.ts';
import { uuid } from '../testing/sent.ts';
import { Checkpoint } from './checkpoint.ts';
import { DomainCalls } from './domain-calls.ts';
import { Snapshot } from './snapshot.ts';

type Act = (domain: Domain, calls: DomainCalls) => Promise<unknown>;

/** What reaches the server of `act` while a call that `hangs` begun has no answer. */
async function reached(hangs: Act, act: Act): Promise<boolean> {
  const server = new FakeServer();
  for (const name of ['domainSuspend', 'domainGetJobInfo'] as const) server.on(name, () => noAnswer);
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  const domain = new Domain(connection, uuid);
  const calls = new DomainCalls(connection, uuid);
  hangs(domain, calls).catch(() => {});
  await turns();
  act(domain, calls).catch(() => {});
  await turns();
  const count = server.calls.length;
  connection.close();
  return count > 1;
}

const suspend: Act = (domain) => domain.suspend();
const askForJob: Act = (domain) => domain.job.info();

const waiting: [ProcedureName, Act][] = [
  ['domainCreateWithFlags', (d) => d.create()],
  ['domainShutdownFlags', (d) => d.shutdown()],
  ['domainReboot', (d) => d.reboot()],
  ['domainReset', (d) => d.reset()],
  ['domainResume', (d) => d.resume()],
  ['domainPmSuspendForDuration', (d) => d.sleep(0)],
  ['domainPmWakeup', (d) => d.wakeUp()],
  ['domainSaveFlags', (d) => d.save('/saved')],
  ['domainSetLifecycleAction', (d) => d.setLifecycleAction(0, 0)],
  ['domainManagedSave', (d) => d.managedSave.save()],
  ['domainHasManagedSaveImage', (d) => d.managedSave.exists()],
  ['domainManagedSaveRemove', (d) => d.managedSave.remove()],
  ['domainRename', (d) => d.rename('new')],
  ['domainSetMetadata', (d) => d.setMetadata({ uri: 'urn:a', prefix: 'a', xml: null })],
  ['domainSetMetadata', (d) => d.setTitle('title')],
  ['domainAttachDeviceFlags', (d) => d.attachDevice('<disk/>')],
  ['domainDetachDeviceFlags', (d) => d.detachDevice('<disk/>')],
  ['domainDetachDeviceAlias', (d) => d.detachDeviceByAlias('net0')],
  ['domainUpdateDeviceFlags', (d) => d.updateDevice('<disk/>')],
  ['domainGetDiskErrors', (d) => d.diskErrors()],
  ['domainInterfaceAddresses', (d) => d.interfaceAddresses('agent')],
  ['domainGetHostname', (d) => d.hostname()],
  ['domainBackupBegin', (d) => d.beginBackup('<domainbackup/>')],
  ['domainScreenshot', (d) => d.display.screenshot()],
  ['domainSendKey', (d) => d.display.sendKeys([1])],
  ['domainInjectNmi', (d) => d.display.injectNmi()],
  ['domainGetLaunchSecurityInfo', (d) => d.launchSecurity.info()],
  ['domainSetLaunchSecurityState', (d) => d.launchSecurity.setState({})],
  ['domainStartDirtyRateCalc', (d) => d.migration.measureDirtyRate(1)],
  ['qemuDomainAgentCommand', (d) => d.agent.ping()],
  ['domainAgentSetResponseTimeout', (d) => d.agent.setResponseTimeout(1)],
  ['domainGetGuestInfo', (d) => d.agent.info()],
  ['domainGetFsinfo', (d) => d.agent.fileSystems()],
  ['domainFsfreeze', (d) => d.agent.freeze()],
  ['domainFsthaw', (d) => d.agent.thaw()],
  ['domainFstrim', (d) => d.agent.trim()],
  ['domainGetTime', (d) => d.agent.time()],
  ['domainSetTime', (d) => d.agent.setTime(new Date(0))],
  ['domainSetTime', (d) => d.agent.syncTime()],
  ['domainSetUserPassword', (d) => d.agent.setUserPassword('me', 'secret')],
  ['domainAuthorizedSshKeysGet', (d) => d.agent.sshKeys('me')],
  ['domainAuthorizedSshKeysSet', (d) => d.agent.setSshKeys('me', [])],
  ['domainGetGuestVcpus', (d) => d.agent.vcpus()],
  ['domainSetGuestVcpus', (d) => d.agent.setVcpus([1], true)],
  ['domainGetBlockInfo', (d) => d.disk('vda').info()],
  ['domainBlockStatsFlags', (d) => d.disk('vda').stats()],
  ['domainBlockPeek', (d) => d.disk('vda').peek(0n, 1)],
  ['domainBlockResize', (d) => d.disk('vda').resize(1n)],
  ['domainSetBlockThreshold', (d) => d.disk('vda').setThreshold(1n)],
  ['domainGetBlockIoTune', (d) => d.disk('vda').ioTune()],
  ['domainSetBlockIoTune', (d) => d.disk('vda').setIoTune({})],
  ['domainBlockCopy', (d) => d.disk('vda').copy('<disk/>')],
  ['domainBlockCommit', (d) => d.disk('vda').commit()],
  ['domainBlockPull', (d) => d.disk('vda').pull()],
  ['domainBlockRebase', (d) => d.disk('vda').rebase(null)],
  ['domainGetBlockJobInfo', (d) => d.disk('vda').job()],
  ['domainBlockJobSetSpeed', (d) => d.disk('vda').setJobSpeed(1n)],
  ['domainBlockJobAbort', (d) => d.disk('vda').finishJob()],
  ['domainBlockJobAbort', (d) => d.disk('vda').abortJob()],
  ['domainGetInterfaceParameters', (d) => d.interface('vnet0').bandwidth()],
  ['domainSetInterfaceParameters', (d) => d.interface('vnet0').setBandwidth({})],
  ['domainGetIothreadInfo', (d) => d.ioThreads.list()],
  ['domainAddIothread', (d) => d.ioThreads.add(1)],
  ['domainDelIothread', (d) => d.ioThreads.delete(1)],
  ['domainPinIothread', (d) => d.ioThreads.pin(1, [0])],
  ['domainSetIothreadParams', (d) => d.ioThreads.setParameters(1, {})],
  ['domainSetMemoryFlags', (d) => d.memory.set(1024)],
  ['domainMemoryStats', (d) => d.memory.stats()],
  ['domainSetMemoryStatsPeriod', (d) => d.memory.setStatsPeriod(1)],
  ['domainCoreDumpWithFormat', (d) => d.memory.dump('/core')],
  ['domainGetMemoryParameters', (d) => d.memory.limits()],
  ['domainSetMemoryParameters', (d) => d.memory.setLimits({})],
  ['domainGetSchedulerParametersFlags', (d) => d.tuning.scheduler()],
  ['domainSetSchedulerParametersFlags', (d) => d.tuning.setScheduler({})],
  ['domainGetBlkioParameters', (d) => d.tuning.blkio()],
  ['domainSetBlkioParameters', (d) => d.tuning.setBlkio({})],
  ['domainGetNumaParameters', (d) => d.tuning.numa()],
  ['domainSetNumaParameters', (d) => d.tuning.setNuma({})],
  ['domainGetPerfEvents', (d) => d.tuning.perfEvents()],
  ['domainSetPerfEvents', (d) => d.tuning.setPerfEvents({})],
  ['domainGetVcpusFlags', (d) => d.vcpus.count()],
  ['domainSetVcpusFlags', (d) => d.vcpus.setCount(1)],
  ['domainSetVcpu', (d) => d.vcpus.set([1], true)],
  ['domainPinVcpuFlags', (d) => d.vcpus.pin(0, [0])],
  ['domainGetEmulatorPinInfo', (d) => d.vcpus.emulatorPin()],
  ['domainPinEmulator', (d) => d.vcpus.pinEmulator([0])],
  ['domainGetCpuStats', (d) => d.vcpus.stats()],
  ['domainGetCpuStats', (d) => d.vcpus.statsByCpu()],
  ['domainCheckpointCreateXml', (d) => d.checkpoints.create('<domaincheckpoint/>')],
  ['domainCheckpointGetXmlDesc', (_d, calls) => new Checkpoint(calls, 'one').xml()],
  ['domainCheckpointDelete', (_d, calls) => new Checkpoint(calls, 'one').delete()],
  ['domainSnapshotCreateXml', (d) => d.snapshots.create('<domainsnapshot/>')],
  ['domainRevertToSnapshot', (_d, calls) => new Snapshot(calls, 'one').revert()],
  ['domainSnapshotDelete', (_d, calls) => new Snapshot(calls, 'one').delete()],
];

const steering: [ProcedureName, Act][] = [
  ['domainAbortJob', (d) => d.job.abort()],
  ['domainAbortJobFlags', (d) => d.job.abort({ flags: 1 })],
  ['domainGetJobStats', (d) => d.job.stats()],
  ['domainMigrateGetMaxSpeed', (d) => d.migration.speed()],
  ['domainMigrateSetMaxSpeed', (d) => d.migration.setSpeed(1n)],
  ['domainMigrateGetMaxDowntime', (d) => d.migration.downtime()],
  ['domainMigrateSetMaxDowntime', (d) => d.migration.setDowntime(1n)],
  ['domainMigrateGetCompressionCache', (d) => d.migration.compressionCacheBytes()],
  ['domainMigrateSetCompressionCache', (d) => d.migration.setCompressionCache(1n)],
  ['domainMigrateStartPostCopy', (d) => d.migration.startPostCopy()],
];

const free: [ProcedureName, Act][] = [
  ['domainGetXmlDesc', (d) => d.xml()],
  ['domainGetInfo', (d) => d.info()],
  ['domainGetState', (d) => d.state()],
  ['domainGetMetadata', (d) => d.title()],
  ['domainGetControlInfo', (d) => d.controlState()],
  ['domainDestroyFlags', (d) => d.destroy()],
  ['domainBackupGetXmlDesc', (d) => d.backupXml()],
];

describe('while a guest answers nothing', () => {
  it.each(waiting)('%s of the same domain waits for its turn', async (_name, act) => {
    expect(await reached(suspend, act)).toBe(false);
  });

  it.each(steering)('%s gets through, and waits for its like', async (_name, act) => {
    expect(await reached(suspend, act)).toBe(true);
    expect(await reached(askForJob, act)).toBe(false);
  });

  it.each(free)('%s gets through', async (_name, act) => {
    expect(await reached(suspend, act)).toBe(true);
  });
});
