import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../kube/errors.ts';
import { FakeCluster } from '../../kube/fake-cluster.ts';
import { VirtualClock } from '../../kube/testing/virtual-clock.ts';
import { clientPem } from '../../testing/client-pem.ts';
import { Credentials, secrets } from './credentials.ts';

const ref = { namespace: 'vmfabric-system', name: 'libvirt-client' };
const pem = {
  certificate: clientPem['tls.crt'] ?? '',
  key: clientPem['tls.key'] ?? '',
  otherKey: otherKey(),
};

function otherKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

let cluster: FakeCluster;
let clock: VirtualClock;
let credentials: Credentials;

beforeEach(() => {
  cluster = new FakeCluster();
  clock = new VirtualClock();
  credentials = new Credentials(cluster, clock);
});

async function secret(data: Record<string, string>): Promise<void> {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  await cluster.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ref,
    data: Object.fromEntries(encoded),
  });
}

const reads = () => cluster.calls.filter((call) => call.verb === 'get').length;

describe('a Secret with a certificate', () => {
  it('gives credentials', async () => {
    await secret({ 'ca.crt': pem.certificate, 'tls.crt': pem.certificate, 'tls.key': pem.key });
    expect(await credentials.get(ref)).toEqual({
      kind: 'ok',
      credentials: { ca: pem.certificate, certificate: pem.certificate, key: pem.key },
    });
  });

  it('is read once for many hosts, and again after half a minute', async () => {
    await secret({ 'ca.crt': pem.certificate, 'tls.crt': pem.certificate, 'tls.key': pem.key });
    await Promise.all([credentials.get(ref), credentials.get(ref), credentials.get(ref)]);
    expect(reads()).toBe(1);
    clock.advanceSync(30_000);
    await credentials.get(ref);
    expect(reads()).toBe(2);
  });
});

describe('a Secret that is no use', () => {
  it('is missing: says how to create it, and is seen as soon as it is there', async () => {
    const result = await credentials.get(ref);
    expect(result).toMatchObject({ kind: 'problem', reason: 'SecretNotFound' });
    expect(result).toMatchObject({
      message: expect.stringContaining('kubectl create secret generic libvirt-client -n vmfabric-system'),
    });
    await secret({ 'ca.crt': pem.certificate, 'tls.crt': pem.certificate, 'tls.key': pem.key });
    expect(await credentials.get(ref)).toMatchObject({ kind: 'ok' });
  });

  it.each([
    ['lacks keys', () => ({ 'ca.crt': pem.certificate }), 'lacks tls.crt and tls.key'],
    [
      'has an empty key',
      () => ({ 'ca.crt': '\n', 'tls.crt': pem.certificate, 'tls.key': pem.key }),
      'lacks ca.crt',
    ],
    [
      'is no PEM',
      () => ({ 'ca.crt': 'x', 'tls.crt': pem.certificate, 'tls.key': pem.key }),
      'ca.crt is not PEM',
    ],
    [
      'has no certificate',
      () => ({ 'ca.crt': pem.certificate, 'tls.crt': 'x', 'tls.key': pem.key }),
      'tls.crt is not PEM',
    ],
    [
      'has no private key',
      () => ({ 'ca.crt': pem.certificate, 'tls.crt': pem.certificate, 'tls.key': 'x' }),
      'tls.key is not PEM',
    ],
    [
      'has the key of another certificate',
      () => ({ 'ca.crt': pem.certificate, 'tls.crt': pem.certificate, 'tls.key': pem.otherKey }),
      'tls.key is not the key of tls.crt',
    ],
  ])('%s', async (_case, data, message) => {
    await secret(data());
    const result = await credentials.get(ref);
    expect(result).toMatchObject({
      kind: 'problem',
      reason: 'SecretInvalid',
      message: expect.stringContaining(message),
    });
    expect(result).toMatchObject({ message: expect.stringContaining('vmfabric-system/libvirt-client') });
  });

  it('may not be read: says whom to let', async () => {
    const error = new ApiError({ verb: 'get', kind: 'Secret', key: 'a/b' }, { code: 403 });
    cluster.failNext({ verb: 'get', kind: 'Secret', error });
    expect(await credentials.get(ref)).toMatchObject({ kind: 'problem', reason: 'SecretForbidden' });
  });
});

it('passes on the failure of the API server itself, and asks again next time', async () => {
  const error = new ApiError({ verb: 'get', kind: 'Secret', key: 'a/b' }, { code: 500 });
  cluster.failNext({ verb: 'get', kind: 'Secret', error });
  await expect(credentials.get(ref)).rejects.toBe(error);
  expect(await credentials.get(ref)).toMatchObject({ reason: 'SecretNotFound' });
});
