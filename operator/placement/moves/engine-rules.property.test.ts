import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDrain } from '../drain/plan.ts';
import { PlacementEngine } from '../engine/engine.ts';
import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { PlacedVm } from '../model/vm.ts';
import { defaultRebalanceOptions } from '../rebalance/options.ts';
import { planRebalance } from '../rebalance/plan.ts';
import { type Event, emptyWorld, happen, someEvent, somePolicy } from '../testing/histories.ts';
import { firstCell, mayTake, type PlainWorld } from '../testing/naive.ts';
import { memory } from '../testing/ways-to-clear.ts';
import { type PoolProblem, problemOf } from './engine-problem.ts';
import type { Move } from './waves.ts';

const ask = ({ host: _, ...vm }: PlacedVm) => ({ vm, pool: 'p', strategy: 'Spread' as const });
const events = fc.array(someEvent, { minLength: 30, maxLength: 70, size: 'max' });
const policies = fc.array(somePolicy, { maxLength: 2 });

/** Hosts with room in three zones, and VMs of two kinds that need each other: nothing but rules is in the way. */
const neighbours = fc
  .record({
    zones: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 4, maxLength: 6 }),
    apps: fc.array(fc.constantFrom('db', 'web'), { minLength: 4, maxLength: 8 }),
    skew: fc.integer({ min: 1, max: 2 }),
    topologyKey: fc.constantFrom('zone', 'hostname'),
    rule: fc.constantFrom('spread', 'affinity', 'both'),
  })
  .map(({ zones, apps, skew, topologyKey, rule }): Event[] => [
    ...zones.map((zone, at): Event => ({ kind: 'host', host: roomy(`h${at}`, zone) })),
    {
      kind: 'policy',
      policy: {
        ...{ name: 'near', namespace: 'n', vmSelector: { matchLabels: { app: 'db' } } },
        ...{ vmAntiAffinity: [], hostAffinity: [] },
        topologySpread: rule === 'affinity' ? [] : [{ topologyKey, maxSkew: skew, enforcement: required }],
        vmAffinity:
          rule === 'spread'
            ? []
            : [{ topologyKey: 'zone', vmSelector: { matchLabels: { app: 'web' } }, enforcement: required }],
      },
    },
    // Those that others need come first.
    ...apps
      .toSorted()
      .reverse()
      .map((app, at): Event => ({ kind: 'place', vm: small(`n/${app}-${at}`, app) })),
  ]);

const required = { required: true } as const;
const small = (id: string, app: string) => ({ id, namespace: 'n', labels: { app }, requests: { cpu: 1 } });
const roomy = (name: string, zone: string): HostState => ({
  ...{ name, pool: 'p', labels: { hostname: name, zone }, limits: { cpu: 4 }, available: { yes: true } },
});
const histories = fc.oneof(events, neighbours);

function worldOf(history: readonly Event[], more: Policy[]) {
  const [engine, world] = [new PlacementEngine(), emptyWorld()];
  for (const event of history) happen(engine, world, event);
  for (const policy of more) happen(engine, world, { kind: 'policy', policy });
  return { engine, world };
}

/** The VMs that keep all of their rules and have room where they are, told by the naive rules. */
function content(world: PlainWorld): Set<string> {
  const vms = [...world.vms.values()];
  return new Set(vms.filter((vm) => mayTake(world, vm, 'p').includes(vm.host)).map(({ id }) => id));
}

/** With VMs where they are by then; those of one cell in the first that has room there. */
function moved(world: PlainWorld, at: ReadonlyMap<string, string>): PlainWorld {
  const now = { ...world, vms: new Map(world.vms) };
  for (const [id, name] of at) {
    const [vm, host] = [world.vms.get(id), world.hosts.get(name)];
    if (!vm || !host || vm.host === name) continue;
    const { cell: _, ...rest } = vm;
    const cell = vm.oneCell ? firstCell(now, host, rest) : -1;
    now.vms.set(id, { ...rest, host: name, ...(cell < 0 ? {} : { cell }) });
  }
  return now;
}

/** Every set of the moves of a wave may have ended when another one has not. */
function* stages(wave: readonly Move[]): Generator<Move[]> {
  for (let mask = 0; mask < 2 ** wave.length; mask++) yield wave.filter((_, at) => (mask >> at) % 2 === 1);
}

