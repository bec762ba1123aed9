import fc from 'fast-check';
import type { PlacementEngine } from '../engine/engine.ts';
import type { HostState } from '../model/host.ts';
import type { Enforcement, Policy } from '../model/policy.ts';
import { hugePages, memory } from '../model/resources.ts';
import type { Selector } from '../model/selector.ts';
import type { VmState } from '../model/vm.ts';
import type { PlainWorld } from './naive.ts';

/** One thing that an engine is told. */
export type Event =
  | { kind: 'host'; host: HostState }
  | { kind: 'host gone'; name: string }
  | { kind: 'place'; vm: VmState }
  | { kind: 'put'; vm: VmState; host: string; cell?: number }
  | { kind: 'vm gone'; id: string }
  | { kind: 'policy'; policy: Policy }
  | { kind: 'policy gone'; namespace: string; name: string };

const namespace = fc.constantFrom('n', 'm');
const app = fc.constantFrom('db', 'web', 'batch');
const zone = fc.constantFrom('a', 'b', 'c');
const hostName = fc.integer({ min: 0, max: 5 }).map((number) => `h${number}`);
const topologyKey = fc.constantFrom('zone', 'hostname');
const absent = fc.constant(undefined);
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: absent }, { weight: 1, arbitrary });
const usually = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 1, arbitrary: absent }, { weight: 4, arbitrary });

const vmSelector: fc.Arbitrary<Selector> = fc.oneof(
  app.map((of) => ({ matchLabels: { app: of } })),
  fc.constantFrom('Exists' as const, 'DoesNotExist' as const).map((operator) => ({
    matchExpressions: [{ key: 'tier', operator }],
  })),
  fc.tuple(fc.constantFrom('In' as const, 'NotIn' as const), app, app).map(([operator, ...values]) => ({
    matchExpressions: [{ key: 'app', operator, values }],
  })),
);

const hostSelector: fc.Arbitrary<Selector> = fc.oneof(
  zone.map((of) => ({ matchLabels: { zone: of } })),
  fc.constantFrom('In' as const, 'NotIn' as const).map((operator) => ({
    matchExpressions: [{ key: 'generation', operator, values: ['1', '2'] }],
  })),
);

const enforcement: fc.Arbitrary<Enforcement> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ required: true } as const) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 100 }).map((weight) => ({ required: false as const, weight })),
  },
);

