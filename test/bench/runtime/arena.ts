import { join } from 'node:path';
import { findBinaries } from '../../../hack/control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../../hack/paths.ts';
import type { BenchContext } from '../main.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { type Fleet, makeFleet } from './fleet.ts';
import { emptyNamespace, fleetNamespace, prepare } from './population.ts';

/** What all contests are held with: an API server of their own. */
export interface Arena {
  controlPlane: ControlPlane;
  /** Of an administrator. */
  kubeconfigPath: string;
  /** For `readAudit`. */
  auditLogPath: string;
  api: ApiClient;
  context: BenchContext;
  /** Thousands of VMs that run on hundreds of fake hosts; made once, when first asked for. */
  fleet(): Promise<Fleet>;
  end(): Promise<void>;
}

/** Starts it in `dir`. @throws Error and leaves nothing running */
export async function startArena(dir: string, context: BenchContext): Promise<Arena> {
  const { progress, signal } = context;
  const binaries = await findBinaries({ onProgress: progress, signal });
  // Nobody needs service accounts or garbage collection here, and what the controllers do would be counted with the rest.
  const options = { binaries, auditLog: true, controllerManager: false, signal };
  const controlPlane = await startControlPlane({ dir, ...options });
  try {
    return await furnish(controlPlane, context);
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

async function furnish(controlPlane: ControlPlane, context: BenchContext): Promise<Arena> {
  const crds = join(projectRoot, 'crds');
  await controlPlane.kubectl(['apply', '--server-side', `--filename=${crds}`]);
  await controlPlane.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  const { adminKubeconfigPath: kubeconfigPath, auditLogPath = '' } = controlPlane;
  const api = await apiClient(kubeconfigPath);
  await prepare(api.cluster, [fleetNamespace, emptyNamespace]);
  let fleet: Promise<Fleet> | undefined;
  const arena: Arena = {
    ...{ controlPlane, kubeconfigPath, auditLogPath, api, context },
    fleet: async () => {
      fleet ??= makeFleet(arena);
      return fleet;
    },
    end: async () => {
      await api.transport.close();
      await controlPlane.stop();
    },
  };
  return arena;
}
