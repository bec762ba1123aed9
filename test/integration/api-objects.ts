import { join } from 'node:path';
import { CommandError } from '../../hack/command.ts';
import { attachControlPlane, type ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../hack/paths.ts';
import { kinds } from '../../operator/api/kinds.ts';

/** A manifest whose parts a test changes. */
export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
};

/** The smallest VirtualMachine that is accepted. */
export function virtualMachine(spec: Record<string, unknown> = {}, metadata = {}): Manifest {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'VirtualMachine',
    metadata: { name: 'web-1', namespace: 'default', ...metadata },
    spec: { memory: { size: '128Mi' }, kernel: { name: 'small' }, ...spec },
  };
}

/** The smallest HostPool that is accepted. */
export function hostPool(spec: Record<string, unknown> = {}, metadata = {}): Manifest {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'HostPool',
    metadata: { name: 'default', ...metadata },
    spec: {
      staticHosts: [{ name: 'rack1-a', address: '10.0.0.11' }],
      connection: { tlsSecretRef: { namespace: 'vmfabric-system', name: 'libvirt-client' } },
      ...spec,
    },
  };
}

/** The smallest PlacementPolicy that is accepted. */
export function placementPolicy(spec: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'PlacementPolicy',
    metadata: { name: 'apart', namespace: 'default' },
    spec: { vmSelector: {}, ...spec },
  };
}

/** The smallest VirtualMachineClass that is accepted. */
export function virtualMachineClass(spec: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'VirtualMachineClass',
    metadata: { name: 'medium' },
    spec: { cpu: { cores: 2 }, memory: { size: '4Gi' }, ...spec },
  };
}

/** The smallest Host that is accepted. */
export function host(spec: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'Host',
    metadata: { name: 'rack1-a' },
    spec: { hostPoolRef: { name: 'default' }, address: '10.0.0.11', ...spec },
  };
}

/** The control plane at `dir` with the checkout's CRDs established. */
export async function withCrds(dir: string): Promise<ControlPlane> {
  const controlPlane = await attachControlPlane(dir);
  const crds = ['-f', join(projectRoot, 'crds')];
  await controlPlane.kubectl(['apply', '--server-side', '--force-conflicts', '--validate=strict', ...crds]);
  const names = kinds.map(({ type }) => `crd/${type.plural}.${type.group}`);
  await controlPlane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
  return controlPlane;
}

/** The object as the API server would store it. */
export async function accepted<T = Manifest>(controlPlane: ControlPlane, manifest: Manifest): Promise<T> {
  const args = ['create', '--dry-run=server', '--validate=strict', '--output=json', '--filename=-'];
  return JSON.parse(await controlPlane.kubectl(args, { input: JSON.stringify(manifest) })) as T;
}

/** What kubectl tells a user whose manifest is refused, without the part that every refusal has. */
export async function refusal(controlPlane: ControlPlane, manifest: Manifest | string): Promise<string> {
  const input = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  const args = ['create', '--dry-run=server', '--validate=strict', '--filename=-'];
  return message(controlPlane.kubectl(args, { input }));
}

/** The message of a kubectl that is to fail. @throws Error when it does not. */
export async function message(running: Promise<string>): Promise<string> {
  const output = await running.then(
    () => {
      throw new Error('kubectl was to fail and did not');
    },
    (error: unknown) => {
      if (error instanceof CommandError) return error.output;
      throw error;
    },
  );
  return output
    .trim()
    .replace(/^(Error from server \(\w+\): error when creating "STDIN": )?/, '')
    .replace(/^The \w+ "[^"]*" is invalid: /, '');
}
