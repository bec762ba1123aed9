import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Clock } from './clock.ts';
import type { ClusterConfig, Credentials } from './config.ts';
import { CredentialFile, unreadable } from './credential-file.ts';
import { pluginCredentials } from './credential-plugin.ts';
import { KeyPair } from './key-pair.ts';

interface ClusterEntry {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
}

interface UserEntry {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  exec?: unknown;
  'auth-provider'?: unknown;
}

interface ContextEntry {
  cluster?: string;
  user?: string;
  namespace?: string;
}

type Source = () => Promise<string | undefined>;

/**
 * A kubeconfig file read by ourselves: client-node costs 60 MB and 0.3 s, so it is only loaded for users with exec or
 * auth-provider.
 */
export async function kubeconfigFile(options: {
  path: string;
  context?: string;
  clock: Clock;
}): Promise<ClusterConfig> {
  const { path, clock } = options;
  const file = await readKubeconfig(path);
  const contextName = options.context ?? text(file['current-context']);
  if (!contextName) throw new Error(`kubeconfig ${path}: current-context is not set: name a context`);
  const context = entry<ContextEntry>(path, file, 'context', contextName);
  const cluster = entry<ClusterEntry>(path, file, 'cluster', context.cluster ?? '');
  const user = context.user ? entry<UserEntry>(path, file, 'user', context.user) : {};
  if (!cluster.server) throw new Error(`kubeconfig ${path}: cluster "${context.cluster}" has no server`);
  const files = new FileSources(path, clock);
  const ca = files.source(
    'certificate-authority',
    cluster['certificate-authority'],
    cluster['certificate-authority-data'],
  );
  const usesPlugin = user.exec !== undefined || user['auth-provider'] !== undefined;
  const plugin = usesPlugin ? await pluginCredentials({ path, context: contextName }) : undefined;
  const source = plugin?.credentials ?? plainCredentials(user, files);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ...(context.namespace ? { namespace: context.namespace } : {}),
    ...(cluster['tls-server-name'] ? { tlsServerName: cluster['tls-server-name'] } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { skipTlsVerify: true } : {}),
    credentials: async () => ({ ...present({ ca: await ca() }), ...(await source()) }),
    invalidate: () => {
      files.invalidate();
      plugin?.invalidate();
    },
  };
}

function plainCredentials(user: UserEntry, files: FileSources): () => Promise<Credentials> {
  const cert = files.source(
    'client-certificate',
    user['client-certificate'],
    user['client-certificate-data'],
  );
  const key = files.source('client-key', user['client-key'], user['client-key-data']);
  const token = user.token
    ? async () => user.token
    : files.source('tokenFile', user.tokenFile, undefined, 60_000);
  const basic = user.username
    ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
    : undefined;
  const pair = new KeyPair(() => files.invalidate());
  return async () => {
    const bearer = (await token())?.trim();
    const authorization = bearer ? `Bearer ${bearer}` : basic;
    const read = { cert: await cert(), key: await key() };
    if (read.cert === undefined || read.key === undefined) return present({ ...read, authorization });
    return present({ ...pair.renew({ cert: read.cert, key: read.key }), authorization });
  };
}

/** Paths in a kubeconfig are relative to the file. Certificates are looked at again every 10 s. */
class FileSources {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #files: CredentialFile[] = [];

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  source(field: string, path: string | undefined, data: string | undefined, maxAgeMs = 10_000): Source {
    if (data) {
      const decoded = Buffer.from(data, 'base64').toString('utf8');
      return async () => decoded;
    }
    if (!path) return async () => undefined;
    const absolute = resolve(dirname(this.#path), path);
    const file = new CredentialFile({
      path: absolute,
      field: `kubeconfig ${this.#path}: ${field}`,
      maxAgeMs,
      clock: this.#clock,
    });
    this.#files.push(file);
    return () => file.read();
  }

  invalidate(): void {
    for (const file of this.#files) file.invalidate();
  }
}

async function readKubeconfig(path: string): Promise<Record<string, unknown>> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable('kubeconfig', path, error);
  });
  const file: unknown = parseYaml(path, content);
  if (typeof file !== 'object' || file === null) throw new Error(`kubeconfig ${path}: it is empty`);
  return file as Record<string, unknown>;
}

function parseYaml(path: string, content: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    throw new Error(`kubeconfig ${path}: it is no YAML: ${(error as Error).message}`, { cause: error });
  }
}

function entry<V>(path: string, file: Record<string, unknown>, member: string, name: string): V {
  const entries = (file[`${member}s`] ?? []) as Record<string, unknown>[];
  const found = entries.find((candidate) => candidate['name'] === name);
  if (found) return (found[member] ?? {}) as V;
  const known = entries.map((candidate) => `"${String(candidate['name'])}"`).join(', ') || 'none';
  throw new Error(`kubeconfig ${path}: there is no ${member} "${name}"; there is ${known}`);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function present(fields: { [K in keyof Credentials]: string | undefined }): Credentials {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
