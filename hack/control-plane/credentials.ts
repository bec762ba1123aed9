import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run } from '../command.ts';
import { type Certificate, createAuthority, issue, readCertificate } from '../pki.ts';
import { settleAll } from '../settle.ts';

/** Who a kubeconfig speaks as: a certificate's user and groups, or a bearer token. */
export type Identity = { user: string; groups?: readonly string[] } | { token: string };

/** Names under which the API server is called inside a cluster, besides its address here. */
const serverNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** First address of the service network, where the API server sees itself as a Service. */
const serviceAddress = '10.96.0.1';

/** Where a control plane's keys and certificates lie, all in one folder. */
export function pkiPaths(dir: string) {
  const at = (name: string): Certificate => ({
    certPath: join(dir, `${name}.crt`),
    keyPath: join(dir, `${name}.key`),
  });
  return {
    dir,
    authority: at('ca'),
    apiServer: at('kube-apiserver'),
    frontProxyAuthority: at('front-proxy-ca'),
    frontProxyClient: at('front-proxy-client'),
    serviceAccountKeyPath: join(dir, 'service-account.key'),
  };
}

export type PkiPaths = ReturnType<typeof pkiPaths>;

/** Makes authorities, server certificate and service account key, unless an earlier start has made them all. */
export async function ensurePki(dir: string): Promise<PkiPaths> {
  if (!existsSync(dir)) {
    // Made aside and renamed: a start that was killed half-way must not leave half a PKI to the next.
    const making = `${dir}.new`;
    await rm(making, { recursive: true, force: true });
    await makePki(making);
    await rename(making, dir);
  }
  return pkiPaths(dir);
}

async function makePki(dir: string): Promise<void> {
  const paths = pkiPaths(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await settleAll([
    createAuthority(dir, 'ca', 'vmfabric-control-plane').then((authority) =>
      issue(authority, dir, {
        name: 'kube-apiserver',
        commonName: 'kube-apiserver',
        dnsNames: serverNames,
        ipAddresses: ['127.0.0.1', serviceAddress],
        usages: ['serverAuth'],
      }),
    ),
    // Its own authority: whoever holds a certificate of it may name any user to an aggregated API server.
    createAuthority(dir, 'front-proxy-ca', 'vmfabric-front-proxy').then((authority) =>
      issue(authority, dir, {
        name: 'front-proxy-client',
        commonName: 'front-proxy-client',
        usages: ['clientAuth'],
      }),
    ),
    run('openssl', ['genrsa', '-out', paths.serviceAccountKeyPath, '2048']),
  ]);
}

/** Writes a self-contained kubeconfig, readable by its owner alone, and returns its path. */
export async function writeKubeconfig(
  path: string,
  url: string,
  pki: PkiPaths,
  identity: Identity,
): Promise<string> {
  const user = 'token' in identity ? identity : await clientCertificate(pki, identity);
  const authority = await readFile(pki.authority.certPath, 'utf8');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'vmfabric', cluster: { server: url, 'certificate-authority-data': base64(authority) } },
    ],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'vmfabric', context: { cluster: 'vmfabric', user: 'user' } }],
    'current-context': 'vmfabric',
  };
  // Renamed into place, as a client may be reading the one of an earlier start.
  await writeFile(`${path}.new`, stringify(config, { lineWidth: 0 }), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}

/** A file name for an identity: its readable part, and a hash that tells apart what looks alike. */
export function identityName(identity: Identity): string {
  const readable = 'token' in identity ? 'token' : identity.user.replaceAll(/[^A-Za-z0-9.-]+/g, '-');
  return `${readable}-${createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8)}`;
}

async function clientCertificate(pki: PkiPaths, identity: { user: string; groups?: readonly string[] }) {
  const groups = (identity.groups ?? []).map(escapeName).join('/O=');
  const certificate = await issue(pki.authority, join(pki.dir, 'clients'), {
    name: identityName(identity),
    commonName: escapeName(identity.user),
    // A certificate names each group as an organization of its own.
    ...(groups === '' ? {} : { organization: groups }),
    usages: ['clientAuth'],
  });
  const { cert, key } = await readCertificate(certificate);
  return { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
}

/** openssl splits a subject at slashes and, in newer versions, joins at plus signs. */
function escapeName(name: string): string {
  return name.replaceAll(/[\\/+]/g, '\\$&');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
