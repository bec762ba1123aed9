import fc from 'fast-check';
import type { z } from 'zod';
import { hostPoolSpec } from '../../../../operator/api/hostpool.ts';
import { placementPolicySpec } from '../../../../operator/api/placementpolicy.ts';
import { arbitraryOf } from '../arbitrary-of.ts';
import { until, type Wish } from '../histories.ts';
import { mostly, specs, type WrittenSpec } from '../specs.ts';
import { crowdSurroundings, hostLabels } from './surroundings.ts';

/** A VM that somebody makes. */
export interface Newcomer {
  namespace: 'shop' | 'lab';
  labels: Readonly<Record<string, string>>;
  spec: WrittenSpec;
}

/** What befalls a crowd of VMs. `whom`: a number for one of those that are there. */
export type Happening =
  | { kind: 'comes'; vm: Newcomer }
  | { kind: 'goes'; whom: number }
  | { kind: 'is worth'; whom: number; priority: number | undefined }
  | { kind: 'is to'; whom: number; runStrategy: 'Always' | 'Halted' }
  | { kind: 'policy is worth'; which: number; priority: number | undefined }
  | { kind: 'policy forbids'; which: number; preemption: WrittenPolicy['preemption'] }
  | { kind: 'operator dies' };

export type WrittenPolicy = z.input<typeof placementPolicySpec>;
export type WrittenPool = Partial<z.input<typeof hostPoolSpec>>;

/** A pool, the policies of its VMs, and what befalls these. */
export interface Crowd {
  pool: WrittenPool;
  policies: readonly WrittenPolicy[];
  happenings: readonly (Happening & Pick<Wish, 'until'>)[];
  /** Who comes when all is quiet, and is important. */
  last: Newcomer;
}

/** Few hosts for many VMs, so that they are in each other's way. */
export function crowds(): fc.Arbitrary<Crowd> {
  return fc.record({
    pool: pools(),
    policies: fc.array(policies(), { minLength: 1, maxLength: 3 }),
    happenings: fc.array(happenings(), { minLength: 8, maxLength: 20, size: 'max' }),
    last: fc.record({ vm: newcomers(), priority: some([5, 10, 20]) }).map(({ vm, priority }) => ({
      ...vm,
      spec: { ...vm.spec, placement: { ...vm.spec.placement, priority } },
    })),
  });
}

const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const apps = ['a', 'b', 'c'];
const priorities = [0, 1, 1, 5, 5, 10];

/** Members that are undefined are left out, as a user does. */
function written<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

function happenings(): fc.Arbitrary<Crowd['happenings'][number]> {
  const whom = fc.nat(30);
  const priority = fc.option(some(priorities), { nil: undefined });
  const one: fc.Arbitrary<Happening> = fc.oneof(
    { weight: 24, arbitrary: fc.record({ kind: fc.constant('comes' as const), vm: newcomers() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('goes' as const), whom }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('is worth' as const), whom, priority }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('is to' as const),
        whom,
        runStrategy: some(['Always', 'Halted'] as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('policy is worth' as const), which: whom, priority }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('policy forbids' as const),
        which: whom,
        preemption: forbidden(),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'operator dies' as const }) },
  );
  return fc.tuple(one, until).map(([happening, pause]) => ({ ...happening, until: pause }));
}

/** Of preemption: who may be stopped, and for whom, if anything is said of it. */
function forbidden(): fc.Arbitrary<WrittenPolicy['preemption']> {
  return arbitraryOf(placementPolicySpec.shape.preemption);
}

