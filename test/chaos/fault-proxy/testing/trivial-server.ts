import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { stringify } from 'yaml';
import { type Certificate, createAuthority, issue, readCertificate } from '../../../../hack/pki.ts';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The common name of the certificate shown. */
  user: string | undefined;
}

/** Starts a server that stands in for an API server: it answers everything, and remembers it. */
export async function startTrivialServer(): Promise<TrivialServer> {
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-trivial-server-'));
  const authority = await createAuthority(dir, 'ca', 'trivial');
  const served = await issue(authority, dir, {
    ...{ name: 'server', commonName: 'trivial', ipAddresses: ['127.0.0.1'] },
  });
  const ca = await readFile(authority.certPath, 'utf8');
  const server = new TrivialServer(dir, authority, { ...(await readCertificate(served)), ca });
  await server.start();
  return server;
}

/** Answers with the method, 404 for what is named `missing`, and watches with what is emitted. */
export class TrivialServer {
  readonly seen: SeenRequest[] = [];
  readonly kubeconfigPath: string;
  readonly #dir: string;
  readonly #authority: Certificate;
  readonly #tls: { ca: string };
  readonly #server: Server;
  readonly #watches = new Set<ServerResponse>();
  #breaksNext = false;

  constructor(dir: string, authority: Certificate, tls: { ca: string; cert: string; key: string }) {
    this.#dir = dir;
    this.#authority = authority;
    this.#tls = tls;
    this.kubeconfigPath = join(dir, 'kubeconfig');
    this.#server = createServer(
      { ...tls, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
  }

  get watches(): number {
    return this.#watches.size;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { cert, key } = await this.#certificate('operator');
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const server = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const cluster = { server, 'certificate-authority-data': base64(this.#tls.ca) };
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    const config = {
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(this.kubeconfigPath, stringify(config));
  }

  /** Of the same authority, but nobody's that the proxy knows. */
  strangerCertificate(): Promise<{ cert: string; key: string }> {
    return this.#certificate('stranger');
  }

  /** The next request is not answered: its connection breaks. */
  next(what: 'break'): void {
    this.#breaksNext = what === 'break';
  }

  /** Sends this on every open watch. */
  emit(text: string): void {
    for (const watch of this.#watches) watch.write(text);
  }

  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #certificate(commonName: string): Promise<{ cert: string; key: string }> {
    return readCertificate(await issue(this.#authority, this.#dir, { name: commonName, commonName }));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const socket = request.socket as TLSSocket;
    const user = socket.getPeerX509Certificate()?.subject.replace(/^CN=/, '');
    this.seen.push({ method, url, headers, body: (await request.toArray()).join(''), user });
    if (this.#breaksNext) {
      this.#breaksNext = false;
      socket.destroy();
      return;
    }
    response.writeHead(url.endsWith('/missing') ? 404 : 200, { 'x-trivial': 'yes' });
    if (!url.includes('watch=')) {
      response.end(method);
      return;
    }
    response.flushHeaders();
    this.#watches.add(response);
    response.on('close', () => this.#watches.delete(response));
  }
}
