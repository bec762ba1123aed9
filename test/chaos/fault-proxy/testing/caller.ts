import { Agent, type Dispatcher } from 'undici';
import { loadClusterConfig } from '../../../../operator/kube/config.ts';

export interface Answer {
  code: number;
  headers: Dispatcher.ResponseData['headers'];
  body: string;
}

/** A bare HTTP client by a kubeconfig, which repeats nothing. */
export class Caller {
  readonly #server: string;
  readonly #connect: object;
  #agent: Agent;

  /** Without `certified` it shows no certificate; `certificate` is shown instead of the kubeconfig's. */
  static async from(
    kubeconfigPath: string,
    options: { certified?: boolean; certificate?: { cert: string; key: string } } = {},
  ): Promise<Caller> {
    const config = await loadClusterConfig({ kubeconfigPath });
    const { ca, cert, key } = await config.credentials();
    const shown = options.certificate ?? { cert, key };
    return new Caller(config.server, { ca, ...(options.certified === false ? {} : shown) });
  }

  constructor(server: string, connect: object) {
    this.#server = server;
    this.#connect = connect;
    this.#agent = this.#open();
  }

  async send(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.#request(method, path, method === 'GET' ? undefined : body, headers);
    return { code: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  }

  /** Resolves with the head of the answer. */
  async watch(path: string): Promise<WatchReader> {
    return new WatchReader((await this.#request('GET', path)).body);
  }

  /** Goes on by a new connection. */
  async reconnect(): Promise<void> {
    await this.#agent.destroy();
    this.#agent = this.#open();
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #open(): Agent {
    return new Agent({ connect: this.#connect });
  }

  #request(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const options = { origin: this.#server, path, method: method as Dispatcher.HttpMethod, headers };
    return this.#agent.request({ ...options, body: body ?? null });
  }
}

/** What arrives on a watch. */
export class WatchReader {
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(body: Dispatcher.ResponseData['body']) {
    this.#body = body;
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** Whether something has arrived that was not read. */
  get has(): boolean {
    return this.#body.readableLength > 0;
  }

  /** The next piece; undefined at the end, `broken` where the connection breaks. */
  async next(): Promise<string | undefined> {
    try {
      const { done, value } = await this.#chunks.next();
      return done ? undefined : value.toString();
    } catch {
      return 'broken';
    }
  }

  cancel(): void {
    this.#body.on('error', () => {}).destroy();
  }
}
