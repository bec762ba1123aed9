import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ConfigOptions, loadClusterConfig } from './config.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

let dir: string;
let clock: VirtualClock;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  clock = new VirtualClock();
});
afterEach(() => rm(dir, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const file = (name: string, content: string) => writeFile(join(dir, name), content);
const load = (more: ConfigOptions = {}) =>
  loadClusterConfig({ kubeconfigPath: join(dir, 'config'), clock, env: {}, ...more });

function kubeconfig(user: object, cluster: object = {}): Promise<void> {
  return file(
    'config',
    stringify({
      'current-context': 'main',
      contexts: [
        { name: 'main', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
        { name: 'broken', context: { cluster: 'nowhere', user: 'u' } },
      ],
      clusters: [{ name: 'c', cluster: { server: 'https://k8s:6443/', ...cluster } }],
      users: [{ name: 'u', user }],
    }),
  );
}

describe('a kubeconfig', () => {
  it('with data entries', async () => {
    const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
    await kubeconfig(user, { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'kubernetes' });
    const config = await load();
    expect(config).toMatchObject({
      server: 'https://k8s:6443',
      namespace: 'shop',
      tlsServerName: 'kubernetes',
    });
    expect(await config.credentials()).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY' });
  });

  it('with files beside it, read again when they are rotated', async () => {
    await kubeconfig(
      { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' },
      { 'certificate-authority': 'ca.pem' },
    );
    for (const name of ['ca', 'cert', 'key']) await file(`${name}.pem`, `${name} 1`);
    const config = await load();
    expect(await config.credentials()).toEqual({ ca: 'ca 1', cert: 'cert 1', key: 'key 1' });
    await file('cert.pem', 'cert 2');
    expect((await config.credentials()).cert).toBe('cert 1');
    clock.advanceSync(10_000);
    expect((await config.credentials()).cert).toBe('cert 2');
  });

  it('with a token file, read every 60 s, or at once after a 401', async () => {
    await kubeconfig({ tokenFile: 'token' });
    await file('token', 'first\n');
    const config = await load();
    const authorization = async () => (await config.credentials()).authorization;
    expect(await authorization()).toBe('Bearer first');
    await file('token', 'second\n');
    expect(await authorization()).toBe('Bearer first');
    config.invalidate();
    expect(await authorization()).toBe('Bearer second');
    await file('token', 'third\n');
    clock.advanceSync(60_000);
    expect(await authorization()).toBe('Bearer third');
  });

  it('goes on with what it has while a file is being replaced', async () => {
    await kubeconfig({ tokenFile: 'token' });
    await file('token', 'first');
    const config = await load();
    await config.credentials();
    await rm(join(dir, 'token'));
    clock.advanceSync(60_000);
    expect((await config.credentials()).authorization).toBe('Bearer first');
  });

  it.each([
    [{ token: 't' }, 'Bearer t'],
    [{ username: 'admin', password: 'pw' }, `Basic ${base64('admin:pw')}`],
    [{}, undefined],
  ])('with the user %j', async (user, authorization) => {
    await kubeconfig(user);
    expect((await (await load()).credentials()).authorization).toBe(authorization);
  });

  // Importing client-node takes long on a busy machine.
  it('with an exec plugin, whose output counts until the server refuses it', async () => {
    const apiVersion = 'client.authentication.k8s.io/v1';
    const give = (token: string) =>
      file('credential.json', JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token } }));
    await give('by-plugin');
    const exec = { apiVersion, command: 'cat', args: [join(dir, 'credential.json')] };
    await kubeconfig(
      { exec: { ...exec, interactiveMode: 'Never' } },
      { 'certificate-authority-data': base64('CA') },
    );
    const config = await load();
    expect(await config.credentials()).toEqual({ ca: 'CA', authorization: 'Bearer by-plugin' });
    await give('renewed');
    expect((await config.credentials()).authorization).toBe('Bearer by-plugin');
    config.invalidate();
    expect((await config.credentials()).authorization).toBe('Bearer renewed');
    await rm(join(dir, 'config'));
    config.invalidate();
    expect((await config.credentials()).authorization).toBe('Bearer renewed');
  }, 60_000);

  it.each<[string, () => Promise<unknown>, ConfigOptions, RegExp]>([
    ['a missing file', async () => {}, {}, /kubeconfig: cannot read .*config: there is no such file/],
    ['no YAML', () => file('config', '{a: ['), {}, /kubeconfig .*config: it is no YAML/],
    ['an empty file', () => file('config', ''), {}, /kubeconfig .*config: it is empty/],
    ['no current-context', () => file('config', 'users: []'), {}, /current-context is not set/],
    [
      'an unknown context',
      () => kubeconfig({}),
      { context: 'x' },
      /no context "x"; there is "main", "broken"/,
    ],
    ['an unknown cluster', () => kubeconfig({}), { context: 'broken' }, /no cluster "nowhere"; there is "c"/],
    ['no server', () => kubeconfig({}, { server: undefined }), {}, /cluster "c" has no server/],
  ])('names what is wrong: %s', async (_name, prepare, options, message) => {
    await prepare();
    await expect(load(options)).rejects.toThrow(message);
  });

  it('names a credential file that cannot be read', async () => {
    await kubeconfig({ 'client-certificate': 'gone.pem' });
    await expect((await load()).credentials()).rejects.toThrow(/client-certificate: cannot read .*gone\.pem/);
  });
});

describe('where the configuration comes from', () => {
  const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

  it('a pod’s service account', async () => {
    await Promise.all([file('token', 'pod'), file('ca.crt', 'CA'), file('namespace', 'system\n')]);
    const config = await loadClusterConfig({ clock, env: pod, serviceAccountPath: dir });
    expect(config).toMatchObject({ server: 'https://10.0.0.1:443', namespace: 'system' });
    expect(await config.credentials()).toEqual({ ca: 'CA', authorization: 'Bearer pod' });
    await file('token', 'renewed');
    clock.advanceSync(60_000);
    expect((await config.credentials()).authorization).toBe('Bearer renewed');
  });

  it('a pod’s service account behind IPv6', async () => {
    await Promise.all([file('token', 'pod'), file('ca.crt', 'CA')]);
    const env = { ...pod, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    const { server, namespace } = await loadClusterConfig({ clock, env, serviceAccountPath: dir });
    expect([server, namespace]).toEqual(['https://[fd00::1]:443', undefined]);
  });

  it('a pod without a token says which file is missing', async () => {
    const loading = loadClusterConfig({ clock, env: pod, serviceAccountPath: dir });
    await expect(loading).rejects.toThrow(/service account (token|ca\.crt): cannot read .*no such file/);
  });

  it('$KUBECONFIG before the service account', async () => {
    await kubeconfig({ token: 't' });
    const env = { ...pod, KUBECONFIG: `:${join(dir, 'config')}` };
    expect((await loadClusterConfig({ clock, env })).server).toBe('https://k8s:6443');
  });
});
