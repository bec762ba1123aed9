import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { AuthenticationFailed } from '../errors.ts';
import { Feature } from '../facade/constants/index.ts';

const AuthType = { None: 0, Sasl: 1, Polkit: 2 } as const;
const readOnlyFlag = 1;

/**
 * Brings a fresh connection to where calls can be made. The order is the protocol's.
 * @param options asked for before each call, so that all of them share one deadline
 */
export async function openUri(
  connection: Connection,
  uri: string | null,
  readOnly: boolean,
  options: () => CallOptions,
): Promise<void> {
  await authenticate(connection, options);
  // Asking is what makes the server answer pings and send its own.
  if (await supports(connection, Feature.Keepalive, options)) connection.startKeepalive();
  await connection.call('connectOpen', { name: uri, flags: readOnly ? readOnlyFlag : 0 }, options());
  // A proxy to modular daemons stays healthy when they restart, and tells of it only who asks to be told.
  if (await supports(connection, Feature.CloseCallback, options))
    await connection.call('connectRegisterCloseCallback', {}, options());
}

async function supports(
  connection: Connection,
  feature: number,
  options: () => CallOptions,
): Promise<boolean> {
  return (await connection.call('connectSupportsFeature', { feature }, options())).supported !== 0;
}

async function authenticate(connection: Connection, options: () => CallOptions): Promise<void> {
  const { types } = await connection.call('authList', {}, options());
  if (types.includes(AuthType.None)) return;
  if (!types.includes(AuthType.Polkit)) {
    throw new AuthenticationFailed(
      `the server wants authentication of type ${types.join(', ')}; this client has none and polkit: set auth_tls = "none" there and use certificates`,
    );
  }
  const { complete } = await connection.call('authPolkit', {}, options());
  if (complete === 0)
    throw new AuthenticationFailed('polkit did not allow this user to manage virtual machines');
}
