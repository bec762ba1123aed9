import { systemClock } from '../../../../operator/kube/clock.ts';
import { apiClient } from '../api-client.ts';
import { OperatorRig } from '../operator/rig.ts';
import { heldLease } from '../population.ts';
import type { CacheSource } from './open.ts';

export async function openOperator({ kubeconfigPath, namespace }: CacheSource): Promise<() => number> {
  const client = await apiClient(kubeconfigPath, namespace);
  const { operator } = new OperatorRig({ ...client, clock: systemClock, hosts: 0, lease: heldLease });
  await operator.start();
  return () => operator.stores.virtualMachines.size;
}
