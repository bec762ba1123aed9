import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createAuthority, issue, readCertificate } from '../../../hack/pki.ts';
import { type Clock, systemClock } from '../../../operator/kube/clock.ts';
import { loadClusterConfig } from '../../../operator/kube/config.ts';
import { Exchange } from './exchange.ts';
import { kubeconfigTo } from './kubeconfig.ts';
import type { LiveWatch } from './live-watch.ts';
import { Recording } from './recording.ts';
import { isWatchFault, type Rule } from './rule.ts';
import { type ActiveRule, RuleBook } from './rule-book.ts';
import { Upstream } from './upstream.ts';

/**
 * Starts a proxy before the API server of a kubeconfig. What connects by the proxy's own kubeconfig is to the API server
 * who it would be by the original one, but suffers what the rules say, and all of its calls are recorded.
 */
export async function startFaultProxy(options: {
  kubeconfigPath: string;
  /** Measures delays. Default: the system's. */
  clock?: Clock;
}): Promise<FaultProxy> {
  const { kubeconfigPath, clock = systemClock } = options;
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-fault-proxy-'));
  const authority = await createAuthority(dir, 'ca', 'vmfabric-fault-proxy');
  const certificate = await issue(authority, dir, {
    ...{ name: 'server', commonName: 'fault-proxy', ipAddresses: ['127.0.0.1'], usages: ['serverAuth'] },
  });
  const config = await loadClusterConfig({ kubeconfigPath });
  const upstream = new Upstream(config.server, await config.credentials());
  const proxy = new FaultProxy({ dir, upstream, certificate: await readCertificate(certificate), clock });
  await proxy.listen();
  const kubeconfig = kubeconfigTo(await readFile(kubeconfigPath, 'utf8'), {
    server: proxy.url,
    authority: await readFile(authority.certPath, 'utf8'),
  });
  await writeFile(proxy.kubeconfigPath, kubeconfig, { mode: 0o600 });
  return proxy;
}

/** An HTTPS proxy that breaks by rule. Made by `startFaultProxy`. */
export class FaultProxy {
  readonly recording = new Recording();
  readonly rules: RuleBook;
  /** The original kubeconfig with this proxy's address and authority. */
  readonly kubeconfigPath: string;
  readonly #dir: string;
  readonly #server: Server;
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #watches = new Set<LiveWatch>();
  /** By the caller's port: a reset goes around TLS, which would take its leave. */
  readonly #sockets = new Map<number, Socket>();

  constructor(parts: {
    /** Goes with it. */
    dir: string;
    upstream: Upstream;
    certificate: { cert: string; key: string };
    clock: Clock;
  }) {
    const { dir, upstream, certificate, clock } = parts;
    this.#dir = dir;
    this.#upstream = upstream;
    this.#clock = clock;
    this.kubeconfigPath = join(dir, 'kubeconfig');
    this.rules = new RuleBook({
      onAdd: (rule) => this.#breakWatches(rule),
      onRemove: (rule) => this.#thawWatches(rule),
    });
    // Any certificate is let in here; Upstream tells whose it is.
    const tls = { ...certificate, requestCert: true, rejectUnauthorized: false };
    this.#server = createServer({ ...tls, requestTimeout: 0 }, (request, response) => {
      void new Exchange(this.#parts(), request, response).run();
    });
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  /** Base URL. */
  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#watches.size;
  }

  /** How many connections callers have open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Called once, by `startFaultProxy`. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Shorthand of `rules.add`. */
  add(rule: Rule): ActiveRule {
    return this.rules.add(rule);
  }

  /** Breaks all connections and ends. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#upstream.close();
    await closed;
    await rm(this.#dir, { recursive: true, force: true });
  }

  #parts() {
    const { recording, rules } = this;
    const reset = (socket: TLSSocket) => this.#reset(socket);
    return { upstream: this.#upstream, watches: this.#watches, clock: this.#clock, recording, rules, reset };
  }

  #keep(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    this.#sockets.set(port, socket);
    socket.on('close', () => this.#sockets.delete(port));
    socket.on('error', () => {});
  }

  #reset(socket: TLSSocket): void {
    this.#sockets.get(socket.remotePort ?? 0)?.resetAndDestroy();
    socket.destroy();
  }

  /** A rule for watches holds for those that are open, too. */
  #breakWatches(rule: ActiveRule): void {
    const { fault } = rule.rule;
    if (!isWatchFault(fault)) return;
    for (const watch of [...this.#watches]) if (rule.claims(watch.call)) watch.suffer(rule, fault);
  }

  #thawWatches(rule: ActiveRule): void {
    for (const watch of this.#watches) watch.thaw(rule);
  }
}