/** What narrows down the hosts is mostly left out: each of them is nobody's rival. */
function newcomers(): fc.Arbitrary<Newcomer> {
  const narrow = ['hostSelector', 'hostAffinity', 'tolerations', 'resources', 'machineType', 'interfaces'];
  return fc
    .record({
      namespace: some(['shop', 'shop', 'shop', 'lab'] as const),
      app: some(apps),
      spec: specs(crowdSurroundings, {
        'placement.priority': mostly(some(priorities)),
        'memory.hugePageSize': seldom,
        runStrategy: mostly(fc.constant('Always')),
      }),
      kept: fc.subarray(narrow, { maxLength: 2 }),
    })
    .map(({ namespace, app, spec, kept }) => {
      const stays = ([name]: [string, unknown]) => !narrow.includes(name) || kept.includes(name);
      const { placement, ...rest } = spec;
      const { hostPoolRef: _, ...selection } = placement ?? {};
      const narrowed = Object.fromEntries(Object.entries(selection).filter(stays));
      const ofVm = Object.fromEntries(Object.entries(rest).filter(stays)) as WrittenSpec;
      return { namespace, labels: { app }, spec: { ...ofVm, placement: narrowed } };
    });
}

function policies(): fc.Arbitrary<WrittenPolicy> {
  const selector = fc.oneof(
    some(apps).map((app) => ({ matchLabels: { app } })),
    some(apps).map((app) => ({
      matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: [app] }],
    })),
  );
  const topologyKey = mostly(some(['zone', 'kubernetes.io/hostname']));
  const few = (derived: fc.Arbitrary<unknown>) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: derived.map((list) => (list as unknown[]).slice(0, 1)) },
    );
  const lists = ['vmAntiAffinity', 'vmAffinity', 'topologySpread', 'domainLimits'];
  return arbitraryOf(placementPolicySpec, {
    vmSelector: mostly(selector),
    ...Object.fromEntries(lists.map((list) => [list, few])),
    ...Object.fromEntries(lists.map((list) => [`${list}[].topologyKey`, topologyKey])),
    'vmAntiAffinity[].vmSelector': mostly(selector),
    'vmAffinity[].vmSelector': mostly(selector),
    'topologySpread[].maxSkew': mostly(some([1, 2])),
    'domainLimits[].maxDomains': mostly(some([1, 2])),
    hostAffinity: (derived) => few(few(derived)),
    'hostAffinity[].hostSelector': mostly(
      some(hostLabels).map(([key, value]) => ({ matchLabels: { [key]: value } })),
    ),
    hostSharing: (derived) =>
      fc.oneof({ weight: 8, arbitrary: fc.constant('Shared') }, { weight: 1, arbitrary: derived }),
    priority: mostly(some(priorities)),
    preemption: seldom,
    gang: seldom,
    'gang.minMembers': mostly(some([2, 2, 3])),
  });
}

function pools(): fc.Arbitrary<WrittenPool> {
  const amounts = (cpuCores: readonly number[], memory: readonly string[]) =>
    fc.record(
      { cpuCores: some(cpuCores), memory: some(memory) },
      { requiredKeys: [], noNullPrototype: true },
    );
  const share = (name: string, namespaces: readonly string[], parentName: fc.Arbitrary<string | undefined>) =>
    fc
      .record({
        parentName,
        reservation: fc.option(amounts([4, 8], ['10Gi', '30Gi']), { nil: undefined }),
        limit: fc.option(amounts([8, 16, 24], ['30Gi', '60Gi', '90Gi']), { nil: undefined }),
      })
      .map((parts) => written({ name, namespaces: [...namespaces], ...parts }));
  const whole = amounts([24, 32], ['90Gi', '120Gi']).map((limit) => ({ name: 'all', limit }));
  const shares = fc
    .tuple(
      whole,
      share('team', ['shop'], seldom(fc.constant('all'))),
      share('lab', ['lab'], seldom(fc.constant('all'))),
    )
    .filter((list) => hostPoolSpec.shape.shares.safeParse(list).success);
  return fc
    .record({
      preemption: fc.oneof(
        { weight: 4, arbitrary: fc.constant({ mode: 'StopVirtualMachines' as const }) },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
      shares: fc.option(shares, { nil: undefined }),
      failureReserve: seldom(fc.constant({})),
      strategy: fc.option(some(['Spread', 'Pack'] as const), { nil: undefined }),
    })
    .map(written);
}
