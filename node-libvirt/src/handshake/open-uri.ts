import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { Feature } from '../facade/constants/index.ts';
import { type Authentication, authenticate } from './authenticate.ts';

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
  auth: Authentication = {},
): Promise<void> {
  await authenticate(connection, options, auth);
  // Asking is what makes the server answer pings and send its own.
  if (await supports(connection, Feature.Keepalive, options)) connection.startKeepalive();
  // NULL, which the protocol has for it, libvirt 9.0 answers with an error of its own.
  await connection.call('connectOpen', { name: uri ?? '', flags: readOnly ? readOnlyFlag : 0 }, options());
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
