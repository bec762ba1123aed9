import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { ConnectFailed, InvalidTarget } from '../errors.ts';
import { attempt, type ConnectOptions } from './attempt.ts';
import { secureContextFor } from './secure-contexts.ts';
import { describeTarget, type TlsTarget } from './target.ts';
import { handshakeError, rejectedByServer } from './tls-errors.ts';

const welcome = 0x01;

/**
 * Mutual TLS to libvirtd. Resolves only after the one byte by which libvirtd says, in its first encrypted
 * message, that it accepts our certificate; sending before it would be answered with a close.
 */
export function connectTls(target: TlsTarget, options: ConnectOptions): Promise<TLSSocket> {
  const where = describeTarget(target);
  return attempt(
    where,
    options,
    () => open(where, target),
    (socket, { succeed, fail }) => {
      let handshaken = false;
      const listeners = {
        secureConnect: () => {
          handshaken = true;
        },
        error: (error: Error) =>
          fail(handshaken ? afterHandshake(where, error) : handshakeError(where, error)),
        end: () => fail(closedEarly(where, handshaken)),
        close: () => fail(closedEarly(where, handshaken)),
        readable: () => {
          const byte: Buffer | null = socket.read(1);
          if (byte === null) return;
          for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener);
          if (byte[0] === welcome) succeed();
          else fail(new ConnectFailed(`${where}: expected libvirt's greeting, got byte ${byte[0]}`));
        },
      };
      for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener);
    },
  );
}

function open(where: string, target: TlsTarget): TLSSocket {
  // Without one Node would trust every public authority.
  if (target.ca.length === 0) throw new InvalidTarget(`${where}: ca is empty`);
  const name = target.serverName ?? target.host;
  try {
    const socket = connect({
      host: target.host,
      port: target.port,
      secureContext: secureContextFor(target),
      // Said, as an environment variable of Node's turns the default off.
      rejectUnauthorized: true,
      // The protocol has no room for an address as the wanted name.
      ...(isIP(name) ? {} : { servername: name }),
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    });
    return socket.setNoDelay(true);
  } catch (error) {
    throw new InvalidTarget(`${where}: ca, cert or key cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function afterHandshake(where: string, error: NodeJS.ErrnoException): Error {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
    ? rejectedByServer(where, error)
    : handshakeError(where, error);
}

function closedEarly(where: string, handshaken: boolean): Error {
  return handshaken
    ? rejectedByServer(where)
    : new ConnectFailed(`${where}: closed during the TLS handshake`);
}
