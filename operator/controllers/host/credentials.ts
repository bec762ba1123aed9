import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Reason } from '../../api/reasons.ts';
import type { HostTarget } from '../../hypervisor/hypervisor.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { ApiError } from '../../kube/errors.ts';
import { type KubeObject, resourceType } from '../../kube/object.ts';

interface Secret extends KubeObject {
  data?: Record<string, string>;
}

export const secrets = resourceType<Secret>({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
});

export type CredentialsResult =
  | { kind: 'ok'; credentials: HostTarget['credentials'] }
  | { kind: 'problem'; reason: Reason; message: string };

/** How long a Secret that was read is taken as it was; hosts of one pool share one read. */
const freshMs = 30_000;

/** Reads the Secrets that HostPools name: by name, never by list or watch, so that no other Secret need be readable. */
export class Credentials {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #read = new Map<string, { at: number; result: Promise<CredentialsResult> }>();

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** The client certificate in the Secret, or what is wrong with it. Never rejects for a Secret that is wrong. */
  async get(ref: { namespace: string; name: string }): Promise<CredentialsResult> {
    const key = `${ref.namespace}/${ref.name}`;
    const known = this.#read.get(key);
    if (known && this.#clock.now() - known.at < freshMs) return known.result;
    const result = this.#load(ref);
    this.#read.set(key, { at: this.#clock.now(), result });
    try {
      const loaded = await result;
      if (loaded.kind === 'problem') this.#read.delete(key); // so that a Secret made just now is seen at the next look
      return loaded;
    } catch (error) {
      this.#read.delete(key);
      throw error;
    }
  }

  async #load(ref: { namespace: string; name: string }): Promise<CredentialsResult> {
    const where = `Secret ${ref.namespace}/${ref.name}, which spec.connection.tlsSecretRef of the HostPool names,`;
    try {
      return check(await this.#cluster.get(secrets, ref), where);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isNotFound) {
        const create = `kubectl create secret generic ${ref.name} -n ${ref.namespace} --from-file=ca.crt --from-file=tls.crt --from-file=tls.key`;
        return problem('SecretNotFound', `${where} does not exist. Create it: ${create}`);
      }
      if (error.isForbidden) {
        const way = `Let the operator's ServiceAccount get it, by the chart's value secretNames or by a RoleBinding in ${ref.namespace}.`;
        return problem('SecretForbidden', `${where} may not be read. ${way}`);
      }
      throw error;
    }
  }
}

function problem(reason: Reason, message: string): CredentialsResult {
  return { kind: 'problem', reason, message };
}

function check(secret: Secret, where: string): CredentialsResult {
  const text = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const missing = ['ca.crt', 'tls.crt', 'tls.key'].filter((key) => text(key).trim() === '');
  if (missing.length > 0) return problem('SecretInvalid', `${where} lacks ${missing.join(' and ')}.`);
  const fault =
    faultOf('ca.crt', () => new X509Certificate(text('ca.crt'))) ??
    pairFault(text('tls.crt'), text('tls.key'));
  if (fault) return problem('SecretInvalid', `${where} is no use: ${fault}.`);
  return {
    kind: 'ok',
    credentials: { ca: text('ca.crt'), certificate: text('tls.crt'), key: text('tls.key') },
  };
}

function pairFault(certificate: string, key: string): string | undefined {
  const fault =
    faultOf('tls.crt', () => new X509Certificate(certificate)) ??
    faultOf('tls.key', () => createPrivateKey(key));
  if (fault) return fault;
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
    ? undefined
    : 'tls.key is not the key of tls.crt';
}

function faultOf(key: string, parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch {
    return `${key} is not PEM`;
  }
}
