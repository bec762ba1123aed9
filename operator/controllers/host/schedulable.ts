import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { fails, holds, type Verdict } from '../conditions.ts';
import { asksFor, type Node } from '../hostpool/membership.ts';

/** Whether an admin lets VMs be placed on the host; says nothing of whether it answers. */
export function schedulable(host: Host, pool: HostPool | undefined, node: Node | undefined): Verdict {
  if (host.metadata.deletionTimestamp) return fails('HostRemoved', 'is being deleted');
  if (host.spec.unschedulable) return fails('Cordoned', 'is cordoned');
  if (!pool)
    return fails('HostPoolNotFound', `is in HostPool ${host.spec.hostPoolRef.name}, which does not exist`);
  if (pool.metadata.deletionTimestamp) {
    return fails('HostRemoved', `is in HostPool ${pool.metadata.name}, which is being deleted`);
  }
  if (!asksFor(pool, host.metadata.name, node)) {
    return fails('HostRemoved', `is not selected by HostPool ${pool.metadata.name} any more`);
  }
  if (node?.spec?.unschedulable) return fails('NodeCordoned', 'is cordoned as a Node');
  return holds('Schedulable', 'takes VMs');
}
