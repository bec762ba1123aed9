import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../command.ts';
import { Processes } from '../processes.ts';
import { settleAll } from '../settle.ts';
import { auditPolicy } from './audit.ts';
import type { Binaries } from './binaries.ts';
import { ensurePki, type Identity, identityName, pkiPaths, writeKubeconfig } from './credentials.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags, etcdUrl, type Layout } from './flags.ts';
import { freePort } from './ports.ts';
import { apiServerIsReady, etcdIsReady } from './ready.ts';

export interface ControlPlaneOptions {
  /** Holds everything: data, certificates, kubeconfigs, logs. Data of an earlier start are taken up again. */
  dir: string;
  binaries: Binaries;
  /** Default true. Without it namespaces never end and owned objects are never collected. */
  controllerManager?: boolean;
  /** Log every write; see `readAudit`. Default false. */
  auditLog?: boolean;
  /** The servers outlive this process; `attachControlPlane` finds them again. Default false. */
  detached?: boolean;
  /** Given after the control plane's own, so they win. */
  apiServerFlags?: readonly string[];
  /** Ends the start (not a control plane that has started). */
  signal?: AbortSignal;
}

/** What another process needs to know to take over; kept in `control-plane.json`. */
interface Settings {
  binaries: Binaries;
  etcdPort: number;
  apiServerPort: number;
  controllerManager: boolean;
  auditLog: boolean;
  detached: boolean;
  apiServerFlags: readonly string[];
}

/** etcd and kube-apiserver take 3 s on two idle cores; ten times that on busy ones is still no failure. */
const readyTimeoutMs = 60_000;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1 and returns once they serve.
 * @throws Error with the end of a server's log when it ends early; nothing stays behind then.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true });
  if (runs(dir)) throw new Error(`a control plane already runs from ${dir}; stop it, or attach to it`);
  for (let attempt = 1; ; attempt++) {
    const controlPlane = new ControlPlane(dir, await writeSettings(dir, options));
    try {
      await controlPlane.start(options.signal);
      return controlPlane;
    } catch (error) {
      await controlPlane.stop();
      // Between finding a free port and listening on it another process can take it.
      if (attempt === 3 || !/address already in use/.test(String(error))) throw error;
    }
  }
}

/**
 * The control plane that another process has started from `dir`. A server that is started again through this handle
 * outlives both processes until somebody stops it: it must not end with a test's worker.
 */
export async function attachControlPlane(dir: string): Promise<ControlPlane> {
  const absolute = resolve(dir);
  const settings = await readSettings(absolute);
  if (!settings || !runs(absolute)) throw new Error(`no control plane runs from ${absolute}`);
  return new ControlPlane(absolute, { ...settings, detached: true });
}

/** A running control plane. Made by `startControlPlane` and `attachControlPlane`. */
export class ControlPlane {
  readonly dir: string;
  readonly url: string;
  /** The authority that signed the API server's certificate. */
  readonly caPath: string;
  /** A kubeconfig of group system:masters. */
  readonly adminKubeconfigPath: string;
  readonly auditLogPath: string | undefined;
  /** The certificate with which the API server calls aggregated API servers is of this authority. */
  readonly frontProxyCaPath: string;
  readonly #settings: Settings;
  readonly #layout: Layout;
  readonly #processes: Processes;

  constructor(dir: string, settings: Settings) {
    this.dir = dir;
    this.#settings = settings;
    this.#layout = layoutOf(dir, settings);
    this.#processes = new Processes(dir, { detached: settings.detached });
    this.url = `https://127.0.0.1:${settings.apiServerPort}`;
    this.caPath = this.#layout.pki.authority.certPath;
    this.frontProxyCaPath = this.#layout.pki.frontProxyAuthority.certPath;
    this.adminKubeconfigPath = join(dir, 'admin.kubeconfig');
    this.auditLogPath = this.#layout.audit?.logPath;
  }

