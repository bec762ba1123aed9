import { CommandError, run } from '../command.ts';
import type { ProcessRecord } from '../process-record.ts';
import { guestNetwork } from './dhcp.ts';
import { runInNetwork } from './namespaces.ts';
import type { HostState } from './state.ts';
import { freeSubnets, usedPrefixes } from './subnet.ts';

/** The machine's own leg into the lab's management network; the only thing that a lab adds to the machine's network. */
export const legName = (labName: string) => `vmf-${labName}`;

/** The machine's address in the management network: where the operator's and virsh's connections come from. */
export const machineAddress = (subnet: string) => `${subnet}.1`;

/** Hosts count from 1. */
export const hostAddress = (subnet: string, index: number) => `${subnet}.${10 + index}`;

/** At most this many hosts fit into the management network. */
export const maxHosts = 240;

/** Commands for the switch's own set-up: management bridge br0, guests' bridge br1. */
export const switchNetworkScript = [
  'ip link set lo up',
  ...['br0', 'br1'].flatMap((bridge) => [`ip link add ${bridge} type bridge`, `ip link set ${bridge} up`]),
  `ip addr add ${guestNetwork.serverAddress}/${guestNetwork.prefixLength} dev br1`,
].join('\n');

/** Commands for a host's own set-up, once the switch has given it eth0 and eth1. */
export function hostNetworkScript(address: string): string {
  return [
    'ip link set lo up',
    'until ip link set eth0 up 2>/dev/null && ip link set eth1 up 2>/dev/null; do sleep 0.02; done',
    `ip addr add ${address}/24 dev eth0`,
    'ip link add br1 type bridge',
    'ip link set eth1 master br1',
    'ip link set br1 up',
  ].join('\n');
}

/**
 * Ties the machine to the lab's switch and returns the management network (first three octets) that was free.
 * Adding the route is the claim: the kernel refuses a second route to the same network, so of two labs that start
 * at once and want the same network one goes on to the next.
 */
export async function connectMachine(labName: string, switchInit: ProcessRecord): Promise<string> {
  const leg = legName(labName);
  await run('ip', ['link', 'add', leg, 'type', 'veth', 'peer', 'name', 'leg', 'netns', `${switchInit.pid}`]);
  await runInNetwork(switchInit, ['ip', 'link', 'set', 'leg', 'master', 'br0', 'up']);
  await run('ip', ['link', 'set', leg, 'up']);
  for (const subnet of freeSubnets(labName, await usedPrefixes())) {
    if (await claimSubnet(leg, subnet)) return subnet;
  }
  throw new Error('no free network between 192.168.150.0/24 and 192.168.249.0/24: stop other labs first');
}

async function claimSubnet(leg: string, subnet: string): Promise<boolean> {
  const address = machineAddress(subnet);
  await run('ip', ['addr', 'add', `${address}/24`, 'dev', leg, 'noprefixroute']);
  try {
    await run('ip', ['route', 'add', `${subnet}.0/24`, 'dev', leg, 'src', address]);
    return true;
  } catch (error) {
    await run('ip', ['addr', 'del', `${address}/24`, 'dev', leg]);
    if (error instanceof CommandError && error.output.includes('File exists')) return false;
    throw error;
  }
}

/** Takes the machine's leg away, from the switch's side: so it can only be this lab's own. */
export async function unplugMachine(switchInit: ProcessRecord): Promise<void> {
  await deleteLink(switchInit, 'leg');
}

/** Whether the machine has a leg of this name. */
export async function legExists(labName: string): Promise<boolean> {
  const links = JSON.parse(await run('ip', ['-j', 'link', 'show'])) as { ifname?: string }[];
  return links.some(({ ifname }) => ifname === legName(labName));
}

/**
 * Plugs a host into both networks of the switch. Its cards are the same after each power loss: a peer that still
 * knows the address by another card would send into the void for half a minute.
 */
export async function plugHost(
  switchInit: ProcessRecord,
  hostInit: ProcessRecord,
  host: Pick<HostState, 'index' | 'uuid'>,
): Promise<void> {
  const ports = [
    ['m', 'eth0', 'br0'],
    ['d', 'eth1', 'br1'],
  ] as const;
  const batch = ports.flatMap(([letter, card, bridge]) => {
    const port = `${letter}${host.index}`;
    const peer = `name ${card} address ${cardAddress(host.uuid, card)} netns ${hostInit.pid}`;
    return [`link add ${port} type veth peer ${peer}`, `link set ${port} master ${bridge} up`];
  });
  await runInNetwork(switchInit, ['ip', '-batch', '-'], { input: `${batch.join('\n')}\n` });
}

/** MAC address of a host's network card, in the range that anyone may use. */
export function cardAddress(uuid: string, card: 'eth0' | 'eth1'): string {
  const digits = uuid.slice(0, 8).match(/../g) ?? [];
  return ['02', ...digits, card === 'eth0' ? '00' : '01'].join(':');
}

/** Makes a host's ports on the switch dark, or lights them again; both its networks at once. */
export async function setHostPorts(
  switchInit: ProcessRecord,
  index: number,
  to: 'up' | 'down',
): Promise<void> {
  const batch = ['m', 'd'].map((port) => `link set ${port}${index} ${to}`);
  await runInNetwork(switchInit, ['ip', '-batch', '-'], { input: `${batch.join('\n')}\n` });
}

/** Pulls a host's plugs. The namespace's end would do so too, but later: a host started meanwhile would find them. */
export async function unplugHost(switchInit: ProcessRecord, index: number): Promise<void> {
  for (const port of [`m${index}`, `d${index}`]) await deleteLink(switchInit, port);
}

async function deleteLink(switchInit: ProcessRecord, link: string): Promise<void> {
  await runInNetwork(switchInit, ['ip', 'link', 'del', link]).catch((error: unknown) => {
    if (!(error instanceof CommandError && error.output.includes('Cannot find device'))) throw error;
  });
}