/** Members that are undefined are left out, as plain data has them. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

const someCell = fc
  .record({
    cpu: fc.integer({ min: 1, max: 6 }),
    memory: fc.integer({ min: 2, max: 12 }),
    [hugePages('2Mi')]: fc.integer({ min: 0, max: 8 }),
  })
  .map((limits) => ({ limits }));

export const someHost: fc.Arbitrary<HostState> = fc
  .record({
    name: hostName,
    pool: fc.constantFrom('p', 'p', 'p', 'q'),
    zone: usually(zone),
    generation: fc.integer({ min: 1, max: 3 }),
    isAvailable: fc.constantFrom(true, true, true, true, true, false),
    cpu: fc.integer({ min: 2, max: 12 }),
    memory: fc.integer({ min: 4, max: 24 }),
    huge: fc.integer({ min: 0, max: 16 }),
    disk: usually(fc.integer({ min: 1, max: 6 })),
    isTainted: fc.constantFrom(true, false, false, false),
    offers: fc.subarray(['blue', 'red']),
    cells: usually(fc.array(someCell, { minLength: 1, maxLength: 3 })),
  })
  .map((of) => ({
    ...{ name: of.name, pool: of.pool, offers: of.offers },
    labels: defined({ hostname: of.name, zone: of.zone, generation: `${of.generation}` }) as Record<
      string,
      string
    >,
    available: of.isAvailable ? { yes: true as const } : { yes: false as const, reason: 'is cordoned' },
    limits: defined({
      ...{ cpu: of.cpu, memory: of.memory, disk: of.disk },
      [hugePages('2Mi')]: of.huge,
    }) as Record<string, number>,
    ...(of.cells ? { cells: of.cells } : {}),
    taints: of.isTainted ? [{ key: 'gpu', effect: 'NoSchedule' as const }] : [],
  }));

export const someVm: fc.Arbitrary<VmState> = fc
  .record({
    namespace,
    number: fc.integer({ min: 0, max: 7 }),
    app,
    tier: usually(fc.constant('1')),
    cpu: fc.integer({ min: 1, max: 3 }),
    bytes: fc.integer({ min: 1, max: 5 }),
    kind: fc.constantFrom(memory, memory, hugePages('2Mi')),
    guestMemoryBytes: seldom(fc.integer({ min: 1, max: 20 })),
    disk: seldom(fc.integer({ min: 0, max: 2 })),
    hostSelector: seldom(hostSelector),
    hostAffinity: seldom(
      fc.array(hostSelector, { minLength: 1, maxLength: 2 }).map((required) => ({ required })),
    ),
    tolerations: seldom(fc.constant([{ key: 'gpu' }])),
    needs: seldom(fc.subarray(['blue', 'red'])),
    oneCell: seldom(fc.constant(true)),
    priority: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ number, app: of, tier, cpu, bytes, kind, disk, ...rest }) =>
    defined({
      ...{ ...rest, id: `${rest.namespace}/vm-${number}` },
      labels: defined({ app: of, tier }) as Record<string, string>,
      requests: defined({ cpu, [kind]: bytes, disk }) as Record<string, number>,
    }),
  ) as fc.Arbitrary<VmState>;

const affinityTerms = fc.array(
  fc.record({ topologyKey, vmSelector: seldom(vmSelector), enforcement }).map(defined),
  { maxLength: 1 },
) as fc.Arbitrary<Policy['vmAffinity']>;

export const somePolicy: fc.Arbitrary<Policy> = fc.record({
  namespace,
  name: fc.constantFrom('p1', 'p2', 'p3'),
  vmSelector,
  vmAntiAffinity: affinityTerms,
  vmAffinity: affinityTerms,
  topologySpread: fc.array(fc.record({ topologyKey, maxSkew: fc.integer({ min: 1, max: 2 }), enforcement }), {
    maxLength: 2,
  }),
  hostAffinity: fc.array(fc.record({ hostSelector, enforcement }), { maxLength: 1 }),
  exclusive: fc.constantFrom(true, false, false, false),
  neverPreempts: fc.constantFrom(true, false, false, false),
  neverVictim: fc.constantFrom(true, false, false),
  domainLimits: fc.array(fc.record({ topologyKey, maxDomains: fc.integer({ min: 1, max: 2 }) }), {
    maxLength: 1,
  }),
});

export const someEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: someHost.map((host) => ({ kind: 'host' as const, host })) },
  { weight: 1, arbitrary: hostName.map((name) => ({ kind: 'host gone' as const, name })) },
  { weight: 6, arbitrary: someVm.map((vm) => ({ kind: 'place' as const, vm })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        ...{ kind: fc.constant('put' as const), vm: someVm, host: hostName },
        cell: seldom(fc.integer({ min: 0, max: 3 })),
      })
      .map(defined) as fc.Arbitrary<Event>,
  },
  { weight: 2, arbitrary: someVm.map(({ id }) => ({ kind: 'vm gone' as const, id })) },
  { weight: 2, arbitrary: somePolicy.map((policy) => ({ kind: 'policy' as const, policy })) },
  {
    weight: 1,
    arbitrary: somePolicy.map((policy) => ({ ...policy, kind: 'policy gone' as const })),
  },
);

export const emptyWorld = (): PlainWorld => ({ hosts: new Map(), vms: new Map(), policies: new Map() });

/** Tells the engine and the plain world of it; a VM is placed where the engine wants it, if anywhere. */
export function happen(engine: PlacementEngine, world: PlainWorld, event: Event): void {
  switch (event.kind) {
    case 'host':
      engine.upsertHost(event.host);
      world.hosts.set(event.host.name, event.host);
      break;
    case 'host gone':
      engine.removeHost(event.name);
      world.hosts.delete(event.name);
      break;
    case 'place': {
      const decision = engine.place({ vm: event.vm, pool: 'p', strategy: 'Spread' });
      if (decision.kind === 'placed') happen(engine, world, { ...event, ...decision, kind: 'put' });
      break;
    }
    case 'put': {
      const { vm, host, cell } = event;
      const placed = { ...vm, host, ...(cell === undefined ? {} : { cell }) };
      engine.upsertVm(placed);
      world.vms.set(vm.id, placed);
      break;
    }
    case 'vm gone':
      engine.removeVm(event.id);
      world.vms.delete(event.id);
      break;
    case 'policy':
      engine.upsertPolicy(event.policy);
      world.policies.set(`${event.policy.namespace}/${event.policy.name}`, event.policy);
      break;
    case 'policy gone':
      engine.removePolicy(event.namespace, event.name);
      world.policies.delete(`${event.namespace}/${event.name}`);
  }
}

/** Tells an engine of the world at once, in the order of the maps or the opposite one. */
export function tell(
  engine: PlacementEngine,
  { hosts, vms, policies }: PlainWorld,
  backwards = false,
): PlacementEngine {
  const inOrder = <T>(all: Map<string, T>) => (backwards ? [...all.values()].reverse() : [...all.values()]);
  for (const policy of inOrder(policies)) engine.upsertPolicy(policy);
  for (const vm of inOrder(vms)) engine.upsertVm(vm);
  for (const host of inOrder(hosts)) engine.upsertHost(host);
  return engine;
}
