import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { ErrorCode } from '../error-codes.ts';
import { AuthenticationFailed, LibvirtError, ProtocolError } from '../errors.ts';
import { type Credentials, ScramSha256, scramSha256 } from './scram-sha-256.ts';

/** A message of SASL on the wire; NULL and the empty message are not the same to it. */
interface SaslData {
  nil: number;
  data: number[];
}

/**
 * Shows the server who we are by SCRAM-SHA-256 (libvirt: auth "sasl"), and has it show that it knows the user.
 * SCRAM brings no encryption of its own, so nothing changes for the bytes that follow.
 * @param options asked for before each call
 * @throws AuthenticationFailed when either side does not accept the other, or the server lacks the mechanism
 */
export async function authenticateSasl(
  connection: Connection,
  credentials: Credentials,
  options: () => CallOptions,
): Promise<void> {
  const scram = new ScramSha256(credentials);
  requireMechanism(await refusedAs(noMechanism, connection.call('authSaslInit', {}, options())));
  await refusedAs(notAccepted(credentials.username), exchange(connection, scram, options));
}

function requireMechanism({ mechlist }: { mechlist: string }): void {
  const offered = mechlist.split(/[\s,]+/).filter((name) => name !== '');
  if (offered.some((name) => name.toUpperCase() === scramSha256)) return;
  throw new AuthenticationFailed(
    `the server offers SASL by ${offered.join(', ') || 'no mechanism'}; this client has ${scramSha256}: ${mechanismWayOut}`,
  );
}

/** Each message has its place, so a server that goes on and on is found out at once. */
async function exchange(
  connection: Connection,
  scram: ScramSha256,
  options: () => CallOptions,
): Promise<void> {
  const start = { mech: scramSha256, ...encoded(scram.clientFirst()) };
  const challenge = await connection.call('authSaslStart', start, options());
  if (challenge.complete !== 0)
    throw new AuthenticationFailed('the server ends SASL before either side has proven anything');
  const proof = encoded(await scram.clientFinal(decoded(challenge)));
  const verdict = await connection.call('authSaslStep', proof, options());
  scram.verify(decoded(verdict));
  if (verdict.complete !== 0) return;
  // Some send their proof as one more challenge, to which there is nothing to say.
  const last = await connection.call('authSaslStep', encoded(null), options());
  if (last.complete === 0) throw new ProtocolError('the server goes on with SASL after its last message');
}

function encoded(message: Uint8Array | null): SaslData {
  return message === null ? { nil: 1, data: [] } : { nil: 0, data: [...message] };
}

/** The protocol sends each byte as an integer, negative from 128 on. */
function decoded({ nil, data }: SaslData): Uint8Array {
  return nil === 0 ? Buffer.from(data) : Buffer.alloc(0);
}

const mechanismWayOut = 'set mech_list: scram-sha-256 in /etc/sasl2/libvirt.conf there';

const noMechanism = `the server has no mechanism of SASL for this way in; ${mechanismWayOut}, and use TLS, ssh or a unix socket`;

const notAccepted = (username: string) =>
  `the server does not accept the user ${JSON.stringify(username)} with this password, or that user is not in its sasl_allowed_username_list`;

/** libvirt's one answer to whatever is wrong is AUTH_FAILED; it depends on the call what it means. */
async function refusedAs<T>(meaning: string, outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.code !== ErrorCode.AUTH_FAILED) throw error;
    throw new AuthenticationFailed(`${meaning}: ${error.message}`, { cause: error });
  }
}
