import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { readAudit } from '../../hack/control-plane/audit.ts';
import {
  attachControlPlane,
  type ControlPlane,
  startControlPlane,
} from '../../hack/control-plane/control-plane.ts';
import { isAlive } from '../../hack/process-record.ts';
import { type NamedProcess, stopRecorded } from '../../hack/processes.ts';
import { waitFor } from '../../hack/wait.ts';

const binaries = inject('binaries');
const timeoutMs = 30_000;

let shared: ControlPlane;

beforeAll(async () => {
  shared = await attachControlPlane(inject('controlPlaneDir'));
});

async function exists(controlPlane: ControlPlane, ...args: string[]): Promise<boolean> {
  return (await controlPlane.kubectl(['get', ...args, '--ignore-not-found', '--output=name'])) !== '';
}

async function records(dir: string): Promise<NamedProcess[]> {
  return JSON.parse(await readFile(join(dir, 'processes.json'), 'utf8')) as NamedProcess[];
}

/** A folder that is gone after the test, and so is whatever still runs from it. */
async function withFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-control-plane-'));
  try {
    return await use(dir);
  } finally {
    await stopRecorded(dir, 1_000);
    await rm(dir, { recursive: true, force: true });
  }
}

describe('the shared control plane', () => {
  const namespace = 'control-plane-test';

  beforeAll(async () => {
    await shared.kubectl(['create', 'namespace', namespace]);
  });

  afterAll(async () => {
    await shared.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  it('says which Kubernetes it is, in a form that clients parse', async () => {
    const version = JSON.parse(await shared.kubectl(['version', '--output=json']));
    expect(version.serverVersion.gitVersion).toMatch(/^v1\.\d+\.\d+$/);
    expect(version.serverVersion.major).toBe('1');
    expect(version.clientVersion.gitVersion).toBe(version.serverVersion.gitVersion);
  });

  it('ends a deleted namespace with everything in it', async () => {
    await shared.kubectl(['create', 'namespace', 'short-lived']);
    await shared.kubectl(['create', 'configmap', 'inside', '--namespace=short-lived']);
    await shared.kubectl(['delete', 'namespace', 'short-lived', `--timeout=${timeoutMs}ms`]);
    expect(await exists(shared, 'namespace/short-lived')).toBe(false);
  });

  it('collects an object whose owner is gone', async () => {
    await shared.kubectl(['create', 'configmap', 'owner', '-n', namespace]);
    const uid = await shared.kubectl([
      'get',
      'configmap',
      'owner',
      '-n',
      namespace,
      '-o=jsonpath={.metadata.uid}',
    ]);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const owned = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', namespace, ownerReferences },
    };
    await shared.kubectl(['create', '--filename=-'], { input: JSON.stringify(owned) });
    await shared.kubectl(['delete', 'configmap', 'owner', '-n', namespace]);
    const gone = async () => !(await exists(shared, 'configmap/owned', '-n', namespace));
    await waitFor('the owned ConfigMap to go', gone, { timeoutMs });
  });

  it('is accepted by helm', async () => {
    await withFolder(async (dir) => {
      await mkdir(join(dir, 'chart', 'templates'), { recursive: true });
      await writeFile(join(dir, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: tiny\nversion: 1.0.0\n');
      const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n';
      await writeFile(join(dir, 'chart', 'templates', 'configmap.yaml'), template);
      expect(await shared.helm(['template', 'first', join(dir, 'chart')])).toContain('name: "first"');
      await shared.helm(['install', 'first', join(dir, 'chart'), '--namespace', namespace, '--wait']);
    });
    const releases = JSON.parse(await shared.helm(['list', '--namespace', namespace, '--output=json']));
    expect(releases).toMatchObject([{ name: 'first', status: 'deployed' }]);
    expect(await exists(shared, 'configmap/first', '-n', namespace)).toBe(true);
  });

  it('gives a service account its rights and no more', async () => {
    await shared.kubectl(['create', 'serviceaccount', 'reader', '-n', namespace]);
    await shared.kubectl([
      'create',
      'role',
      'reader',
      '--verb=list',
      '--resource=configmaps',
      '-n',
      namespace,
    ]);
    const binding = ['--role=reader', `--serviceaccount=${namespace}:reader`, '-n', namespace];
    await shared.kubectl(['create', 'rolebinding', 'reader', ...binding]);
    const kubeconfig = await shared.serviceAccountKubeconfig(namespace, 'reader');
    const asReader = (...args: string[]) =>
      run(binaries.kubectl, [...args, '-n', namespace, '--kubeconfig', kubeconfig, '--output=name']);
    expect(await asReader('get', 'configmaps')).toContain('kube-root-ca.crt');
    await expect(asReader('get', 'secrets')).rejects.toThrow(/system:serviceaccount:.*:reader.*cannot list/);
    await expect(asReader('create', 'configmap', 'mine')).rejects.toThrow(/Forbidden/i);
  });

  it('knows the user and all groups of a certificate', async () => {
    const kubeconfig = await shared.kubeconfigFor({ user: 'jane', groups: ['team:a', 'team/b'] });
    const who = await run(binaries.kubectl, ['auth', 'whoami', '--output=json', '--kubeconfig', kubeconfig]);
    expect(JSON.parse(who).status.userInfo).toMatchObject({
      username: 'jane',
      groups: ['team:a', 'team/b', 'system:authenticated'],
    });
  });

  it('writes each write, and no read, to its audit log', async () => {
    await shared.kubectl(['create', 'configmap', 'audited', '-n', namespace]);
    await shared.kubectl(['get', 'configmap', 'audited', '-n', namespace]);
    const ours = async () =>
      (await readAudit(inject('auditLogPath'))).filter(
        (write) => write.name === 'audited' && write.user === 'admin',
      );
    await waitFor('the audit entry', async () => (await ours()).length > 0, { timeoutMs });
    expect(await ours()).toMatchObject([{ verb: 'create', resource: 'configmaps', namespace, code: 201 }]);
  });

  it('is found by another process through its folder alone', async () => {
    expect(shared.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(shared.pids)).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager']);
    await expect(startControlPlane({ dir: shared.dir, binaries })).rejects.toThrow(/already runs/);
  });
});

describe('a control plane of its own', () => {
  it('keeps data over restarts of a server and of the whole, and clashes with no other', async () => {
    await withFolder(async (dir) => {
      // The shared one runs all the while, on the same machine.
      const first = await startControlPlane({ dir, binaries, controllerManager: false });
      expect(first.url).not.toBe(shared.url);
      await first.kubectl(['create', 'namespace', 'kept']);
      expect(await exists(shared, 'namespace/kept')).toBe(false);

      const before = first.pids['kube-apiserver'];
      await first.restartApiServer();
      expect(first.pids['kube-apiserver']).not.toBe(before);
      expect(await exists(first, 'namespace/kept')).toBe(true);

      await first.stop();
      const again = await startControlPlane({ dir, binaries, controllerManager: false });
      expect(again.url).toBe(first.url);
      expect(await exists(again, 'namespace/kept')).toBe(true);
    });
  });

  it('refuses writes while etcd is away, and takes them again after', async () => {
    await withFolder(async (dir) => {
      const controlPlane = await startControlPlane({ dir, binaries, controllerManager: false });
      await controlPlane.stopEtcd();
      const write = ['create', 'namespace', 'late', '--request-timeout=2s'];
      await expect(controlPlane.kubectl(write)).rejects.toThrow();
      await controlPlane.startEtcd();
      // A write that may be repeated: one that failed may still have happened.
      const written = () =>
        controlPlane.kubectl(['label', 'namespace', 'default', 'etcd=back', '--overwrite']);
      await waitFor('a write to succeed', written, { timeoutMs });
    });
  });

  it('leaves no process behind, nor any record', async () => {
    await withFolder(async (dir) => {
      const controlPlane = await startControlPlane({ dir, binaries });
      const started = await records(dir);
      expect(started.filter(isAlive)).toHaveLength(3);
      await controlPlane.stop();
      expect(started.filter(isAlive)).toEqual([]);
      expect(await records(dir)).toEqual([]);
    });
  });

  it('fails with the end of the log when a server ends early, and leaves nothing running', async () => {
    await withFolder(async (dir) => {
      const start = startControlPlane({ dir, binaries, apiServerFlags: ['--no-such-flag'] });
      await expect(start).rejects.toThrow(
        /kube-apiserver ended before it was ready.*unknown flag: --no-such-flag/s,
      );
      expect(await records(dir)).toEqual([]);
    });
  });

  it('ends with the process that started it, even one that was killed', async () => {
    await withFolder(async (dir) => {
      const started = await startElsewhere(dir, { detached: false });
      await waitFor('the servers to end', () => !started.some(isAlive), { timeoutMs });
    });
  });

  it('when detached outlives it, and can be attached to and stopped', async () => {
    await withFolder(async (dir) => {
      const started = await startElsewhere(dir, { detached: true });
      const attached = await attachControlPlane(dir);
      expect(await exists(attached, 'namespace/default')).toBe(true);
      await attached.stop();
      expect(started.filter(isAlive)).toEqual([]);
      await expect(attachControlPlane(dir)).rejects.toThrow(/no control plane runs/);
    });
  });
});

/** Starts a control plane in another process, which then kills itself. */
async function startElsewhere(dir: string, options: { detached: boolean }): Promise<NamedProcess[]> {
  const module = join(import.meta.dirname, '../../hack/control-plane/control-plane.ts');
  const all = { dir, binaries, controllerManager: false, ...options };
  const script = `
    const { startControlPlane } = await import(${JSON.stringify(module)});
    await startControlPlane(${JSON.stringify(all)});
    process.kill(process.pid, 'SIGKILL');`;
  await expect(run(process.execPath, ['--input-type=module', '--eval', script])).rejects.toThrow(/a signal/);
  return records(dir);
}
