import type { HostPool } from '../../api/hostpool.ts';
import type { Taint } from '../../api/placement.ts';
import type { KubeObject } from '../../kube/object.ts';
import { matches } from '../../placement/model/selector.ts';

/** The part of a Node that makes a Host of it. */
export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: Taint[] };
  status?: { addresses?: { type: string; address: string }[] };
}

/** A Host as its pool wants it. */
export interface Member {
  name: string;
  /** Absent for a Node without an InternalIP. */
  address?: string;
  labels: Record<string, string>;
}

/** The hosts that the pool's spec asks for: its static hosts, and the Nodes that it selects. A static host wins. */
export function membersOf(pool: HostPool, nodes: readonly Node[]): Member[] {
  const { nodeSelector, staticHosts } = pool.spec;
  const fixed = staticHosts.map(({ name, address, labels }) => ({
    name,
    address,
    // A name may be longer than a label's value.
    labels: { ...(name.length <= 63 ? { 'kubernetes.io/hostname': name } : {}), ...labels },
  }));
  const taken = new Set(fixed.map((member) => member.name));
  const selected = nodeSelector
    ? nodes.filter(
        (node) => matches(nodeSelector, node.metadata.labels ?? {}) && !taken.has(node.metadata.name),
      )
    : [];
  return [...fixed, ...selected.map(memberOfNode)];
}

function memberOfNode(node: Node): Member {
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  return { name: node.metadata.name, ...(address ? { address } : {}), labels: { ...node.metadata.labels } };
}
