import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import type { ProcedureName, Ret } from '../protocol/procedures.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { ListNetworksFlag, NetworkUpdateCommand, NetworkUpdateSection } from './constants/index.ts';
import { HostInterface } from './host-interface.ts';
import type { HypervisorConnection } from './hypervisor.ts';
import { Network } from './network.ts';
import { NwFilter } from './nw-filter.ts';
import { sent, uuid } from './testing/sent.ts';

const net = { name: 'lan', uuid };

function ofLan<N extends ProcedureName, T>(name: N, ret: Ret<N>, act: (lan: Network) => Promise<T>) {
  return sent(name, ret, ({ connection }) => act(new Network(connection, net)));
}

describe('networks', () => {
  it('are listed', async () => {
    const { args, result } = await sent('connectListAllNetworks', { nets: [net], count: 1 }, (h) =>
      h.networks.list({ flags: ListNetworksFlag.Active }),
    );
    expect(args).toEqual({ needResults: 1, flags: 2 });
    expect(result).toMatchObject([net]);
  });

  it.each<[ProcedureName, (hypervisor: HypervisorConnection) => Promise<Network>, object]>([
    ['networkLookupByName', (h) => h.networks.get('lan'), { name: 'lan' }],
    ['networkLookupByUuid', (h) => h.networks.byUuid(uuid), { uuid }],
    [
      'networkDefineXmlFlags',
      (h) => h.networks.define('<network/>', { flags: 1 }),
      { xml: '<network/>', flags: 1 },
    ],
    [
      'networkCreateXmlFlags',
      (h) => h.networks.create('<network/>', { flags: 1 }),
      { xml: '<network/>', flags: 1 },
    ],
  ])('are handed out by %s', async (name, act, args) => {
    const found = await sent(name, { net }, act);
    expect([found.args, found.result]).toMatchObject([args, net]);
  });

  it.each<[ProcedureName, (lan: Network) => Promise<unknown>, object]>([
    ['networkCreate', (lan) => lan.create(), {}],
    ['networkDestroy', (lan) => lan.destroy(), {}],
    ['networkUndefine', (lan) => lan.undefine(), {}],
    ['networkSetAutostart', (lan) => lan.setAutostart(true), { autostart: 1 }],
  ])('do what %s does', async (name, act, args) => {
    expect((await ofLan(name, {}, act)).args).toEqual({ net, ...args });
  });

  it('tell about themselves', async () => {
    const xml = await ofLan('networkGetXmlDesc', { xml: '<network/>' }, (lan) => lan.xml({ flags: 1 }));
    expect([xml.args, xml.result]).toEqual([{ net, flags: 1 }, '<network/>']);
    expect((await ofLan('networkIsActive', { active: 1 }, (lan) => lan.isActive())).result).toBe(true);
    expect((await ofLan('networkIsPersistent', { persistent: 0 }, (lan) => lan.isPersistent())).result).toBe(
      false,
    );
    expect((await ofLan('networkGetAutostart', { autostart: 1 }, (lan) => lan.autostart())).result).toBe(
      true,
    );
    expect((await ofLan('networkGetBridgeName', { name: 'virbr0' }, (lan) => lan.bridgeName())).result).toBe(
      'virbr0',
    );
  });

  it('tell whom they gave an address', async () => {
    const lease = {
      ...{ iface: 'virbr0', expiryTime: 1_700_000_000n, type: 0, mac: '52:54:00:00:00:01', iaid: null },
      ...{ address: '192.168.122.5', prefix: 24, hostname: 'vm', clientId: null },
    };
    const endless = { ...lease, expiryTime: 0n, type: 7 };
    const { args, result } = await ofLan(
      'networkGetDhcpLeases',
      { leases: [lease, endless], count: 2 },
      (lan) => lan.dhcpLeases({ mac: '52:54:00:00:00:01' }),
    );
    expect(args).toEqual({ net, mac: '52:54:00:00:00:01', needResults: 1, flags: 0 });
    expect(result[0]).toEqual({
      ...{ interface: 'virbr0', expiresAt: new Date(1_700_000_000_000), family: 'ipv4', iaid: null },
      ...{ mac: '52:54:00:00:00:01', address: '192.168.122.5', prefixLength: 24, hostname: 'vm' },
      clientId: null,
    });
    expect(result[1]).toMatchObject({ expiresAt: null, family: 'unknown' });
    const all = await ofLan('networkGetDhcpLeases', { leases: [], count: 0 }, (lan) => lan.dhcpLeases());
    expect(all.args.mac).toBeNull();
  });
});

