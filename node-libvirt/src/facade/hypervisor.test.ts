import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { SaveFlag } from './constants/index.ts';
import { HypervisorConnection } from './hypervisor.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };

function start() {
  const server = new FakeServer();
  const clock = new VirtualClock();
  const hypervisor = new HypervisorConnection(new Connection(server.connect(), { clock }), () => {});
  return { server, clock, hypervisor };
}

describe('HypervisorConnection', () => {
  it('lists domains with the flags it is given', async () => {
    const { server, hypervisor } = start();
    server.on('connectListAllDomains', () => ({ domains: [dom], count: 1 }));
    expect(await hypervisor.listDomains({ flags: 1 })).toEqual([dom]);
    expect(server.calls[0]?.args).toEqual({ needResults: 1, flags: 1 });
  });

  it('gives a handle for what it defined or created', async () => {
    const { server, hypervisor } = start();
    server.on('domainDefineXmlFlags', () => ({ dom })).on('domainCreateXml', () => ({ dom }));
    expect((await hypervisor.defineXml('<domain/>', { flags: 1 })).uuid).toBe(uuid);
    expect((await hypervisor.createXml('<domain/>')).uuid).toBe(uuid);
    expect(server.calls.map(({ args }) => args)).toEqual([
      { xml: '<domain/>', flags: 1 },
      { xml: '<domain/>', flags: 0 },
    ]);
  });

  it('says the name of a domain where it knows it', async () => {
    const { server, hypervisor } = start();
    server.on('domainDefineXmlFlags', () => ({ dom })).on('domainCreateXml', () => ({ dom }));
    server.on('domainSuspend', () => ({}));
    const named = [await hypervisor.defineXml('<domain/>'), await hypervisor.createXml('<domain/>')];
    for (const domain of [...named, hypervisor.domain(uuid, 'vm'), hypervisor.domain(uuid)])
      await domain.suspend();
    const said = server
      .callsOf('domainSuspend')
      .map(({ args }) => (args as { dom: { name: string } }).dom.name);
    expect(said).toEqual(['vm', 'vm', 'vm', '']);
  });

  it('finds a domain by name and by id', async () => {
    const { server, hypervisor } = start();
    server.on('domainLookupByName', () => ({ dom })).on('domainLookupById', () => ({ dom }));
    expect((await hypervisor.domainByName('vm')).uuid).toBe(uuid);
    expect((await hypervisor.domainById(3)).uuid).toBe(uuid);
    expect(server.calls.map(({ args }) => args)).toEqual([{ name: 'vm' }, { id: 3 }]);
  });

  it('restores a saved domain, and reads and changes what is saved', async () => {
    const { server, hypervisor } = start();
    server
      .on('domainRestoreFlags', () => ({}))
      .on('domainSaveImageGetXmlDesc', () => ({ xml: '<domain/>' }))
      .on('domainSaveImageDefineXml', () => ({}));
    await hypervisor.restore('/saved', { flags: SaveFlag.Paused });
    await hypervisor.restore('/saved', { xml: '<domain/>' });
    expect(await hypervisor.savedXml('/saved', { flags: 1 })).toBe('<domain/>');
    await hypervisor.defineSavedXml('/saved', '<domain/>', { flags: SaveFlag.Running });
    expect(server.calls.map(({ args }) => args)).toEqual([
      { from: '/saved', dxml: null, flags: 4 },
      { from: '/saved', dxml: '<domain/>', flags: 0 },
      { file: '/saved', flags: 1 },
      { file: '/saved', dxml: '<domain/>', flags: 2 },
    ]);
  });

  it('asks for statistics of some domains by uuid', async () => {
    const { server, hypervisor } = start();
    const params = [{ field: 'state.state', type: 'int', value: 1 } as const];
    server.on('connectGetAllDomainStats', () => ({ records: [{ dom, params }] }));
    const records = await hypervisor.domainStats({ uuids: [uuid], groups: 1, flags: 2 ** 29 });
    expect(records).toEqual([{ ...dom, stats: new Map([['state.state', 1]]) }]);
    expect(server.calls[0]?.args).toEqual({ doms: [{ name: '', uuid, id: -1 }], stats: 1, flags: 2 ** 29 });
  });

  it('says good-bye before it closes', async () => {
    const { server, hypervisor } = start();
    await hypervisor.close();
    expect(server.callsOf('connectClose')).toHaveLength(1);
    expect(await hypervisor.closed).toBeUndefined();
  });

  it('closes although the server does not answer the good-bye', async () => {
    const { server, clock, hypervisor } = start();
    server.on('connectClose', () => noAnswer);
    const closing = hypervisor.close();
    await clock.advance(2_000);
    await closing;
    expect(await hypervisor.closed).toBeUndefined();
  });

  it('tells why the connection ended', async () => {
    const { server, hypervisor } = start();
    server.peer.end();
    expect(await hypervisor.closed).toMatchObject({ name: 'ConnectionClosed' });
    await hypervisor.close();
  });
});

