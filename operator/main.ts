import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Configuration, readConfiguration, version } from './configuration.ts';
import { registerHostMetrics } from './controllers/host/metrics.ts';
import { registerPoolMetrics } from './controllers/hostpool/metrics.ts';
import { LibvirtHypervisor } from './hypervisor/libvirt.ts';
import { systemClock } from './kube/clock.ts';
import { loadClusterConfig } from './kube/config.ts';
import { HttpCluster } from './kube/http-cluster.ts';
import { createKubeMetrics } from './kube/metrics.ts';
import { Transport } from './kube/transport.ts';
import { Operator } from './operator.ts';
import { HealthServer } from './telemetry/health.ts';
import { createLog } from './telemetry/log.ts';
import { watchLoop } from './telemetry/loop-watch.ts';
import { createRegistry } from './telemetry/metrics.ts';

/** One sentence on standard error, and the exit code of a wrong invocation. */
function refuse(error: unknown): never {
  process.stderr.write(`vmfabric: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}

async function main(): Promise<void> {
  const commandLine = readConfiguration(process.argv.slice(2), process.env);
  if ('print' in commandLine) {
    process.stdout.write(commandLine.print);
    return;
  }
  const configuration = commandLine.run;
  const log = createLog({ level: configuration.logLevel });
  const registry = createRegistry({ version });
  const { operator, transport } = await assemble(configuration, log, registry);
  registerPoolMetrics(registry, operator.stores.hostPools);
  registerHostMetrics(registry, operator.measurements);
  const health = new HealthServer({
    registry,
    port: configuration.port,
    live: () => (operator.manager.isHealthy ? undefined : 'the Lease could not be renewed'),
    ready: () => {
      const unsynced = operator.manager.unsynced;
      return unsynced.length === 0 ? undefined : `not synced: ${unsynced.join(', ')}`;
    },
  });
  const port = await health.start();
  const unwatch = watchLoop({ clock: systemClock, log });
  stopOnSignals(log, async () => {
    await operator.stop();
    unwatch();
    await Promise.all([health.stop(), transport.close()]);
  });
  log.info({ version, port, identity: configuration.identity }, 'vmfabric starts');
  await operator.start();
}

async function assemble(configuration: Configuration, log: Logger, registry: Registry) {
  const { kubeconfig, context, leaseNamespace, leaseName, identity } = configuration;
  const config = await loadClusterConfig({
    ...(kubeconfig === undefined ? {} : { kubeconfigPath: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const metrics = createKubeMetrics(registry);
  const transport = new Transport({ config, version, metrics });
  const operator = new Operator({
    cluster: new HttpCluster({ transport, fieldManager: 'vmfabric' }),
    hypervisor: new LibvirtHypervisor(),
    clock: systemClock,
    random: Math.random,
    log,
    metrics,
    identity,
    lease: { namespace: leaseNamespace, name: leaseName },
    // Another replica may lead by now: whatever is under way here must not go on.
    onLost: () => process.exit(1),
  });
  return { operator, transport };
}

/** The first signal stops in order and gives the Lease back; a second one ends at once. Domains go on either way. */
function stopOnSignals(log: Logger, end: () => Promise<void>): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'vmfabric stops');
    await end();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, (received) => void stop(received));
}

await main().catch(refuse);
