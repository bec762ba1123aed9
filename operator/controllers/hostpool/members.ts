import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { hosts } from '../../api/kinds.ts';
import type { ApplyObject, Cluster } from '../../kube/cluster.ts';
import type { Stores } from '../stores.ts';
import { type Member, membersOf } from './membership.ts';

/** The field manager under which HostPools own fields of their Hosts. */
export const fieldManager = 'vmfabric-hostpool';

export interface MemberFindings {
  /** Hosts were made, changed or deleted just now: the cache does not show the pool as it is yet. */
  changed: boolean;
  /** Hosts of the pool that it does not select any more but that still carry VMs. */
  leaving: { name: string; vms: number }[];
  /** Members whose name another pool's Host has. */
  taken: { name: string; pool: string }[];
  /** Nodes that are selected but have no InternalIP. */
  addressless: string[];
}

/** Makes the Hosts that the pool's spec asks for, and deletes those that it does not ask for any more. */
export async function ensureMembers(
  env: { cluster: Cluster; stores: Stores },
  pool: HostPool,
  signal: AbortSignal,
): Promise<MemberFindings> {
  const members = membersOf(pool, env.stores.nodes.list());
  const findings: MemberFindings = { changed: false, leaving: [], taken: [], addressless: [] };
  for (const member of members) {
    const existing = env.stores.hosts.get(member.name);
    const otherPool = existing?.spec.hostPoolRef.name;
    if (otherPool && otherPool !== pool.metadata.name)
      findings.taken.push({ name: member.name, pool: otherPool });
    else if (!member.address) findings.addressless.push(member.name);
    else if (await ensureHost(env.cluster, pool, { ...member, address: member.address }, existing, signal)) {
      findings.changed = true;
    }
  }
  const wanted = new Set(members.map((member) => member.name));
  for (const host of env.stores.hosts.byIndex('pool', pool.metadata.name)) {
    if (!wanted.has(host.metadata.name)) await letGo(env, host, findings, signal);
  }
  return findings;
}

async function ensureHost(
  cluster: Cluster,
  pool: HostPool,
  member: Member & { address: string },
  existing: Host | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (existing && (existing.metadata.deletionTimestamp || fits(existing, member))) return false;
  await cluster.apply(hosts, hostOf(pool, member), { fieldManager, force: true, signal });
  return true;
}

/** Labels that the pool does not know, an admin's, are no difference; a label that a Node lost goes with the next one. */
function fits(host: Host, member: Member & { address: string }): boolean {
  const labels = host.metadata.labels ?? {};
  return (
    host.spec.address === member.address &&
    Object.entries(member.labels).every(([key, value]) => labels[key] === value)
  );
}

function hostOf(pool: HostPool, member: Member & { address: string }): ApplyObject {
  const { apiVersion, kind, metadata } = pool;
  return {
    apiVersion,
    kind: hosts.kind,
    metadata: {
      name: member.name,
      labels: member.labels,
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    },
    spec: { hostPoolRef: { name: metadata.name }, address: member.address },
  };
}

/** A Host with VMs stays, closed for new ones: without it nobody would look after them. */
async function letGo(
  env: { cluster: Cluster; stores: Stores },
  host: Host,
  findings: MemberFindings,
  signal: AbortSignal,
): Promise<void> {
  const { name, uid } = host.metadata;
  const vms = env.stores.virtualMachines.byIndex('host', name).length;
  if (vms > 0) findings.leaving.push({ name, vms });
  else if (!host.metadata.deletionTimestamp) {
    await env.cluster.delete(hosts, { name, uid }, { signal });
    findings.changed = true;
  }
}
