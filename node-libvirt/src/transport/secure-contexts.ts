import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsTarget } from './target.ts';

type Pems = Pick<TlsTarget, 'ca' | 'cert' | 'key'>;

/** More than a process has sets of credentials at a time; sets that were rotated away make room. */
const maxKept = 32;

const kept = new Map<string, SecureContext>();

/**
 * What OpenSSL keeps of a set of credentials, one for all connections that have the same: each of its own would cost a
 * connection some 35 KiB more, and parse the certificates anew.
 * @throws the error of Node's that says which PEM cannot be used
 */
export function secureContextFor(pems: Pems): SecureContext {
  const name = digest(pems);
  const context = kept.get(name) ?? createSecureContext(given(pems));
  kept.delete(name);
  kept.set(name, context);
  const [oldest] = kept.keys();
  if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  return context;
}

function digest({ ca, cert, key }: Pems): string {
  const hash = createHash('sha256');
  for (const pem of [ca, cert, key]) hash.update(`${pem?.length ?? 'none'}:`).update(pem ?? '');
  return hash.digest('base64');
}

function given({ ca, cert, key }: Pems): Parameters<typeof createSecureContext>[0] {
  return { ca, ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}
