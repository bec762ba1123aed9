import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CommandError } from '../../hack/command.ts';
import { type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../hack/paths.ts';
import { waitFor } from '../../hack/wait.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { virtualMachine } from './api-objects.ts';

const chart = join(projectRoot, 'charts', 'vmfabric');
const namespace = 'vmfabric-system';

/** Of its own: the chart installs CRDs, which the shared one's other tests have applied without Helm. */
let controlPlane: ControlPlane;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-chart-'));
  controlPlane = await startControlPlane({ dir, binaries: inject('binaries') });
});

afterAll(async () => {
  await controlPlane?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Verb, resource or object, and where. */
type Right = [verb: string, resource: string, ...where: string[]];

/** For each right, whether the service account has it. */
async function askedAs(account: string, rights: readonly Right[]): Promise<boolean[]> {
  const answers = [];
  for (const [verb, resource, ...where] of rights) {
    const args = ['auth', 'can-i', verb, resource, ...where, `--as=system:serviceaccount:${account}`];
    answers.push(await controlPlane.kubectl(args).then(() => true, refused));
  }
  return answers;
}

/** kubectl says "no" with exit code 1; any other complaint is a fault of the test. */
function refused(error: unknown): false {
  if (error instanceof CommandError && /^no\b/m.test(error.output)) return false;
  throw error;
}

describe('an installed release', () => {
  const install = (...args: string[]) =>
    controlPlane.helm(['upgrade', '--install', 'vmfabric', chart, '--namespace', namespace, ...args]);

  beforeAll(async () => {
    await install('--create-namespace');
    const names = kinds.map(({ type }) => `crd/${type.plural}.${type.group}`);
    await controlPlane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
  });

  it('ends its notes with the first command to try, and that command works', async () => {
    const notes = await controlPlane.helm(['get', 'notes', 'vmfabric', '--namespace', namespace]);
    const commands = notes.trim().split('\n').slice(-2);
    for (const command of commands) {
      const [kubectl, ...args] = command.trim().split(' ');
      expect(kubectl).toBe('kubectl');
      // kubectl explain reads schemas that the API server publishes a moment after a CRD is established.
      const works = async () => (await controlPlane.kubectl(args)) !== undefined;
      await waitFor(`${command.trim()} to work`, works, { timeoutMs: 30_000, everyMs: 200 });
    }
    expect(notes).toContain('kubectl create secret generic libvirt-client -n vmfabric-system');
  });

  it('lets its ServiceAccount do what the operator does', async () => {
    const rights: Right[] = [
      ['watch', 'virtualmachines.vmfabric.io', '--all-namespaces'],
      ['patch', 'virtualmachines.vmfabric.io', '--all-namespaces'],
      ['patch', 'virtualmachines.vmfabric.io', '--subresource=status', '--all-namespaces'],
      ['create', 'hosts.vmfabric.io'],
      ['delete', 'hosts.vmfabric.io'],
      ['update', 'hostpools.vmfabric.io', '--subresource=finalizers'],
      ['list', 'nodes'],
      ['create', 'events.events.k8s.io', '--namespace=shop'],
      ['create', 'leases.coordination.k8s.io', `--namespace=${namespace}`],
      ['patch', 'leases.coordination.k8s.io/vmfabric', `--namespace=${namespace}`],
      ['get', 'secret/libvirt-client', `--namespace=${namespace}`],
    ];
    expect(await askedAs(`${namespace}:vmfabric`, rights)).toEqual(rights.map(() => true));
  });

  it('lets it do nothing else', async () => {
    const rights: Right[] = [
      ['delete', 'virtualmachines.vmfabric.io', '--all-namespaces'],
      ['create', 'virtualmachines.vmfabric.io', '--namespace=default'],
      ['delete', 'hostpools.vmfabric.io'],
      ['patch', 'nodes'],
      ['list', 'secrets', `--namespace=${namespace}`],
      ['watch', 'secrets', `--namespace=${namespace}`],
      ['get', 'secret/other', `--namespace=${namespace}`],
      ['get', 'secret/libvirt-client', '--namespace=default'],
      ['get', 'leases.coordination.k8s.io', '--namespace=kube-system'],
      ['patch', 'leases.coordination.k8s.io/other', `--namespace=${namespace}`],
      ['delete', 'leases.coordination.k8s.io', `--namespace=${namespace}`],
      ['list', 'events.events.k8s.io', '--all-namespaces'],
      ['create', 'pods', `--namespace=${namespace}`],
      ['impersonate', 'users'],
      ['bind', 'clusterroles'],
    ];
    expect(await askedAs(`${namespace}:vmfabric`, rights)).toEqual(rights.map(() => false));
  });

  it('lets the editors of a namespace have VMs there, and only there', async () => {
    await controlPlane.kubectl(['create', 'namespace', 'shop']);
    await controlPlane.kubectl(['create', 'serviceaccount', 'editor', '--namespace=shop']);
    const grant = ['--clusterrole=edit', '--serviceaccount=shop:editor', '--namespace=shop'];
    await controlPlane.kubectl(['create', 'rolebinding', 'editor', ...grant]);
    const rights: Right[] = [
      ['create', 'virtualmachines.vmfabric.io', '--namespace=shop'],
      ['create', 'virtualmachines.vmfabric.io', '--namespace=default'],
      ['patch', 'virtualmachines.vmfabric.io', '--subresource=status', '--namespace=shop'],
      ['create', 'hostpools.vmfabric.io'],
    ];
    expect(await askedAs('shop:editor', rights)).toEqual([true, false, false, false]);
  });

  it('is upgraded in place', async () => {
    await install('--set=replicas=3', '--set=logLevel=debug', '--set-json=secretNames=["a","b"]');
    const replicas = ['get', 'deployment', 'vmfabric', '-n', namespace, '--output=jsonpath={.spec.replicas}'];
    expect(await controlPlane.kubectl(replicas)).toBe('3');
    const rights: Right[] = [
      ['get', 'secret/b', `--namespace=${namespace}`],
      ['get', 'secret/libvirt-client', `--namespace=${namespace}`],
    ];
    expect(await askedAs(`${namespace}:vmfabric`, rights)).toEqual([true, false]);
  });

  it('leaves VMs and CRDs behind when it is uninstalled, and takes them up again', async () => {
    const input = JSON.stringify(virtualMachine());
    await controlPlane.kubectl(['create', '--filename=-'], { input });
    await controlPlane.helm(['uninstall', 'vmfabric', '--namespace', namespace]);
    expect(await controlPlane.kubectl(['get', 'vm', '--output=name'])).toBe(
      'virtualmachine.vmfabric.io/web-1\n',
    );
    const left = [
      'get',
      'deployment,service,clusterrole',
      '-n',
      namespace,
      '-l',
      'app.kubernetes.io/instance=vmfabric',
    ];
    expect(await controlPlane.kubectl([...left, '--output=name'])).toBe('');
    await install();
    expect(await controlPlane.kubectl(['get', 'vm', '--output=name'])).toBe(
      'virtualmachine.vmfabric.io/web-1\n',
    );
  });
});
