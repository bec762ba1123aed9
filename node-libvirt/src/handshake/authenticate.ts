import type { Clock } from '../clock.ts';
import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { AuthenticationFailed } from '../errors.ts';
import { type CredentialSource, credentialsFrom } from './credentials.ts';
import { authenticateSasl } from './sasl.ts';

/** Ways in which a server wants its clients to prove who they are (libvirt: remote_auth_type). */
export const AuthType = { None: 0, Sasl: 1, Polkit: 2 } as const;

/** What this side brings to authentication. */
export interface Authentication {
  credentials?: CredentialSource | undefined;
  /** Others can read what is sent, and take the connection over once it is let in. */
  isExposed?: boolean | undefined;
  /** For the time that getting credentials may take. */
  clock?: Clock | undefined;
}

/**
 * Takes the first way that the server offers and this side has: none, SASL, polkit.
 * @throws AuthenticationFailed
 */
export async function authenticate(
  connection: Connection,
  options: () => CallOptions,
  auth: Authentication,
): Promise<void> {
  const { types } = await connection.call('authList', {}, options());
  if (types.includes(AuthType.None)) return;
  if (types.includes(AuthType.Sasl) && auth.credentials)
    await bySasl(connection, options, auth, auth.credentials);
  else if (types.includes(AuthType.Polkit)) await byPolkit(connection, options);
  else throw new AuthenticationFailed(noWay(types));
}

async function bySasl(
  connection: Connection,
  options: () => CallOptions,
  auth: Authentication,
  source: CredentialSource,
): Promise<void> {
  if (auth.isExposed) {
    throw new AuthenticationFailed(
      'SASL over plain TCP would give an eavesdropper what to search for the password: use TLS, ssh or a unix socket, or say allowSaslOverPlainTcp where a tunnel encrypts',
    );
  }
  const credentials = await credentialsFrom(source, options(), auth.clock);
  await authenticateSasl(connection, credentials, options);
}

async function byPolkit(connection: Connection, options: () => CallOptions): Promise<void> {
  const { complete } = await connection.call('authPolkit', {}, options());
  if (complete === 0)
    throw new AuthenticationFailed('polkit did not allow this user to manage virtual machines');
}

function noWay(types: readonly number[]): string {
  if (types.length === 0) return 'the server offers no way to authenticate';
  return types.includes(AuthType.Sasl)
    ? 'the server wants SASL: give it a user and password by the option auth, or set auth_tls = "none" there and use certificates'
    : `the server wants authentication of type ${types.join(', ')}; this client has none, SASL and polkit`;
}
