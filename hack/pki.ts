import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';

/** A certificate and its key, as PEM files in one folder: `NAME.crt` and `NAME.key`. */
export interface Certificate {
  certPath: string;
  keyPath: string;
}

export interface CertificateRequest {
  /** File name without ending. */
  name: string;
  commonName: string;
  organization?: string;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  /** Default: both, as libvirt hosts are server to the operator and client to each other. */
  usages?: readonly ('serverAuth' | 'clientAuth')[];
}

/** Makes (or overwrites) a P-256 certificate authority `NAME.crt`, `NAME.key` in `dir`. */
export async function createAuthority(dir: string, name: string, commonName: string): Promise<Certificate> {
  await mkdir(dir, { recursive: true });
  const paths = { certPath: join(dir, `${name}.crt`), keyPath: join(dir, `${name}.key`) };
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', paths.keyPath, '-out', paths.certPath, '-days', '3650', '-subj', subject({ commonName })],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ]);
  return paths;
}

/** Makes (or overwrites) a P-256 certificate signed by `authority` in `dir`. */
export async function issue(
  authority: Certificate,
  dir: string,
  request: CertificateRequest,
): Promise<Certificate> {
  await mkdir(dir, { recursive: true });
  const paths = { certPath: join(dir, `${request.name}.crt`), keyPath: join(dir, `${request.name}.key`) };
  const csr = await run('openssl', [
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', paths.keyPath, '-subj', subject(request)],
  ]);
  const extensions = join(dir, `${request.name}.ext`);
  await writeFile(extensions, extensionFile(request));
  const pem = await run(
    'openssl',
    [
      ...['x509', '-req', '-CA', authority.certPath, '-CAkey', authority.keyPath],
      ...['-set_serial', `0x${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`],
      ...['-days', '825', '-extfile', extensions],
    ],
    { input: csr },
  );
  await writeFile(paths.certPath, pem);
  await rm(extensions);
  return paths;
}

/** The certificate as PEM text. */
export async function readCertificate(certificate: Certificate): Promise<{ cert: string; key: string }> {
  const [cert, key] = await Promise.all([
    readFile(certificate.certPath, 'utf8'),
    readFile(certificate.keyPath, 'utf8'),
  ]);
  return { cert, key };
}

/** What a client of mutual TLS needs, as PEM texts: the authority that it trusts, and its own certificate. */
export async function readIdentity(
  caPath: string,
  certificate: Certificate,
): Promise<{ ca: string; cert: string; key: string }> {
  const [ca, pem] = await Promise.all([readFile(caPath, 'utf8'), readCertificate(certificate)]);
  return { ca, ...pem };
}

function subject(name: { commonName: string; organization?: string }): string {
  return `${name.organization ? `/O=${name.organization}` : ''}/CN=${name.commonName}`;
}

function extensionFile(request: CertificateRequest): string {
  const names = [
    ...(request.dnsNames ?? []).map((name) => `DNS:${name}`),
    ...(request.ipAddresses ?? []).map((address) => `IP:${address}`),
  ];
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    `extendedKeyUsage=${(request.usages ?? ['serverAuth', 'clientAuth']).join(',')}`,
    ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : []),
    '',
  ].join('\n');
}
