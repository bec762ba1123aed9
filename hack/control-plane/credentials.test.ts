import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ensurePki, type Identity, identityName, type PkiPaths, writeKubeconfig } from './credentials.ts';

let dir: string;
let pki: PkiPaths;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-credentials-'));
  pki = await ensurePki(join(dir, 'pki'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const certificate = async (path: string) => new X509Certificate(await readFile(path));

describe('ensurePki', () => {
  it('makes a server certificate that clients on this machine and in a cluster accept', async () => {
    const server = await certificate(pki.apiServer.certPath);
    expect(server.checkIssued(await certificate(pki.authority.certPath))).toBe(true);
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('kubernetes.default.svc')).toBeDefined();
  });

  it('keeps the front proxy apart from the authority of users', async () => {
    const frontProxy = await certificate(pki.frontProxyClient.certPath);
    expect(frontProxy.checkIssued(await certificate(pki.frontProxyAuthority.certPath))).toBe(true);
    expect(frontProxy.verify((await certificate(pki.authority.certPath)).publicKey)).toBe(false);
  });

  it('keeps what an earlier start has made', async () => {
    const before = await readFile(pki.authority.certPath, 'utf8');
    expect(await ensurePki(join(dir, 'pki'))).toEqual(pki);
    expect(await readFile(pki.authority.certPath, 'utf8')).toBe(before);
  });
});

describe('writeKubeconfig', () => {
  const write = async (identity: Identity) => {
    const path = await writeKubeconfig(join(dir, 'kubeconfig'), 'https://127.0.0.1:6443', pki, identity);
    return { path, config: parse(await readFile(path, 'utf8')) };
  };

  it('holds address, authority and token in one file that only its owner reads', async () => {
    const { path, config } = await write({ token: 'a.b.c' });
    expect(config.users[0].user).toEqual({ token: 'a.b.c' });
    const { server, 'certificate-authority-data': authority } = config.clusters[0].cluster;
    expect(server).toBe('https://127.0.0.1:6443');
    expect(Buffer.from(authority, 'base64').toString()).toBe(await readFile(pki.authority.certPath, 'utf8'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('names user and groups in a certificate, whatever characters they have', async () => {
    const { config } = await write({ user: 'jane/ops+1', groups: ['team:a', 'b/c'] });
    const { subject } = new X509Certificate(
      Buffer.from(config.users[0].user['client-certificate-data'], 'base64'),
    );
    expect(subject.split('\n').map((part) => part.replaceAll('\\', ''))).toEqual([
      'O=team:a',
      'O=b/c',
      'CN=jane/ops+1',
    ]);
  });
});

it('names files of identities readably and apart', () => {
  expect(identityName({ user: 'system:node/a' })).toMatch(/^system-node-a-[0-9a-f]{8}$/);
  const same: Identity[] = [{ user: 'a:b' }, { user: 'a/b' }, { user: 'a:b', groups: ['g'] }];
  expect(new Set(same.map(identityName)).size).toBe(3);
  expect(identityName({ token: 'secret' })).not.toContain('secret');
});