/** Goes through the waves in every order in which moves may end: nobody who kept his rules breaks one. */
function expectSafe({ hosts, vms }: PoolProblem, world: PlainWorld, waves: readonly (readonly Move[])[]) {
  const at = new Map<string, string>();
  const put = (map: Map<string, string>, { vm, to }: Move) =>
    map.set((vms[vm] as PlacedVm).id, hosts[to] as string);
  let good = content(world);
  for (const wave of waves) {
    for (const ended of stages(wave)) {
      const now = new Map(at);
      for (const move of ended) put(now, move);
      const after = content(moved(world, now));
      expect([...good].filter((id) => !after.has(id))).toEqual([]);
    }
    for (const move of wave) put(at, move);
    good = content(moved(world, at));
  }
}

/** A licence is used on both hosts of a VM that migrates. */
function expectLicensed({ hosts, vms }: PoolProblem, world: PlainWorld, waves: readonly (readonly Move[])[]) {
  const at = new Map<string, string>();
  for (const wave of waves) {
    const extra = wave.map(({ vm, to }) => ({ ...(vms[vm] as PlacedVm), host: hosts[to] as string }));
    for (const policy of world.policies.values())
      for (const { topologyKey, maxDomains } of policy.domainLimits ?? []) {
        const used = (all: Iterable<PlacedVm>) => domainsUsed(world, policy, topologyKey, all).size;
        const before = moved(world, at).vms.values().toArray();
        const alone = extra.filter(
          ({ id }) =>
            domainsUsed(
              world,
              policy,
              topologyKey,
              before.filter((vm) => vm.id === id),
            ).size > 0,
        );
        if (alone.length > 0)
          expect(used([...before, ...alone])).toBeLessThanOrEqual(Math.max(maxDomains, used(before)));
      }
    for (const { id, host } of extra) at.set(id, host);
  }
}

function domainsUsed(world: PlainWorld, policy: Policy, key: string, vms: Iterable<PlacedVm>): Set<string> {
  const engine = new PlacementEngine();
  engine.upsertPolicy(policy);
  const selected = [...vms].filter((vm) => engine.policiesFor(vm).length > 0 && isSelected(policy, vm));
  return new Set(selected.flatMap((vm) => world.hosts.get(vm.host)?.labels[key] ?? []));
}

function isSelected({ namespace, vmSelector }: Policy, vm: PlacedVm): boolean {
  const engine = new PlacementEngine();
  engine.upsertVm(vm);
  return engine.placedVms(namespace, vmSelector).length > 0;
}

describe('a plan by the rules of an engine', () => {
  it('to drain hosts passes no state that breaks a rule, and leaves the engine as it was', () => {
    let moves = 0;
    fc.assert(
      fc.property(histories, policies, fc.integer({ min: 0, max: 5 }), (history, more, which) => {
        const { engine, world } = worldOf(history, more);
        const hosts = engine.hostsOf('p');
        fc.pre(hosts.length > 1);
        const leaving = which % hosts.length;
        const of = problemOf(engine, 'p', { ask, leaving: [hosts[leaving] as string] });
        expect([...of.problem.vms.memoryBytes]).toEqual(of.vms.map(memory));
        const before = hosts.map((host) => engine.vmsOn(host));
        const { waves } = engine.trial(() => planDrain(of.problem, [leaving], of.rules));
        moves += waves.flat().length;
        expect(hosts.map((host) => engine.vmsOn(host))).toEqual(before);
        expectSafe(of, world, waves);
        expectLicensed(of, world, waves);
      }),
      { numRuns: 300 },
    );
    expect(moves).toBeGreaterThan(30);
  });

  it('to rebalance passes no state that breaks a rule', () => {
    const options = { ...defaultRebalanceOptions, minImprovement: 0 };
    let moves = 0;
    fc.assert(
      fc.property(histories, policies, (history, more) => {
        const { engine, world } = worldOf(history, more);
        const of = problemOf(engine, 'p', { ask });
        const { waves } = engine.trial(() => planRebalance(of.problem, of.rules, options));
        moves += waves.flat().length;
        expectSafe(of, world, waves);
        expectLicensed(of, world, waves);
      }),
      { numRuns: 300 },
    );
    expect(moves).toBeGreaterThan(30);
  });
});
