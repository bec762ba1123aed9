import { abortable, within } from '../abortable.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { ConnectFailed } from '../errors.ts';
import type { Credentials } from './scram-sha-256.ts';

/** A user and password, or what gets them once a server asks for them: a file, a vault, a prompt. */
export type CredentialSource = Credentials | (() => Credentials | Promise<Credentials>);

/**
 * Asks `source`, within the time that is left for connecting.
 * @throws ConnectFailed when it takes longer, the signal's reason, or what `source` fails with
 */
export async function credentialsFrom(
  source: CredentialSource,
  { timeoutMs = Number.POSITIVE_INFINITY, signal }: CallOptions,
  clock: Clock = systemClock,
): Promise<Credentials> {
  if (typeof source !== 'function') return source;
  signal?.throwIfAborted();
  const tooLate = () => new ConnectFailed(`auth gave no user and password within ${timeoutMs} ms`);
  return within({ timeoutMs, signal, clock, tooLate }, async (either) =>
    abortable(Promise.resolve(source()), either),
  );
}
