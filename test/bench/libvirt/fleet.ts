import { readFile } from 'node:fs/promises';
import {
  type AddressInfo,
  createServer as createUnixServer,
  type ListenOptions,
  type Server,
} from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { FakeHost } from 'node-libvirt/testing';
import { readCertificate } from '../../../hack/pki.ts';
import { answer, answerEachLine } from '../answer.ts';
import type { FleetSpec } from './fleet-process.ts';

/*
 * A process of fake hosts, each connection to it is one. Over TLS and on `answering.sock` they
 * answer, but leave calls of domainGetState without a reply, as libvirtd does with what waits for a QEMU that hangs; on
 * `silent.sock` they accept and never say a word.
 */

const spec = JSON.parse(process.argv[2] ?? '{}') as FleetSpec;
/** libvirtd's first message after the handshake: it takes the client's certificate. */
const welcome = Buffer.from([1]);

function fakeHost(): FakeHost {
  const host = new FakeHost();
  host.faults.hang('domainGetState');
  return host;
}

const tls = createTlsServer({
  ca: await readFile(spec.caPath),
  ...(await readCertificate(spec)),
  requestCert: true,
  rejectUnauthorized: true,
});
tls.on('secureConnection', (socket) => {
  socket.setNoDelay(true).write(welcome);
  fakeHost().accept(socket);
});
tls.on('tlsClientError', (error) => process.stderr.write(`${error.message}\n`));
const answering = createUnixServer((socket) => fakeHost().accept(socket));
const silent = createUnixServer((socket) => socket.on('error', () => {}).resume());

const listen = (server: Server, options: ListenOptions) =>
  new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen({ backlog: 1_024, ...options }, resolve),
  );
await listen(answering, { path: join(spec.dir, 'answering.sock') });
await listen(silent, { path: join(spec.dir, 'silent.sock') });
await listen(tls, { host: '127.0.0.1', port: 0 });
answer({ tlsPort: (tls.address() as AddressInfo).port });
// Until whoever started it is gone.
await answerEachLine(async () => ({}));
process.exit();
