import { CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { vmType } from '../vm-type.ts';
import type { Target, Write } from './writers.ts';

interface Counted {
  metadata: { resourceVersion: string; uid: string };
  status?: { observedGeneration?: number };
}

export async function openWriters(
  kubeconfigPath: string,
  targets: readonly Target[],
  { memoised }: { memoised: boolean },
): Promise<Write[]> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  if (memoised) memoiseDispatcher(config);
  const api = config.makeApiClient(CustomObjectsApi);
  return Promise.all(targets.map((target) => openWriter(api, target)));
}

async function openWriter(api: CustomObjectsApi, target: Target): Promise<Write> {
  const { group, version, plural } = vmType;
  const param = { group, version, plural, ...target };
  const mergePatch = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  let vm = (await api.getNamespacedCustomObject(param)) as Counted;
  return async () => {
    const { resourceVersion, uid } = vm.metadata;
    const observedGeneration = (vm.status?.observedGeneration ?? 0) + 1;
    const body = { status: { observedGeneration }, metadata: { resourceVersion, uid } };
    vm = (await api.patchNamespacedCustomObjectStatus({ ...param, body }, mergePatch)) as Counted;
  };
}

/** It is private in the types only. */
function memoiseDispatcher(config: KubeConfig): void {
  const open = config as unknown as { createDispatcher: (...args: unknown[]) => unknown };
  const create = open.createDispatcher.bind(config);
  let dispatcher: unknown;
  open.createDispatcher = (...args) => {
    dispatcher ??= create(...args);
    return dispatcher;
  };
}
