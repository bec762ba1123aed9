import { createHash } from 'node:crypto';
import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { hosts } from '../../api/kinds.ts';
import type { ApplyObject, Cluster } from '../../kube/cluster.ts';
import { ApiError } from '../../kube/errors.ts';
import { atOnce } from '../at-once.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import { readOnce } from '../read-once.ts';
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
  /** Members whose Host the API server does not accept, and what it says. */
  refused: { name: string; message: string }[];
}

export const noFindings = (): MemberFindings => ({
  changed: false,
  leaving: [],
  taken: [],
  addressless: [],
  refused: [],
});

/** Keeps a Host that is deleted until no VM is bound to it: without it nobody would look after them. */
export const hostFinalizer = 'vmfabric.io/virtual-machines';

/** What the pool gave the Host's labels, to see when one of them is no longer asked for. */
const labelsAnnotation = 'vmfabric.io/pool-labels';

type ReachableMember = Member & { address: string };

/** So many Hosts are written or deleted at once: one after the other, thousands would take minutes. */
const writesAtOnce = 8;

interface MemberEnvironment {
  cluster: Cluster;
  stores: Stores;
  pools: PoolModel;
}

/** Makes the Hosts that the pool's spec asks for, and deletes those that it does not ask for any more. */
export async function ensureMembers(
  env: MemberEnvironment,
  pool: HostPool,
  signal: AbortSignal,
): Promise<MemberFindings> {
  const members = membersOf(pool, env.stores.nodes.list());
  const findings = noFindings();
  const unfit: ReachableMember[] = [];
  for (const member of members) {
    const existing = env.stores.hosts.get(member.name);
    const otherPool = existing?.spec.hostPoolRef.name;
    if (otherPool && otherPool !== pool.metadata.name)
      findings.taken.push({ name: member.name, pool: otherPool });
    else if (!isReachable(member)) findings.addressless.push(member.name);
    else if (!existing || needsWrite(existing, member)) unfit.push(member);
  }
  await atOnce(unfit, writesAtOnce, (member) => applyHost(env.cluster, { pool, member, signal }, findings));
  findings.refused.sort((a, b) => (a.name < b.name ? -1 : 1));
  const wanted = new Set(members.map((member) => member.name));
  const known = env.stores.hosts.byIndex('pool', pool.metadata.name);
  const unwanted = known.filter(({ metadata }) => !wanted.has(metadata.name));
  await atOnce(unwanted, writesAtOnce, (host) => letGo(env, host, findings, signal));
  return findings;
}

async function applyHost(
  cluster: Cluster,
  { pool, member, signal }: { pool: HostPool; member: ReachableMember; signal: AbortSignal },
  findings: MemberFindings,
): Promise<void> {
  const { name } = member;
  try {
    const made = await cluster.apply(hosts, hostOf(pool, member), { fieldManager, force: true, signal });
    // Asked for again at once, it would be changed again, and so on.
    if (fits(made, member)) findings.changed = true;
    else findings.refused.push({ name, message: alteration });
  } catch (error) {
    // One host that cannot be made must not keep the others from being made.
    if (!(error instanceof ApiError) || !error.isInvalid) throw error;
    findings.refused.push({ name, message: error.message });
  }
}

const alteration =
  'something, such as an admission webhook, changes its address, labels, annotations or finalizers while it is written.';

const isReachable = (member: Member): member is ReachableMember => member.address !== undefined;

/** The members for which Hosts were found to be as they should: neither of the two ever changes. */
const settled = new WeakMap<Host, Member>();

/** A Host that is being deleted is left alone until it is gone. */
function needsWrite(host: Host, member: ReachableMember): boolean {
  if (host.metadata.deletionTimestamp || settled.get(host) === member) return false;
  if (!fits(host, member)) return true;
  settled.set(host, member);
  return false;
}

/** Labels that the pool never gave, an admin's, are no difference. */
function fits(host: Host, member: ReachableMember): boolean {
  const { annotations, finalizers, labels = {} } = host.metadata;
  return (
    host.spec.address === member.address &&
    finalizers?.includes(hostFinalizer) === true &&
    annotations?.[labelsAnnotation] === digest(member.labels) &&
    Object.entries(member.labels).every(([key, value]) => labels[key] === value)
  );
}

const digest = readOnce((labels: Member['labels']): string => {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
});

function hostOf(pool: HostPool, member: ReachableMember): ApplyObject {
  const { apiVersion, kind, metadata } = pool;
  return {
    apiVersion,
    kind: hosts.kind,
    metadata: {
      name: member.name,
      labels: member.labels,
      annotations: { [labelsAnnotation]: digest(member.labels) },
      finalizers: [hostFinalizer],
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    },
    spec: { hostPoolRef: { name: metadata.name }, address: member.address },
  };
}

/** A Host with VMs stays, closed for new ones: without it nobody would look after them. */
async function letGo(
  env: MemberEnvironment,
  host: Host,
  findings: MemberFindings,
  signal: AbortSignal,
): Promise<void> {
  const { name, uid } = host.metadata;
  // Placements that are decided and not yet seen count as well.
  const { vms } = env.pools.usage(name);
  if (vms > 0) findings.leaving.push({ name, vms });
  else if (!host.metadata.deletionTimestamp) {
    await env.cluster.delete(hosts, { name, uid }, { signal });
    findings.changed = true;
  }
}
