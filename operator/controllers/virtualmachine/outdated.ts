import { virtualMachines } from '../../api/kinds.ts';
import { ApiError } from '../../kube/errors.ts';
import type { Scope, StepResult } from './scope.ts';

/** By then the watch has told, or has been found dead. */
const lookAgainMs = 5_000;

/**
 * Asked before the domain of a VM that ran before is defined anew. What this is decided from may be of the past, behind
 * a connection that is dead at the other end, or an API server that lags; the VM may be gone since, and its domain with
 * it. Undefined when the API server has the VM in the very version that is decided from.
 * @throws ApiError, TransportError when it does not say: nothing is made anew on doubt.
 */
export async function isOutdated({ cluster, signal, vm }: Scope): Promise<StepResult | undefined> {
  const { uid, resourceVersion } = vm.metadata;
  const now = await cluster.get(virtualMachines, vm.metadata, { signal }).catch((error: unknown) => {
    if (error instanceof ApiError && error.isNotFound) return undefined;
    throw error;
  });
  const isSame = now?.metadata.uid === uid && now.metadata.resourceVersion === resourceVersion;
  return isSame ? undefined : { kind: 'postpone', forMs: lookAgainMs };
}
