import { files } from '../files.ts';
import { networkLooks } from '../looks.ts';
import { rowsOf, text } from '../readings.ts';
import type { Area } from '../row.ts';
import { ofNetwork } from '../untyped.ts';

const lan = ofNetwork('lan');
const define = (xml: string) => ({ xml, flags: 0 });
/** Adds a host to the DHCP server's (libvirt: ADD_LAST, SECTION_IP_DHCP_HOST). */
const addHost = { command: 3, section: 4, parentIndex: -1, xml: files['host.xml'] };

/** Networks of the test driver. */
export const networks: Area = {
  name: 'networks',
  driver: 'test',
  each: ['net-define network.xml'],
  tidy: ['net-destroy lan', 'net-undefine lan'],
  looks: networkLooks,
  rows: [
    {
      name: 'define a network',
      given: ['net-undefine lan'],
      virsh: 'net-define network.xml',
      ours: ({ connection }) => connection.call('networkDefineXmlFlags', define(files['network.xml'])),
    },
    {
      name: 'define a network anew',
      virsh: 'net-define network-larger.xml',
      ours: ({ connection }) => connection.call('networkDefineXmlFlags', define(files['network-larger.xml'])),
    },
    {
      name: 'make a transient network',
      given: ['net-undefine lan'],
      virsh: 'net-create network.xml',
      ours: ({ connection }) => connection.call('networkCreateXmlFlags', define(files['network.xml'])),
    },
    { name: 'start a network', virsh: 'net-start lan', ours: (h) => lan(h, 'networkCreate', {}) },
    {
      name: 'stop a network',
      given: ['net-start lan'],
      virsh: 'net-destroy lan',
      ours: (h) => lan(h, 'networkDestroy', {}),
    },
    { name: 'undefine a network', virsh: 'net-undefine lan', ours: (h) => lan(h, 'networkUndefine', {}) },
    {
      name: 'start a network with the daemon',
      virsh: 'net-autostart lan',
      ours: (h) => lan(h, 'networkSetAutostart', { autostart: 1 }),
    },
    {
      name: 'no longer start a network with the daemon',
      given: ['net-autostart lan'],
      virsh: 'net-autostart lan --disable',
      ours: (h) => lan(h, 'networkSetAutostart', { autostart: 0 }),
    },
    {
      name: 'add a host to a network',
      virsh: 'net-update lan add ip-dhcp-host host.xml --config',
      ours: (h) => lan(h, 'networkUpdate', { ...addHost, flags: 2 }),
    },
    {
      name: 'the uuid of a network',
      virsh: 'net-uuid lan',
      ours: async ({ connection }) =>
        (await connection.call('networkLookupByName', { name: 'lan' })).net.uuid,
      reads: text,
    },
  ],
};

/** A network with a bridge and a DHCP server, in the daemons' own network namespaces. */
export const realNetworks: Area = {
  name: 'a network with a bridge',
  driver: 'qemu',
  once: ['net-define network.xml'],
  last: ['net-destroy lan', 'net-undefine lan', 'pool-destroy leases'],
  looks: networkLooks,
  rows: [
    { name: 'bring a bridge up', virsh: 'net-start lan', ours: (h) => lan(h, 'networkCreate', {}) },
    {
      name: 'tell the DHCP server of a host',
      virsh: 'net-update lan add ip-dhcp-host host.xml --live --config',
      ours: (h) => lan(h, 'networkUpdate', { ...addHost, flags: 3 }),
    },
    {
      name: 'leases',
      given: [
        'pool-create-as leases dir --target /var/lib/libvirt/dnsmasq',
        `vol-delete virbr7.status --pool leases`,
        `vol-create-as leases virbr7.status ${files['leases.json'].length}`,
        'vol-upload virbr7.status leases.json --pool leases',
      ],
      virsh: 'net-dhcp-leases lan',
      ours: async (h) => {
        const args = { mac: null, needResults: 1, flags: 0 };
        const { leases } = await lan(h, 'networkGetDhcpLeases', args);
        return leases.map(({ expiryTime, mac, type, address, prefix, hostname, clientId }) => [
          ...new Date(Number(expiryTime) * 1000).toISOString().slice(0, 19).split('T'),
          ...[mac, type === 0 ? 'ipv4' : 'ipv6', `${address}/${prefix}`, hostname ?? '-', clientId ?? '-'],
        ]);
      },
      reads: rowsOf,
    },
    { name: 'take a bridge down', virsh: 'net-destroy lan', ours: (h) => lan(h, 'networkDestroy', {}) },
  ],
};
