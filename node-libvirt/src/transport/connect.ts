import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectFailed, InvalidTarget } from '../errors.ts';
import { attempt, type ConnectOptions } from './attempt.ts';
import { connectSsh } from './ssh.ts';
import { describeTarget, type Target, type TcpTarget, type UnixTarget } from './target.ts';
import { connectTls } from './tls.ts';

/**
 * Opens a byte stream to a libvirt daemon, ready for the first packet.
 * @throws ConnectFailed, CertificateRejected, AuthenticationFailed (ssh), InvalidTarget, or the signal's reason
 */
export async function connectTransport(target: Target, options: ConnectOptions = {}): Promise<Duplex> {
  if (target.transport === 'tls') return connectTls(target, options);
  if (target.transport === 'ssh') return connectSsh(target, options);
  return connectPlain(target, options);
}

function connectPlain(target: UnixTarget | TcpTarget, options: ConnectOptions): Promise<Socket> {
  const where = describeTarget(target);
  return attempt(
    where,
    options,
    () => openSocket(where, target),
    (socket, { succeed, fail }) => {
      const onError = (error: Error) =>
        fail(new ConnectFailed(`${where}: ${error.message}`, { cause: error }));
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        succeed();
      });
    },
  );
}

function openSocket(where: string, target: UnixTarget | TcpTarget): Socket {
  // Node takes an empty path for none, and goes to a port of this machine.
  if (target.transport === 'unix' && target.path === '') throw new InvalidTarget(`${where}: path is empty`);
  try {
    return target.transport === 'unix'
      ? createConnection({ path: target.path })
      : createConnection({ host: target.host, port: target.port, noDelay: true });
  } catch (error) {
    throw new InvalidTarget(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
