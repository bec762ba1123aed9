import type { Logger } from 'pino';
import { hostPools, hosts, placementPolicies, virtualMachineClasses, virtualMachines } from './api/kinds.ts';
import { HostConnections } from './controllers/host/connections.ts';
import { Credentials } from './controllers/host/credentials.ts';
import { Measurements, type SampleNews } from './controllers/host/measurements.ts';
import { reconcileHost } from './controllers/host/reconcile.ts';
import { Sightings } from './controllers/host/sightings.ts';
import { sampleHost } from './controllers/host/statistics.ts';
import { reconcileHostPool } from './controllers/hostpool/reconcile.ts';
import { policyLagMs, poolLagMs, sumsLagMs } from './controllers/lag.ts';
import { reconcilePlacementPolicy } from './controllers/placementpolicy/reconcile.ts';
import { PoolModel } from './controllers/pool/pool-model.ts';
import { route, type Wake } from './controllers/routes.ts';
import { addIndexes, nodes, type Stores } from './controllers/stores.ts';
import { Unplaced } from './controllers/unplaced.ts';
import { Attempts } from './controllers/virtualmachine/attempts.ts';
import { reconcileVirtualMachine } from './controllers/virtualmachine/reconcile.ts';
import { fencedHypervisor } from './hypervisor/fenced.ts';
import type { Hypervisor } from './hypervisor/hypervisor.ts';
import type { Clock, Random } from './kube/clock.ts';
import type { Cluster } from './kube/cluster.ts';
import { Controller } from './kube/controller.ts';
import { fencedCluster } from './kube/fence.ts';
import { type ElectorOptions, LeaderElector } from './kube/lease.ts';
import { Manager } from './kube/manager.ts';
import type { KubeMetrics } from './kube/metrics.ts';
import type { KubeObject, ResourceType } from './kube/object.ts';
import { EventRecorder } from './kube/recorder.ts';
import { Reflector } from './kube/reflector.ts';
import { Store } from './kube/store.ts';

export interface OperatorOptions {
  cluster: Cluster;
  hypervisor: Hypervisor;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics: KubeMetrics;
  /** Names this replica, in the Lease and in Events. */
  identity: string;
  /** Without a Lease it leads from the start; for tests. */
  lease?: { namespace: string; name: string };
  /** Leadership was lost: the process should exit, as another replica may act already. */
  onLost?: (reason: Error) => void;
  graceMs?: number;
}

/** VM reconciles are mostly waiting for hosts and the API server. */
const virtualMachineWorkers = 32;

/**
 * VMs of one host in work at once: a host that hangs holds no more than these until its calls time out. libvirtd itself
 * works on 5 calls of one client at a time (max_client_requests).
 */
const virtualMachinesPerHost = 4;

/** A thousand hosts that are connected at once have more urgent things to tell. */
const firstSampleWithinMs = 10_000;

/** The whole operator, put together from ports: real ones in main, fakes in tests. Starts once, stops once. */
export class Operator {
  readonly manager: Manager;
  readonly stores: Stores;
  readonly connections: HostConnections;
  readonly sightings: Sightings;
  readonly measurements: Measurements;
  readonly pools: PoolModel;
  #elector: LeaderElector | undefined;
  #unplaced: Unplaced | undefined;

