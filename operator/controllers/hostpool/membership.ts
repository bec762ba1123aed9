import type { HostPool } from '../../api/hostpool.ts';
import type { Taint } from '../../api/placement.ts';
import type { KubeObject } from '../../kube/object.ts';
import { matches } from '../../placement/model/selector.ts';
import { readOnce } from '../read-once.ts';

/** The part of a Node that makes a Host of it. */
export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: Taint[] };
  status?: { addresses?: { type: string; address: string }[] };
}

type StaticHost = HostPool['spec']['staticHosts'][number];

/** A Host as its pool wants it. */
export interface Member {
  name: string;
  /** Absent for a Node without an InternalIP. */
  address?: string;
  labels: Readonly<Record<string, string>>;
}

/** The hosts that the pool's spec asks for: its static hosts, and the Nodes that it selects. A static host wins. */
export function membersOf(pool: HostPool, nodes: readonly Node[]): Member[] {
  const { staticHosts } = pool.spec;
  const taken = new Set(staticHosts.map(({ name }) => name));
  const selected = nodes.filter((node) => selects(pool, node) && !taken.has(node.metadata.name));
  return [...staticHosts.map(memberOfStatic), ...selected.map(memberOfNode)];
}

/** Whether the pool's spec asks for the host of this name, of which there may be a Node. */
export function asksFor(pool: HostPool, name: string, node: Node | undefined): boolean {
  return (
    pool.spec.staticHosts.some((host) => host.name === name) || (node !== undefined && selects(pool, node))
  );
}

function selects({ spec: { nodeSelector } }: HostPool, { metadata }: Node): boolean {
  return nodeSelector !== undefined && matches(nodeSelector, metadata.labels ?? {});
}

const memberOfStatic = readOnce(
  ({ name, address, labels }: StaticHost): Member => ({
    name,
    address,
    // A name may be longer than a label's value.
    labels: { ...(name.length <= 63 ? { 'kubernetes.io/hostname': name } : {}), ...labels },
  }),
);

const memberOfNode = readOnce(({ metadata, status }: Node): Member => {
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  return { name: metadata.name, ...(address ? { address } : {}), labels: metadata.labels ?? {} };
});
