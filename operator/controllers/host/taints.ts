import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import type { Taint } from '../../api/placement.ts';
import type { Node } from '../hostpool/membership.ts';

/**
 * Kubernetes' own taints tell how kubelet and Node fare. Whether a host carries VMs is libvirt's answer, and its cordon
 * is heeded as such.
 */
const lifeCycle = /^node\.kubernetes\.io\//;

/** The taints of the host that count: of the pool's static host, or of its Node. */
export function taintsOf(host: Host, pool: HostPool | undefined, node: Node | undefined): readonly Taint[] {
  const { name } = host.metadata;
  const fixed = pool?.spec.staticHosts.find((one) => one.name === name);
  if (fixed) return fixed.taints ?? [];
  return (node?.spec?.taints ?? []).filter(({ key }) => !lifeCycle.test(key)).map(plain);
}

/** Without what a Node's taint has besides, such as the time at which it was added. */
function plain({ key, value, effect }: Taint): Taint {
  return { key, ...(value ? { value } : {}), effect };
}
