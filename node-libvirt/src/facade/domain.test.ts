import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../connection/byte-stream.ts';
import { Connection } from '../connection/connection.ts';
import { ErrorCode } from '../error-codes.ts';
import type { ProcedureName, Ret } from '../protocol/procedures.ts';
import { Fault } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import {
  Affect,
  HostnameSource,
  KeycodeSet,
  LifecycleAction,
  LifecycleTrigger,
  VcpuFlag,
} from './constants/index.ts';
import { Domain } from './domain.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: '', uuid, id: -1 };

function start() {
  const server = new FakeServer();
  const clock = new VirtualClock();
  const connection = new Connection(server.connect(), { clock });
  return { server, clock, connection, domain: new Domain(connection, uuid.toUpperCase()) };
}

/** What a method of the handle sends, when the server answers with `ret`. */
async function sent<N extends ProcedureName>(
  name: N,
  ret: Ret<N>,
  act: (domain: Domain) => Promise<unknown>,
) {
  const { server, domain } = start();
  server.on(name, () => ret);
  const result = await act(domain);
  return { args: server.callsOf(name)[0]?.args, result };
}

describe('a domain handle', () => {
  it.each<[string, ProcedureName, (domain: Domain) => Promise<unknown>, object]>([
    ['shuts down', 'domainShutdownFlags', (d) => d.shutdown({ mode: 'agent' }), { flags: 2 }],
    ['shuts down by default', 'domainShutdownFlags', (d) => d.shutdown(), { flags: 0 }],
    ['reboots', 'domainReboot', (d) => d.reboot({ mode: 'acpi' }), { flags: 1 }],
    ['resets', 'domainReset', (d) => d.reset(), { flags: 0 }],
    ['destroys', 'domainDestroyFlags', (d) => d.destroy(), { flags: 0 }],
    ['destroys gracefully', 'domainDestroyFlags', (d) => d.destroy({ graceful: true }), { flags: 1 }],
    ['undefines', 'domainUndefineFlags', (d) => d.undefine({ flags: 4 }), { flags: 4 }],
    ['suspends', 'domainSuspend', (d) => d.suspend(), {}],
    ['resumes', 'domainResume', (d) => d.resume(), {}],
    ['sets autostart', 'domainSetAutostart', (d) => d.setAutostart(true), { autostart: 1 }],
    [
      'attaches',
      'domainAttachDeviceFlags',
      (d) => d.attachDevice('<disk/>', { flags: Affect.Live | Affect.Config }),
      { xml: '<disk/>', flags: 3 },
    ],
    ['detaches', 'domainDetachDeviceFlags', (d) => d.detachDevice('<x/>'), { xml: '<x/>', flags: 0 }],
    ['updates', 'domainUpdateDeviceFlags', (d) => d.updateDevice('<x/>'), { xml: '<x/>', flags: 0 }],
    [
      'sets vCPUs',
      'domainSetVcpusFlags',
      (d) => d.setVcpus(4, { flags: VcpuFlag.Config | VcpuFlag.Maximum }),
      { vcpus: 4, flags: 6 },
    ],
    [
      'sets memory, never less than asked for',
      'domainSetMemoryFlags',
      (d) => d.setMemory(2 ** 30 + 1, { flags: Affect.Live }),
      { memoryKiB: 2n ** 20n + 1n, flags: 1 },
    ],
    [
      'sets metadata',
      'domainSetMetadata',
      (d) => d.setMetadata({ uri: 'urn:a', prefix: 'a', xml: '<a/>' }, { flags: 2 }),
      { type: 2, metadata: '<a/>', key: 'a', uri: 'urn:a', flags: 2 },
    ],
    [
      'removes metadata with NULL',
      'domainSetMetadata',
      (d) => d.setMetadata({ uri: 'urn:a', prefix: 'a', xml: null }),
      { type: 2, metadata: null, key: 'a', uri: 'urn:a', flags: 0 },
    ],
    ['sleeps', 'domainPmSuspendForDuration', (d) => d.sleep(1), { target: 1, duration: 0n, flags: 0 }],
    ['wakes up', 'domainPmWakeup', (d) => d.wakeUp(), { flags: 0 }],
    [
      'saves',
      'domainSaveFlags',
      (d) => d.save('/saved', { flags: 1 }),
      { to: '/saved', dxml: null, flags: 1 },
    ],
    [
      'saves as another',
      'domainSaveFlags',
      (d) => d.save('/saved', { xml: '<domain/>' }),
      { to: '/saved', dxml: '<domain/>', flags: 0 },
    ],
    [
      'saves where libvirt finds it itself',
      'domainManagedSave',
      (d) => d.managedSave.save({ flags: 1 }),
      { flags: 1 },
    ],
    ['forgets what was saved', 'domainManagedSaveRemove', (d) => d.managedSave.remove(), { flags: 0 }],
    [
      'sets a lifecycle action',
      'domainSetLifecycleAction',
      (d) => d.setLifecycleAction(LifecycleTrigger.Crash, LifecycleAction.Preserve, { flags: Affect.Config }),
      { type: 2, action: 3, flags: 2 },
    ],
    [
      'detaches by alias',
      'domainDetachDeviceAlias',
      (d) => d.detachDeviceByAlias('net0', { flags: Affect.Live }),
      { alias: 'net0', flags: 1 },
    ],
    [
      'sets its title',
      'domainSetMetadata',
      (d) => d.setTitle('Web'),
      { type: 1, metadata: 'Web', key: null, uri: null, flags: 0 },
    ],
    [
      'removes its description',
      'domainSetMetadata',
      (d) => d.setDescription(null, { flags: Affect.Config }),
      { type: 0, metadata: null, key: null, uri: null, flags: 2 },
    ],
    [
      'presses keys',
      'domainSendKey',
      (d) => d.display.sendKeys([29, 56, 111]),
      { codeset: 0, holdtime: 0, keycodes: [29, 56, 111], flags: 0 },
    ],
    [
      'holds a key of another keyboard',
      'domainSendKey',
      (d) => d.display.sendKeys([1], { codeset: KeycodeSet.Usb, holdMs: 50 }),
      { codeset: 7, holdtime: 50, keycodes: [1], flags: 0 },
    ],
    ['injects an NMI', 'domainInjectNmi', (d) => d.display.injectNmi(), { flags: 0 }],
  ])('%s', async (_what, name, act, args) => {
    expect((await sent(name, {}, act)).args).toEqual({ dom, ...args });
  });

  it('starts', async () => {
    const { args } = await sent('domainCreateWithFlags', { dom }, (d) => d.create({ flags: 1 }));
    expect(args).toEqual({ dom, flags: 1 });
  });

  it('finds its name and id', async () => {
    const ret = { dom: { ...dom, name: 'vm', id: 7 } };
    const { args, result } = await sent('domainLookupByUuid', ret, (d) => d.lookup());
    expect([args, result]).toEqual([{ uuid }, { name: 'vm', id: 7 }]);
  });

  it.each([
    [1, 1, 'Running', 'Booted'],
    [3, 5, 'Paused', 'IoError'],
    [5, 8, 'Shutoff', 'Daemon'],
    [5, 99, 'Shutoff', 'Unrecognized'],
    [42, 0, 'Unrecognized', 'Unrecognized'],
  ])('names the state %d, %d', async (stateCode, reasonCode, state, reason) => {
    const ret = { state: stateCode, reason: reasonCode };
    const { result } = await sent('domainGetState', ret, (d) => d.state());
    expect(result).toEqual({ state, reason, stateCode, reasonCode });
  });

  it('gives information in bytes', async () => {
    const ret = { state: 1, maxMemoryKiB: 2048n, memoryKiB: 1024n, vcpus: 2, cpuTimeNanoseconds: 5n };
    const { result } = await sent('domainGetInfo', ret, (d) => d.info());
    expect(result).toEqual({
      ...{
        state: 'Running',
        maxMemoryBytes: 2 ** 21,
        memoryBytes: 2 ** 20,
        vcpus: 2,
        cpuTimeNanoseconds: 5n,
      },
    });
  });

  it('asks for the description it is meant to', async () => {
    const all = { inactive: true, secure: true, migratable: true };
    const ret = { xml: '<domain/>' };
    expect((await sent('domainGetXmlDesc', ret, (d) => d.xml())).args).toEqual({ dom, flags: 0 });
    expect((await sent('domainGetXmlDesc', ret, (d) => d.xml(all))).args).toEqual({ dom, flags: 11 });
  });

  it.each<[ProcedureName, Ret<ProcedureName>, (domain: Domain) => Promise<unknown>, unknown]>([
    ['domainIsActive', { active: 1 }, (d) => d.isActive(), true],
    ['domainIsPersistent', { persistent: 0 }, (d) => d.isPersistent(), false],
    ['domainIsUpdated', { updated: 1 }, (d) => d.isUpdated(), true],
    ['domainGetAutostart', { autostart: 0 }, (d) => d.autostart(), false],
    ['domainHasManagedSaveImage', { result: 1 }, (d) => d.managedSave.exists(), true],
    ['domainGetControlInfo', { state: 2, details: 0, stateTime: 9n }, (d) => d.controlState(), 'occupied'],
    ['domainGetControlInfo', { state: 9, details: 0, stateTime: 9n }, (d) => d.controlState(), 'unknown'],
    ['domainGetMessages', { msgs: ['tainted'] }, (d) => d.messages(), ['tainted']],
    ['domainGetMetadata', { metadata: 'Web' }, (d) => d.title(), 'Web'],
    ['domainGetMetadata', { metadata: 'Text' }, (d) => d.description(), 'Text'],
  ])('understands the answer of %s: %o', async (name, ret, act, result) => {
    expect((await sent(name, ret, act)).result).toEqual(result);
  });

  it('is renamed by its new name alone', async () => {
    const { args } = await sent('domainRename', { retcode: 0 }, (d) => d.rename('new'));
    expect(args).toEqual({ dom, newName: 'new', flags: 0 });
  });

  it('may have no title, which is no failure, as any other is', async () => {
    const { server, domain } = start();
    server.on('domainGetMetadata', () => new Fault(ErrorCode.NO_DOMAIN_METADATA, 'no title'));
    expect(await domain.title()).toBeUndefined();
    server.on('domainGetMetadata', () => new Fault(ErrorCode.NO_DOMAIN, 'no domain'));
    await expect(domain.title()).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN });
  });

  it('tells which disks stopped, also for a reason that is not known yet', async () => {
    const errors = [
      { disk: 'vda', error: 2 },
      { disk: 'vdb', error: 9 },
    ];
    const { result } = await sent('domainGetDiskErrors', { errors, nerrors: 2 }, (d) => d.diskErrors());
    expect(result).toEqual(
      new Map([
        ['vda', 'noSpace'],
        ['vdb', 'unknown'],
      ]),
    );
  });

  it('tells the name of its guest, from where it is to be asked', async () => {
    const { args, result } = await sent('domainGetHostname', { hostname: 'guest' }, (d) =>
      d.hostname({ flags: HostnameSource.Agent }),
    );
    expect([args, result]).toEqual([{ dom, flags: 2 }, 'guest']);
  });

  it.each<[ProcedureName, Ret<ProcedureName>, (domain: Domain) => Promise<ByteStream>, object]>([
    ['domainOpenConsole', {}, (d) => d.openConsole({ force: true }), { devName: null, flags: 1 }],
    ['domainOpenChannel', {}, (d) => d.openChannel({ name: 'org.x.0' }), { name: 'org.x.0', flags: 0 }],
    ['domainOpenChannel', {}, (d) => d.openChannel({ force: true }), { name: null, flags: 1 }],
    ['domainScreenshot', { mime: 'image/png' }, (d) => d.display.screenshot(), { screen: 0, flags: 0 }],
    ['domainScreenshot', { mime: null }, (d) => d.display.screenshot({ screen: 1 }), { screen: 1, flags: 0 }],
  ])('opens a stream by %s', async (name, ret, act, args) => {
    const { args: seen } = await sent(name, ret, async (d) => (await act(d)).on('error', () => {}).destroy());
    expect(seen).toEqual({ dom, ...args });
  });

  it('reads its metadata', async () => {
    const { args, result } = await sent('domainGetMetadata', { metadata: '<a/>' }, (d) =>
      d.metadata('urn:a'),
    );
    expect([args, result]).toEqual([{ dom, type: 2, uri: 'urn:a', flags: 0 }, '<a/>']);
  });

  it('reads addresses', async () => {
    const interfaces = [
      { name: 'eth0', hwaddr: '52:54:00:00:00:01', addrs: [{ type: 1, addr: 'fe80::1', prefix: 64 }] },
      { name: 'lo', hwaddr: null, addrs: [{ type: 0, addr: '127.0.0.1', prefix: 8 }] },
    ];
    const { args, result } = await sent('domainInterfaceAddresses', { interfaces }, (d) =>
      d.interfaceAddresses('agent'),
    );
    expect(args).toEqual({ dom, source: 1, flags: 0 });
    expect(result).toEqual([
      {
        name: 'eth0',
        mac: '52:54:00:00:00:01',
        addresses: [{ family: 'ipv6', address: 'fe80::1', prefixLength: 64 }],
      },
      { name: 'lo', mac: null, addresses: [{ family: 'ipv4', address: '127.0.0.1', prefixLength: 8 }] },
    ]);
  });

  it('reads the statistics of its job', async () => {
    const params = [{ field: 'data_total', type: 'ullong', value: 9n } as const];
    const { result } = await sent('domainGetJobStats', { type: 2, params }, (d) => d.jobStats({ flags: 1 }));
    expect(result).toEqual({ type: 'Unbounded', stats: new Map([['data_total', 9n]]) });
  });

  it('gives the agent less time than the call', async () => {
    const act = (d: Domain) => d.agentCommand({ execute: 'guest-ping' }, { timeoutMs: 5_000 });
    const { args, result } = await sent('qemuDomainAgentCommand', { result: '{}' }, act);
    expect(args).toEqual({ dom, command: '{"execute":"guest-ping"}', timeoutSeconds: 4, flags: 0 });
    expect(result).toBe('{}');
  });
});

describe('a domain that hangs', () => {
  it('takes one slot only, and can still be read and destroyed', async () => {
    const { server, connection, domain } = start();
    server.on('domainSuspend', () => noAnswer).on('domainResume', () => noAnswer);
    server.on('domainDestroyFlags', () => ({})).on('domainGetXmlDesc', () => ({ xml: '<domain/>' }));
    for (const act of [domain.suspend(), domain.resume(), domain.suspend()]) act.catch(() => {});
    await turns();
    expect(connection.load).toEqual({ unanswered: 1, waiting: 2, timedOut: 0 });
    expect(await domain.xml()).toBe('<domain/>');
    await domain.destroy();
    connection.close();
  });

  it('does not hold up another domain', async () => {
    const { server, connection, domain } = start();
    server.on('domainSuspend', ({ dom: { uuid: id } }) => (id === uuid ? noAnswer : {}));
    for (const act of [domain.suspend(), domain.suspend(), domain.suspend()]) act.catch(() => {});
    await new Domain(connection, '00000000-0000-4000-8000-000000000001').suspend();
    connection.close();
  });
});