describe('a change of a network', () => {
  const change = {
    command: NetworkUpdateCommand.AddLast,
    section: NetworkUpdateSection.IpDhcpHost,
    xml: '<host/>',
  };

  async function update(supported: number) {
    const server = new FakeServer()
      .on('connectSupportsFeature', ({ feature }) => ({ supported: feature === 16 ? supported : 1 }))
      .on('networkUpdate', () => ({}));
    const connection = new Connection(server.connect(), { clock: new VirtualClock() });
    await new Network(connection, net).update(change, { flags: 3 });
    connection.close();
    return server.callsOf('networkUpdate')[0]?.args;
  }

  it('is sent as it is meant', async () => {
    expect(await update(1)).toEqual({
      net,
      command: 3,
      section: 4,
      parentIndex: -1,
      xml: '<host/>',
      flags: 3,
    });
  });

  it('is sent the wrong way round to a server that takes the one for the other', async () => {
    expect(await update(0)).toMatchObject({ command: 4, section: 3 });
  });
});

describe('network filters', () => {
  const nwfilter = { name: 'clean-traffic', uuid };

  it('are listed, found and defined', async () => {
    const list = await sent('connectListAllNwfilters', { filters: [nwfilter], count: 1 }, (h) =>
      h.nwFilters.list(),
    );
    expect([list.args, list.result]).toMatchObject([{ needResults: 1, flags: 0 }, [nwfilter]]);
    const named = await sent('nwfilterLookupByName', { nwfilter }, (h) => h.nwFilters.get('clean-traffic'));
    expect([named.args, named.result]).toMatchObject([{ name: 'clean-traffic' }, nwfilter]);
    const found = await sent('nwfilterLookupByUuid', { nwfilter }, (h) => h.nwFilters.byUuid(uuid));
    expect([found.args, found.result]).toMatchObject([{ uuid }, nwfilter]);
    const made = await sent('nwfilterDefineXmlFlags', { nwfilter }, (h) => h.nwFilters.define('<filter/>'));
    expect([made.args, made.result]).toMatchObject([{ xml: '<filter/>', flags: 0 }, nwfilter]);
  });

  it('are described and removed', async () => {
    const xml = await sent('nwfilterGetXmlDesc', { xml: '<filter/>' }, ({ connection }) =>
      new NwFilter(connection, nwfilter).xml(),
    );
    expect([xml.args, xml.result]).toEqual([{ nwfilter, flags: 0 }, '<filter/>']);
    const gone = await sent('nwfilterUndefine', {}, ({ connection }) =>
      new NwFilter(connection, nwfilter).undefine(),
    );
    expect(gone.args).toEqual({ nwfilter });
  });
});

describe('interfaces of a host', () => {
  const iface = { name: 'eth0', mac: '52:54:00:00:00:01' };

  it('are listed, found and described', async () => {
    const list = await sent('connectListAllInterfaces', { ifaces: [iface], count: 1 }, (h) =>
      h.hostInterfaces.list({ flags: 2 }),
    );
    expect([list.args, list.result]).toMatchObject([{ needResults: 1, flags: 2 }, [iface]]);
    const found = await sent('interfaceLookupByName', { iface }, (h) => h.hostInterfaces.get('eth0'));
    expect([found.args, found.result]).toMatchObject([{ name: 'eth0' }, iface]);
    const xml = await sent('interfaceGetXmlDesc', { xml: '<interface/>' }, ({ connection }) =>
      new HostInterface(connection, iface).xml({ flags: 1 }),
    );
    expect([xml.args, xml.result]).toEqual([{ iface, flags: 1 }, '<interface/>']);
    const active = await sent('interfaceIsActive', { active: 1 }, ({ connection }) =>
      new HostInterface(connection, iface).isActive(),
    );
    expect([active.args, active.result]).toEqual([{ iface }, true]);
  });
});
