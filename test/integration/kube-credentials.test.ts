import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { attachControlPlane, type ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { loadClusterConfig } from '../../operator/kube/config.ts';
import { namespaceType } from '../../operator/kube/contract-objects.ts';
import { TransportError } from '../../operator/kube/errors.ts';
import { HttpCluster } from '../../operator/kube/http-cluster.ts';
import { VirtualClock } from '../../operator/kube/testing/virtual-clock.ts';
import { Transport } from '../../operator/kube/transport.ts';

/** Where the operator finds its credentials, and the clock by which it looks at them again. */
let dir: string;
let clock: VirtualClock;
let controlPlane: ControlPlane;
let transport: Transport | undefined;

beforeAll(async () => {
  controlPlane = await attachControlPlane(inject('controlPlaneDir'));
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-credentials-'));
  clock = new VirtualClock();
});
afterEach(async () => {
  await transport?.close();
  await rm(dir, { recursive: true });
});

const groups = ['system:masters'];

/** The parts of a kubeconfig of the control plane, as text. */
async function partsOf(path: string) {
  const { clusters, users } = parse(await readFile(path, 'utf8'));
  const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();
  const [{ cluster }, { user }] = [clusters[0], users[0]];
  return {
    server: cluster.server as string,
    ca: decoded(cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  };
}

/** Puts these files in place as kubelet and cert-manager do, each by a rename. */
async function place(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(dir, `${name}.new`), content);
    await rename(join(dir, `${name}.new`), join(dir, name));
  }
}

/** A client by a kubeconfig that names its credentials by file. */
async function client(server: string, user: object): Promise<Transport> {
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority': 'ca' } }],
    users: [{ name: 'u', user }],
  };
  await place({ config: stringify(config) });
  const loaded = await loadClusterConfig({ kubeconfigPath: join(dir, 'config'), clock });
  transport = new Transport({ config: loaded, version: 'test' });
  return transport;
}

/** As whom the API server sees us. */
async function whoAmI(by: Transport): Promise<string> {
  const content = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const review = await by.json<{ status: { userInfo: { username: string } } }>({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    call: { verb: 'create', kind: 'SelfSubjectReview' },
    body: { contentType: 'application/json', content },
  });
  return review.status.userInfo.username;
}

it('a certificate that is renewed on disk is taken up, by requests and by watches', async () => {
  const first = await partsOf(await controlPlane.kubeconfigFor({ user: 'first', groups }));
  const second = await partsOf(await controlPlane.kubeconfigFor({ user: 'second', groups }));
  await place({ ca: first.ca, cert: first.cert, key: first.key });
  const by = await client(first.server, { 'client-certificate': 'cert', 'client-key': 'key' });
  expect(await whoAmI(by)).toBe('first');
  const watched = Promise.withResolvers<void>();
  const watching = (async () => {
    const watch = new HttpCluster({ transport: by }).watch(namespaceType, '', {
      timeoutSeconds: 300,
      sendInitialEvents: true,
    });
    for await (const _event of watch) watched.resolve();
  })();
  watching.catch(() => {});
  await watched.promise;
  await place({ cert: second.cert, key: second.key });
  expect(await whoAmI(by)).toBe('first');
  clock.advanceSync(10_000);
  expect(await whoAmI(by)).toBe('second');
  // One that went on would speak as the first for minutes, and beyond its certificate's end.
  await expect(watching).rejects.toThrow(TransportError);
});

it('a certificate whose key is yet to be renewed is not taken up before', async () => {
  const first = await partsOf(await controlPlane.kubeconfigFor({ user: 'first', groups }));
  const second = await partsOf(await controlPlane.kubeconfigFor({ user: 'second', groups }));
  await place({ ca: first.ca, cert: first.cert, key: first.key });
  const by = await client(first.server, { 'client-certificate': 'cert', 'client-key': 'key' });
  expect(await whoAmI(by)).toBe('first');
  await place({ cert: second.cert });
  clock.advanceSync(10_000);
  expect(await whoAmI(by)).toBe('first');
  await place({ key: second.key });
  // The halves that did not fit are looked at again at once, not after another 10 s.
  expect(await whoAmI(by)).toBe('second');
});

it('a token that is renewed on disk is taken up in time, and at once when the API server refuses the old one', async () => {
  const { cluster, transport: admin } = await adminClient();
  const namespace = `tokens-${crypto.randomUUID().slice(0, 8)}`;
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const token = async (name: string) => {
    const base = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const post = (path: string, kind: string, content: object) =>
      admin.json<{ status: { token: string } }>({
        ...{ method: 'POST', path, call: { verb: 'create', kind } },
        body: { contentType: 'application/json', content: { kind, ...content } },
      });
    await post(base, 'ServiceAccount', { apiVersion: 'v1', metadata: { name } });
    const spec = { expirationSeconds: 600 };
    const request = { apiVersion: 'authentication.k8s.io/v1', spec };
    return (await post(`${base}/${name}/token`, 'TokenRequest', request)).status.token;
  };
  const [first, second] = [await token('first'), await token('second')];
  await admin.close();
  const { server, ca } = await partsOf(controlPlane.adminKubeconfigPath);
  await place({ ca, token: first });
  const by = await client(server, { tokenFile: 'token' });
  const account = (name: string) => `system:serviceaccount:${namespace}:${name}`;
  expect(await whoAmI(by)).toBe(account('first'));
  await place({ token: second });
  expect(await whoAmI(by)).toBe(account('first'));
  clock.advanceSync(60_000);
  expect(await whoAmI(by)).toBe(account('second'));
  await place({ token: 'refused' });
  clock.advanceSync(60_000);
  await expect(whoAmI(by)).rejects.toThrow('401 Unauthorized');
  await place({ token: first });
  // No time has passed: the refusal alone makes it look again.
  expect(await whoAmI(by)).toBe(account('first'));
});

async function adminClient() {
  const config = await loadClusterConfig({ kubeconfigPath: controlPlane.adminKubeconfigPath });
  const admin = new Transport({ config, version: 'test' });
  return { cluster: new HttpCluster({ transport: admin }), transport: admin };
}