  constructor(given: OperatorOptions) {
    const options = this.#fenced(given);
    const { cluster, hypervisor, clock, random, log } = options;
    const { metrics } = options;
    const onHandlerError = (err: unknown) => log.error({ err }, 'a subscriber of a cache failed');
    this.stores = {
      virtualMachines: new Store({ onHandlerError }),
      virtualMachineClasses: new Store({ onHandlerError }),
      hostPools: new Store({ onHandlerError }),
      hosts: new Store({ onHandlerError }),
      placementPolicies: new Store({ onHandlerError }),
      nodes: new Store({ onHandlerError }),
    };
    addIndexes(this.stores);
    this.connections = new HostConnections({ hypervisor, clock, random });
    this.sightings = new Sightings(this.connections, clock);
    this.measurements = new Measurements(clock);
    this.pools = new PoolModel(this.stores, this.connections);
    const recorder = new EventRecorder({
      ...{ cluster, clock, random, log },
      reportingController: 'vmfabric.io/operator',
      reportingInstance: options.identity,
    });
    const credentials = new Credentials(cluster, clock);
    this.manager = new Manager({
      reflectors: this.#reflectors(options, metrics),
      controllers: this.#controllers({ options, metrics, recorder, credentials }),
      ...(options.lease ? { elector: this.#electorOf(given, options.lease) } : {}),
      ...(options.onLost ? { onLost: options.onLost } : {}),
      log,
      ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
      closers: [
        async () => this.connections.stop(),
        async () => this.#unplaced?.stop(),
        () => recorder.stop(),
      ],
    });
  }

  start(): Promise<void> {
    return this.manager.start();
  }

  stop(): Promise<void> {
    return this.manager.stop();
  }

  /** Everything here writes and acts through the fence; the elector alone does not, or it could never lead. */
  #fenced(options: OperatorOptions): OperatorOptions {
    const fence = { check: () => this.#elector?.check() };
    return {
      ...options,
      cluster: fencedCluster(options.cluster, fence),
      hypervisor: fencedHypervisor(options.hypervisor, fence.check),
    };
  }

  #electorOf(options: OperatorOptions, lease: { namespace: string; name: string }) {
    const { cluster, clock, random, log, identity, metrics } = options;
    return (callbacks: Pick<ElectorOptions, 'onStartedLeading' | 'onStoppedLeading'>) => {
      this.#elector = new LeaderElector({
        ...{ cluster, clock, random, log, identity, lease, metrics },
        ...callbacks,
      });
      return this.#elector;
    };
  }

  #reflectors(options: OperatorOptions, metrics: KubeMetrics) {
    const { cluster, clock, random, log } = options;
    const reflect = <T extends KubeObject>(type: ResourceType<T>, store: Store<T>) =>
      new Reflector({ cluster, clock, random, log, metrics, type, store });
    const { stores } = this;
    return [
      reflect(virtualMachines, stores.virtualMachines),
      reflect(virtualMachineClasses, stores.virtualMachineClasses),
      reflect(hostPools, stores.hostPools),
      reflect(hosts, stores.hosts),
      reflect(placementPolicies, stores.placementPolicies),
      reflect(nodes, stores.nodes),
    ];
  }

  #controllers(parts: Parts) {
    const { clock, random } = parts.options;
    const { stores, connections, sightings, measurements, pools } = this;
    const base = { ...parts.options, metrics: parts.metrics };
    const host = new Controller({
      ...{ ...base, name: 'host', type: hosts, store: stores.hosts, workers: 32 },
      afterStatusMs: () => sumsLagMs,
      reconcile: (key, context) =>
        reconcileHost(
          {
            ...{ stores, connections, sightings, measurements, pools, clock, random },
            credentials: parts.credentials,
          },
          key,
          context,
        ),
    });
    const hostPool = new Controller({
      ...{ ...base, name: 'hostpool', type: hostPools, store: stores.hostPools, workers: 2 },
      afterStatusMs: ({ metadata }) => poolLagMs(stores, metadata.name),
      reconcile: (key, context) => reconcileHostPool({ stores, pools, clock }, key, context),
    }).watch(hosts, stores.hosts, () => []); // joins the stale-cache guard; the routes wake it
    const placementPolicy = new Controller({
      ...{
        ...base,
        name: 'placementpolicy',
        type: placementPolicies,
        store: stores.placementPolicies,
        workers: 2,
      },
      afterStatusMs: ({ metadata }) => policyLagMs(stores, metadata.namespace),
      reconcile: (key, context) => reconcilePlacementPolicy({ stores, pools, clock }, key, context),
    });
    const attempts = new Attempts(clock);
    // Also of a VM whose finalizer somebody took away by hand, which no reconcile sees go.
    stores.virtualMachines.subscribe(({ type, object }) => {
      if (type === 'deleted') attempts.forget(object.metadata.uid);
    });
    connections.listen({
      onLink: () => {},
      onDomainEvent: (_, { uuid, kind }) => {
        if (kind !== 'Agent') return;
        for (const { metadata } of stores.virtualMachines.byIndex('domain', uuid))
          attempts.agentChanged(metadata.uid);
      },
    });
    const environment = {
      stores,
      connections,
      sightings,
      measurements,
      pools,
      attempts,
      clock,
      random,
    };
    const virtualMachine = new Controller({
      ...{ ...base, name: 'virtualmachine', type: virtualMachines, store: stores.virtualMachines },
      workers: virtualMachineWorkers,
      lanes: {
        of: (key) => stores.virtualMachines.get(key)?.status?.hostName,
        cap: virtualMachinesPerHost,
      },
      reconcile: (key, context) => reconcileVirtualMachine(environment, parts.recorder, key, context),
    });
    const statistics = this.#statistics(base, { host, virtualMachine });
    this.#unplaced = new Unplaced({
      ...{ stores, line: pools.line, clock },
      wake: (key) => virtualMachine.enqueue(key),
    });
    route(
      stores,
      { connections, sightings, pools, unplaced: this.#unplaced },
      {
        virtualMachines: wakeOf(virtualMachine),
        hosts: wakeOf(host),
        hostPools: wakeOf(hostPool),
        placementPolicies: wakeOf(placementPolicy),
      },
    );
    return [hostPool, host, placementPolicy, virtualMachine, statistics];
  }

  /** Asks hosts how they and their VMs fare. What hangs there holds a worker for a while, and nothing else. */
  #statistics(
    base: Pick<OperatorOptions, 'cluster' | 'clock' | 'random' | 'log' | 'metrics'>,
    {
      host,
      virtualMachine,
    }: Readonly<Record<'host' | 'virtualMachine', Pick<Controller<KubeObject>, 'enqueue'>>>,
  ) {
    const { stores, connections, measurements } = this;
    const { clock, random } = base;
    const onNews = (hostName: string, news: SampleNews) => {
      if (news.host) host.enqueue(hostName);
      for (const key of news.vms) virtualMachine.enqueue(key);
    };
    const statistics = new Controller({
      ...{ ...base, name: 'statistics', type: hosts, store: stores.hosts, workers: 32 },
      accepts: ({ type }) => type !== 'updated',
      reconcile: (key, context) =>
        sampleHost({ stores, connections, measurements, clock, random, onNews }, key, context),
    });
    connections.listen({
      onLink: (hostName) => {
        if (connections.link(hostName)?.state === 'Connected')
          statistics.enqueue(hostName, { afterMs: firstSampleWithinMs * random() });
      },
      onDomainEvent: () => {},
    });
    return statistics;
  }
}

interface Parts {
  options: OperatorOptions;
  metrics: KubeMetrics;
  recorder: EventRecorder;
  credentials: Credentials;
}

function wakeOf(controller: Pick<Controller<KubeObject>, 'enqueue'>): Wake {
  return {
    wake: (key) => controller.enqueue(key),
    wakeAfter: (key, afterMs) => controller.enqueue(key, { afterMs }),
  };
}
