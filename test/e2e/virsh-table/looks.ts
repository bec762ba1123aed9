import type { HypervisorConnection } from 'node-libvirt';
import { names, pairs, text } from './readings.ts';
import type { Look } from './row.ts';
import { domain, ofNetwork, ofPool, ofTwin } from './untyped.ts';

/** virsh's words for states and reasons; others that the table meets are this client's own in lower case. */
const virshWords: Record<string, string> = { Shutoff: 'shut off', FromSnapshot: 'from snapshot' };
const word = (name: string) => virshWords[name] ?? name.toLowerCase();

export async function stateOf(hypervisor: HypervisorConnection): Promise<string> {
  const { state, reason } = await (await domain(hypervisor)).state();
  return `${word(state)} (${word(reason)})`;
}

/** What virsh's dominfo tells that is not in the XML. */
async function keepingOf(hypervisor: HypervisorConnection) {
  const { persistent } = await ofTwin(hypervisor, 'domainIsPersistent', {});
  const { autostart } = await ofTwin(hypervisor, 'domainGetAutostart', {});
  const { result } = await ofTwin(hypervisor, 'domainHasManagedSaveImage', { flags: 0 });
  const yes = (value: number, [on, off] = ['yes', 'no']) => (value === 0 ? off : on);
  return [yes(persistent), yes(autostart, ['enable', 'disable']), yes(result)];
}

export const domainLooks: Look[] = [
  {
    virsh: 'list --all --name',
    ours: async (h) => (await h.listDomains()).map((listed) => listed.name).toSorted(),
    reads: names,
  },
  { virsh: 'domstate twin --reason', ours: stateOf, reads: text },
  { virsh: 'dumpxml twin', ours: async (h) => (await domain(h)).xml(), reads: text },
  {
    virsh: 'dumpxml twin --inactive --security-info',
    ours: async (h) => (await domain(h)).xml({ inactive: true, secure: true }),
    reads: text,
  },
  {
    virsh: 'dominfo twin',
    ours: keepingOf,
    reads: (stdout) => {
      const info = pairs(stdout);
      return [info['Persistent'], info['Autostart'], info['Managed save']];
    },
  },
];

export const networkLooks: Look[] = [
  {
    virsh: 'net-list --all --name',
    ours: async ({ connection }) =>
      (await connection.call('connectListAllNetworks', { needResults: 1, flags: 0 })).nets
        .map(({ name }) => name)
        .toSorted(),
    reads: names,
  },
  {
    virsh: 'net-dumpxml lan',
    ours: async (h) => (await ofNetwork('lan')(h, 'networkGetXmlDesc', { flags: 0 })).xml,
    reads: text,
  },
  {
    virsh: 'net-info lan',
    ours: async (h) => {
      const net = ofNetwork('lan');
      const { active } = await net(h, 'networkIsActive', {});
      const { persistent } = await net(h, 'networkIsPersistent', {});
      const { autostart } = await net(h, 'networkGetAutostart', {});
      return [active, persistent, autostart].map((value) => (value === 0 ? 'no' : 'yes'));
    },
    reads: (stdout) => {
      const info = pairs(stdout);
      return [info['Active'], info['Persistent'], info['Autostart']];
    },
  },
];

export const poolLooks: Look[] = [
  {
    virsh: 'pool-list --all --name',
    ours: async (h) => (await h.storagePools()).map(({ name }) => name).toSorted(),
    reads: names,
  },
  { virsh: 'pool-dumpxml disks', ours: async (h) => (await h.storagePool('disks')).xml(), reads: text },
  {
    virsh: 'pool-info disks --bytes',
    ours: async (h) => {
      const pool = await h.storagePool('disks');
      const { state } = await pool.info();
      const { persistent } = await ofPool('disks')(h, 'storagePoolIsPersistent', {});
      const { autostart } = await ofPool('disks')(h, 'storagePoolGetAutostart', {});
      return [state, ...[persistent, autostart].map((value) => (value === 0 ? 'no' : 'yes'))];
    },
    reads: (stdout) => {
      const info = pairs(stdout);
      return [info['State'], info['Persistent'], info['Autostart']];
    },
  },
  {
    virsh: 'vol-list disks',
    ours: async (h) => (await (await h.storagePool('disks')).volumes()).map(({ name }) => name).toSorted(),
    reads: (stdout) => names(stdout.replace(/^ *(\S+).*$/gm, '$1')),
  },
];
