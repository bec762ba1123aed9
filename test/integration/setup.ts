import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Binaries, findBinaries } from '../../hack/control-plane/binaries.ts';
import { startControlPlane } from '../../hack/control-plane/control-plane.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Kubeconfig of a cluster administrator. */
    kubeconfig: string;
    /** For `attachControlPlane`. */
    controlPlaneDir: string;
    /** For `readAudit`: every write to the API since the run began. */
    auditLogPath: string;
    binaries: Binaries;
  }
}

/** One control plane for all integration tests, each of which works in namespaces of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binaries = await findBinaries({ onProgress: (line) => console.log(`control plane: ${line}`) });
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-integration-'));
  const controlPlane = await startControlPlane({ dir, binaries, auditLog: true });
  project.provide('kubeconfig', controlPlane.adminKubeconfigPath);
  project.provide('controlPlaneDir', dir);
  project.provide('auditLogPath', controlPlane.auditLogPath ?? '');
  project.provide('binaries', binaries);
  return async () => {
    await controlPlane.stop();
    await rm(dir, { recursive: true, force: true });
  };
}
