import { systemClock } from '../../../../operator/kube/clock.ts';
import type { KubeObject } from '../../../../operator/kube/object.ts';
import { Reflector } from '../../../../operator/kube/reflector.ts';
import { Store } from '../../../../operator/kube/store.ts';
import { createLog } from '../../../../operator/telemetry/log.ts';
import { apiClient } from '../api-client.ts';
import { vmType } from '../vm-type.ts';
import type { CacheSource } from './open.ts';

/** One Reflector with its Store, synced. */
export async function openReflector({ kubeconfigPath, namespace }: CacheSource) {
  const { cluster, metrics } = await apiClient(kubeconfigPath);
  const log = createLog({ level: 'silent' });
  const store = new Store<KubeObject>();
  const parts = { cluster, metrics, log, clock: systemClock, random: Math.random };
  const reflector = new Reflector({ ...parts, store, namespace, type: vmType });
  reflector.start();
  await reflector.synced;
  return { ...parts, store };
}

export async function openRuntime(source: CacheSource): Promise<() => number> {
  const { store } = await openReflector(source);
  return () => store.size;
}
