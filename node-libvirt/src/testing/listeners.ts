import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';

/** Something that clients can connect to. */
export interface Listener {
  /** The TCP port; 0 for a unix socket. */
  readonly port: number;
  /** Takes no more clients and ends those that are connected. */
  close(): Promise<void>;
}

/** PEM texts of one certificate. */
export interface Identity {
  cert: string;
  key: string;
}

/** What a server of mutual TLS is, and whom it lets in; PEM texts. */
export interface ServerIdentity extends Identity {
  /** Authority that clients' certificates must be of. */
  ca: string;
}

type Accept = (stream: Duplex) => void;

const loopback = '127.0.0.1';

export function listenUnix(path: string, accept: Accept): Promise<Listener> {
  return listening(createServer(accept), (server, done) => server.listen(path, done));
}

/** On the loopback interface alone; port 0 is any free one. */
export function listenTcp(accept: Accept, port = 0): Promise<Listener> {
  return listening(createServer(accept), (server, done) => server.listen(port, loopback, done));
}

/** libvirt's own step after the handshake: one byte says that the certificate is accepted. */
const certificateAccepted = Buffer.of(1);

/** Mutual TLS, on the loopback interface alone; port 0 is any free one. */
export function listenTls(identity: ServerIdentity, accept: Accept, port = 0): Promise<Listener> {
  const server = createTlsServer({ ...identity, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.write(certificateAccepted);
    accept(socket);
  });
  server.on('tlsClientError', () => {}); // a client that is not let in learns it by itself
  return listening(server, (tls, done) => tls.listen(port, loopback, done));
}

async function listening<S extends Server>(
  server: S,
  listen: (server: S, done: () => void) => void,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    listen(server, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port ?? 0,
    close: () => closed(server, sockets),
  };
}

function closed(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}
