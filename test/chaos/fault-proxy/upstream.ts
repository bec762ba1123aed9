import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Credentials } from '../../../operator/kube/config.ts';

/** What a request is sent on with. */
export interface Outgoing {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Whether the caller has shown the kubeconfig's certificate. */
  isCertified: boolean;
}

/** Headers of one connection, which mean nothing on the next. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'upgrade'],
]);

/**
 * The API server behind the proxy. A caller with the kubeconfig's client certificate is passed on with that
 * certificate, as its key is at hand; one with a token by its token. So both are to the server who they are.
 */
export class Upstream {
  readonly #url: URL;
  readonly #certified: Agent;
  readonly #plain: Agent;
  readonly #fingerprint: string | undefined;

  /** `credentials` are those of the kubeconfig; files behind them are not read again. */
  constructor(server: string, { ca, cert, key }: Credentials) {
    this.#url = new URL(server);
    const plain = { keepAlive: true, ...(ca ? { ca } : {}) };
    this.#plain = new Agent(plain);
    this.#certified = new Agent({ ...plain, ...(cert && key ? { cert, key } : {}) });
    this.#fingerprint = cert ? new X509Certificate(cert).fingerprint256 : undefined;
  }

  /** Whether this is the kubeconfig's certificate, another one, or none. TLS has proved that the caller has its key. */
  certificateOf(socket: TLSSocket): 'ours' | 'foreign' | 'none' {
    const shown = socket.getPeerX509Certificate();
    if (!shown) return 'none';
    return shown.fingerprint256 === this.#fingerprint ? 'ours' : 'foreign';
  }

  /** The head of the answer; rejects when there is none. */
  send({ method, path, headers, body, isCertified }: Outgoing): Promise<IncomingMessage> {
    const { hostname, port, pathname } = this.#url;
    return new Promise((resolve, reject) => {
      const sending = secureRequest({
        ...{ hostname, port, method, path: pathname.replace(/\/$/, '') + path },
        agent: isCertified ? this.#certified : this.#plain,
        headers: { ...passedOn(headers), 'content-length': body.length },
      });
      sending.on('response', resolve).on('error', reject);
      sending.end(body);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#certified.destroy();
  }
}

/** The headers that go on to the other side. */
export function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
