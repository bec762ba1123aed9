import { type KubeObject, resourceType } from '../../../../operator/kube/object.ts';
import { apiClient } from '../api-client.ts';
import { vmType } from '../vm-type.ts';
import type { Target, Write } from './writers.ts';

type Counted = KubeObject & { status?: { observedGeneration: number } };

export async function openWriters(kubeconfigPath: string, targets: readonly Target[]): Promise<Write[]> {
  const { cluster } = await apiClient(kubeconfigPath);
  const type = resourceType<Counted>(vmType);
  return Promise.all(
    targets.map(async (target) => {
      let vm = await cluster.get(type, target);
      return async () => {
        const observedGeneration = (vm.status?.observedGeneration ?? 0) + 1;
        vm = await cluster.patchStatus(type, vm, { ...vm.status, observedGeneration });
      };
    }),
  );
}