  /** Process ids by server name. */
  get pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#processes.records().map(({ name, pid }) => [name, pid]));
  }

  /** Called once, by `startControlPlane`. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.#prepareFiles();
    await this.startEtcd(signal);
    await this.#startApiServer(signal);
    if (this.#settings.controllerManager) await this.#startControllerManager(signal);
  }

  async startEtcd(signal?: AbortSignal): Promise<void> {
    this.#processes.start('etcd', this.#settings.binaries.etcd, etcdFlags(this.#layout));
    const url = etcdUrl(this.#layout);
    await this.#processes.untilReady('etcd', () => etcdIsReady(url), { timeoutMs: readyTimeoutMs, signal });
  }

  /** The API server stays and answers with errors or not at all, as when a real etcd has lost its quorum. */
  async stopEtcd(): Promise<void> {
    // Left to itself etcd waits some 7 s for the API server to let go; killed, it loses nothing that it has answered.
    await this.#processes.stop('etcd', 500);
  }

  /** Ends the API server, its connections and watches with it, and starts it again at the same address. */
  async restartApiServer(): Promise<void> {
    await this.#processes.stop('kube-apiserver');
    await this.#startApiServer();
  }

  /** Runs kubectl as administrator and returns what it prints; `input` is for `-f -`. */
  async kubectl(args: readonly string[], options: { input?: string } = {}): Promise<string> {
    return run(this.#settings.binaries.kubectl, args, { ...options, env: this.#clientEnvironment() });
  }

  /** Runs helm as administrator and returns what it prints. */
  async helm(args: readonly string[], options: { input?: string } = {}): Promise<string> {
    return run(this.#settings.binaries.helm, args, { ...options, env: this.#clientEnvironment() });
  }

  /** Path of a kubeconfig that speaks as this user and these groups, or by this bearer token. */
  async kubeconfigFor(identity: Identity): Promise<string> {
    const folder = join(this.dir, 'kubeconfigs');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${identityName(identity)}.kubeconfig`);
    return writeKubeconfig(path, this.url, this.#layout.pki, identity);
  }

  /** Path of a kubeconfig that speaks as this service account, by a token of one year: nothing renews it. */
  async serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
    const token = await this.kubectl([
      'create',
      'token',
      name,
      `--namespace=${namespace}`,
      '--duration=8760h',
    ]);
    return this.kubeconfigFor({ token: token.trim() });
  }

  /** Ends all servers, etcd last; data, certificates and logs stay. May be called again. */
  async stop(): Promise<void> {
    // Without etcd the API server cannot wind up and would use all of its time trying.
    await this.#processes.stopAll(this.#processes.isRunning('etcd') ? undefined : 1_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #prepareFiles(): Promise<void> {
    const { audit, controllerManagerKubeconfigPath } = this.#layout;
    const pki = await ensurePki(this.#layout.pki.dir);
    const admin = { user: 'admin', groups: ['system:masters'] };
    await settleAll([
      writeKubeconfig(this.adminKubeconfigPath, this.url, pki, admin),
      writeKubeconfig(controllerManagerKubeconfigPath, this.url, pki, {
        user: 'system:kube-controller-manager',
      }),
      audit ? writeFile(audit.policyPath, auditPolicy) : Promise.resolve(),
    ]);
  }

  async #startApiServer(signal?: AbortSignal): Promise<void> {
    const { binaries } = this.#settings;
    this.#processes.start('kube-apiserver', binaries['kube-apiserver'], apiServerFlags(this.#layout));
    const ready = () => apiServerIsReady(this.url, this.#layout.pki.authority);
    await this.#processes.untilReady('kube-apiserver', ready, { timeoutMs: readyTimeoutMs, signal });
  }

  async #startControllerManager(signal?: AbortSignal): Promise<void> {
    const file = this.#settings.binaries['kube-controller-manager'];
    const name = 'kube-controller-manager';
    this.#processes.start(name, file, controllerManagerFlags(this.#layout));
    // What its controllers make in every namespace tells that they work, which an open port would not.
    const ready = async () => {
      await this.kubectl(['get', 'serviceaccount/default', 'configmap/kube-root-ca.crt', '--output=name']);
      return true;
    };
    await this.#processes.untilReady(name, ready, { timeoutMs: readyTimeoutMs, signal });
  }

  /** Caches and settings of the person's own kubectl and helm stay out of it. */
  #clientEnvironment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KUBECONFIG: this.adminKubeconfigPath,
      KUBECACHEDIR: join(this.dir, 'cache', 'kubectl'),
      HELM_CACHE_HOME: join(this.dir, 'cache', 'helm'),
      HELM_CONFIG_HOME: join(this.dir, 'cache', 'helm-config'),
      HELM_DATA_HOME: join(this.dir, 'cache', 'helm-data'),
    };
  }
}

function layoutOf(dir: string, settings: Settings): Layout {
  return {
    pki: pkiPaths(join(dir, 'pki')),
    etcdDataDir: join(dir, 'etcd'),
    etcdPort: settings.etcdPort,
    apiServerPort: settings.apiServerPort,
    controllerManagerKubeconfigPath: join(dir, 'kube-controller-manager.kubeconfig'),
    audit: settings.auditLog
      ? { policyPath: join(dir, 'audit-policy.yaml'), logPath: join(dir, 'logs', 'audit.jsonl') }
      : undefined,
    apiServerFlags: settings.apiServerFlags,
  };
}

function runs(dir: string): boolean {
  const processes = new Processes(dir);
  return processes.records().some(({ name }) => processes.isRunning(name));
}

/** The ports of an earlier start are kept where they are free, so that kubeconfigs handed out then stay good. */
async function writeSettings(dir: string, options: ControlPlaneOptions): Promise<Settings> {
  const earlier = await readSettings(dir);
  const settings: Settings = {
    binaries: options.binaries,
    etcdPort: await freePort(earlier?.etcdPort),
    apiServerPort: await freePort(earlier?.apiServerPort),
    controllerManager: options.controllerManager ?? true,
    auditLog: options.auditLog ?? false,
    detached: options.detached ?? false,
    apiServerFlags: options.apiServerFlags ?? [],
  };
  const path = join(dir, 'control-plane.json');
  await writeFile(`${path}.new`, `${JSON.stringify(settings, null, 2)}\n`);
  await rename(`${path}.new`, path);
  return settings;
}

async function readSettings(dir: string): Promise<Settings | undefined> {
  const path = join(dir, 'control-plane.json');
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Settings) : undefined;
}
