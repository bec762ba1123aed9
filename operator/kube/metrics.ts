import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a work queue is doing right now, read when metrics are scraped. */
export interface QueueSample {
  name: string;
  /** Ready keys by priority. */
  depth: ReadonlyMap<number, number>;
  /** Seconds that each key in process has been so. */
  runningSeconds: readonly number[];
  /** Lanes in which as many keys are in process as may be. */
  fullLanes: number;
}

export type KubeMetrics = ReturnType<typeof createKubeMetrics>;

/** The runtime's metrics under the names of controller-runtime and client-go, so that existing dashboards work. */
export function createKubeMetrics(registry: Registry = new Registry()) {
  return {
    ...reconcileMetrics(registry),
    ...queueMetrics(registry),
    ...clientMetrics(registry),
    ...reflectorMetrics(registry),
    leader: gauge(registry, 'leader_election_master_status', 'Whether this replica leads, by lease', [
      'name',
    ]),
    leaderSlowPaths: counter(
      registry,
      'leader_election_slowpath_total',
      'Renewals that had to read the Lease again',
      ['name'],
    ),
  };
}

function reconcileMetrics(registry: Registry) {
  const of = ['controller'];
  const c = (name: string, help: string) => counter(registry, `controller_runtime_${name}`, help, of);
  return {
    reconciles: counter(registry, 'controller_runtime_reconcile_total', 'Reconciles by how they ended', [
      'controller',
      'result',
    ]),
    reconcileErrors: c('reconcile_errors_total', 'Reconciles that failed'),
    terminalErrors: c('terminal_reconcile_errors_total', 'Reconciles that failed for good'),
    reconcilePanics: c('reconcile_panics_total', 'Reconciles that ended by an exception nobody foresaw'),
    reconcileTimeouts: c('reconcile_timeouts_total', 'Reconciles that ran out of time'),
    staleCacheSkips: c('stale_cache_skips_total', 'Reconciles put off until the cache has seen own writes'),
    reconcileSeconds: histogram(
      registry,
      'controller_runtime_reconcile_time_seconds',
      'Length of a reconcile',
      of,
    ),
    maxConcurrent: gauge(registry, 'controller_runtime_max_concurrent_reconciles', 'Workers', of),
    activeWorkers: gauge(registry, 'controller_runtime_active_workers', 'Workers that are busy', of),
  };
}

function queueMetrics(registry: Registry) {
  const of = ['name', 'controller'];
  const queues = new Set<() => QueueSample>();
  const sampled = (
    name: string,
    help: string,
    labels: string[],
    set: (gauge: Gauge, s: QueueSample) => void,
  ) =>
    new Gauge({
      ...{ name, help, labelNames: labels, registers: [registry] },
      collect() {
        this.reset();
        for (const sample of queues) set(this, sample());
      },
    });
  sampled('workqueue_depth', 'Keys ready to be worked on', [...of, 'priority'], setDepth);
  sampled('workqueue_unfinished_work_seconds', 'Sum over keys in process', of, (g, s) =>
    g.set(
      queueLabels(s.name),
      s.runningSeconds.reduce((sum, seconds) => sum + seconds, 0),
    ),
  );
  sampled('workqueue_longest_running_processor_seconds', 'Longest over keys in process', of, (g, s) =>
    g.set(queueLabels(s.name), Math.max(0, ...s.runningSeconds)),
  );
  sampled('workqueue_full_lanes', 'Lanes with as many keys in process as may be', of, (g, s) =>
    g.set(queueLabels(s.name), s.fullLanes),
  );
  return {
    /** Queues that are alive; each adds its sampler and takes it out at shutdown. */
    queues,
    queueAdds: counter(registry, 'workqueue_adds_total', 'Keys added', of),
    queueRetries: counter(registry, 'workqueue_retries_total', 'Keys added with back-off', of),
    queueSeconds: histogram(registry, 'workqueue_queue_duration_seconds', 'Time from ready to worker', of),
    workSeconds: histogram(registry, 'workqueue_work_duration_seconds', 'Time from worker to done', of),
  };
}

function setDepth(depth: Gauge, sample: QueueSample): void {
  depth.set({ ...queueLabels(sample.name), priority: 0 }, 0);
  for (const [priority, keys] of sample.depth) depth.set({ ...queueLabels(sample.name), priority }, keys);
}

function clientMetrics(registry: Registry) {
  return {
    requests: counter(registry, 'rest_client_requests_total', 'Requests by status code, or "error"', [
      'code',
      'method',
      'host',
    ]),
    requestRetries: counter(registry, 'rest_client_request_retries_total', 'Requests that were put off', [
      'code',
      'verb',
      'host',
    ]),
    requestSeconds: histogram(registry, 'rest_client_request_duration_seconds', 'Time to the whole answer', [
      'verb',
      'host',
    ]),
  };
}

function reflectorMetrics(registry: Registry) {
  return {
    lists: counter(registry, 'kube_reflector_lists_total', 'Full lists, the first one included', ['kind']),
    watchFailures: counter(registry, 'kube_reflector_failures_total', 'Lists and watches that broke', [
      'kind',
    ]),
    rewinds: counter(registry, 'kube_reflector_rewinds_total', 'Lists that took the cache back in time', [
      'kind',
    ]),
  };
}

export function queueLabels(name: string): { name: string; controller: string } {
  return { name, controller: name };
}

function counter(registry: Registry, name: string, help: string, labelNames: string[]): Counter {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[]): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

function histogram(registry: Registry, name: string, help: string, labelNames: string[]): Histogram {
  return new Histogram({ name, help, labelNames, buckets, registers: [registry] });
}