describe('HostInfo', () => {
  it('gives sizes in bytes and versions as text', async () => {
    const { server, hypervisor } = start();
    const counts = { cpus: 8, mhz: 2400, sockets: 1, cores: 4, threads: 2 };
    server
      .on('nodeGetInfo', () => ({ model: 'x86_64', memoryKiB: 2n ** 30n, nodes: 2, ...counts }))
      .on('connectGetLibVersion', () => ({ version: 11_003_002n }))
      .on('connectGetVersion', () => ({ version: 7_002_019n }))
      .on('nodeGetFreeMemory', () => ({ freeMemory: 2n ** 40n }))
      .on('nodeGetCellsFreeMemory', () => ({ cells: [1n, 2n] }));
    const { host } = hypervisor;
    expect(await host.nodeInfo()).toEqual({ model: 'x86_64', memoryBytes: 2 ** 40, numaNodes: 2, ...counts });
    expect(await host.libVersion()).toBe('11.3.2');
    expect(await host.hypervisorVersion()).toBe('7.2.19');
    expect(await host.freeMemoryBytes()).toBe(2 ** 40);
    expect(await host.cellsFreeMemoryBytes()).toEqual([1, 2]);
  });

  it('asks for capabilities, with NULL for what is left open', async () => {
    const { server, hypervisor } = start();
    server
      .on('connectGetCapabilities', () => ({ capabilities: '<capabilities/>' }))
      .on('connectGetDomainCapabilities', () => ({ capabilities: '<domainCapabilities/>' }))
      .on('connectGetHostname', () => ({ hostname: 'host1' }))
      .on('connectGetUri', () => ({ uri: 'qemu:///system' }));
    const { host } = hypervisor;
    expect(await host.capabilitiesXml()).toBe('<capabilities/>');
    expect(await host.domainCapabilitiesXml({ arch: 'x86_64' })).toBe('<domainCapabilities/>');
    expect([await host.hostname(), await host.uri()]).toEqual(['host1', 'qemu:///system']);
    expect(server.callsOf('connectGetDomainCapabilities')[0]?.args).toEqual({
      ...{ emulator: null, arch: 'x86_64', machine: null, virtType: null, flags: 0 },
    });
  });

  it('ends a call at its own timeout and signal', async () => {
    const { server, clock, hypervisor } = start();
    server.on('connectGetHostname', () => noAnswer);
    const late = hypervisor.host.hostname({ timeoutMs: 5 }).catch((error) => error);
    const abort = new AbortController();
    const aborted = hypervisor.host.hostname({ signal: abort.signal }).catch((error) => error);
    await turns();
    abort.abort('stop');
    await clock.advance(5);
    expect(await late).toMatchObject({ name: 'CallTimeout' });
    expect(await aborted).toBe('stop');
  });
});
