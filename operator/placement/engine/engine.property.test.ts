import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacementRequest } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import { type Labels, matches } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import { PlacementEngine } from './engine.ts';

const apps = ['db', 'web', 'batch'];
const zones = ['a', 'b', 'c'];
const selector = fc.constantFrom(...apps).map((app) => ({ matchLabels: { app } }));
const topologyKey = fc.constantFrom('zone', 'hostname');
const always = { required: true } as const;

const hostState = fc.record({
  zone: fc.option(fc.constantFrom(...zones), { nil: undefined }),
  available: fc.boolean(),
  cpu: fc.integer({ min: 1, max: 8 }),
  memory: fc.integer({ min: 1, max: 16 }),
});

const hostStates = fc.array(hostState, { maxLength: 6 }).map((states) =>
  states.map(({ zone, available, cpu, memory }, index): HostState => {
    const name = `h${index}`;
    return {
      ...{ name, pool: 'default', limits: { cpu, memory } },
      labels: { hostname: name, ...(zone ? { zone } : {}) },
      available: available ? { yes: true } : { yes: false, reason: 'is cordoned' },
    };
  }),
);

const vmState = (id: string) =>
  fc
    .record({
      app: fc.constantFrom(...apps),
      cpu: fc.integer({ min: 1, max: 3 }),
      memory: fc.integer({ min: 1, max: 5 }),
    })
    .map(
      ({ app, cpu, memory }): VmState => ({ id, namespace: 'n', labels: { app }, requests: { cpu, memory } }),
    );

const placedVms = fc
  .array(fc.tuple(vmState('x'), fc.integer({ min: 0, max: 5 })), { maxLength: 8 })
  .map((list) =>
    list.map(([vm, host], index): PlacedVm => ({ ...vm, id: `n/vm-${index}`, host: `h${host}` })),
  );

const policies = fc.array(
  fc.record({
    vmSelector: selector,
    anti: fc.array(fc.record({ topologyKey, vmSelector: fc.option(selector, { nil: undefined }) }), {
      maxLength: 1,
    }),
    with: fc.array(fc.record({ topologyKey, vmSelector: fc.option(selector, { nil: undefined }) }), {
      maxLength: 1,
    }),
    spread: fc.array(fc.record({ topologyKey, maxSkew: fc.integer({ min: 1, max: 2 }) }), { maxLength: 1 }),
    zone: fc.option(fc.constantFrom(...zones), { nil: undefined }),
  }),
  { maxLength: 2 },
);

const world = fc
  .record({ hosts: hostStates, placed: placedVms, vm: vmState('n/new'), policies })
  .map((parts) => ({
    ...parts,
    policies: parts.policies.map((one, index): Policy => {
      const term = (of: { topologyKey: string; vmSelector: { matchLabels: Labels } | undefined }) => ({
        topologyKey: of.topologyKey,
        ...(of.vmSelector ? { vmSelector: of.vmSelector } : {}),
        enforcement: always,
      });
      return {
        ...{ name: `p${index}`, namespace: 'n', vmSelector: one.vmSelector },
        vmAntiAffinity: one.anti.map(term),
        vmAffinity: one.with.map(term),
        topologySpread: one.spread.map((of) => ({ ...of, enforcement: always })),
        hostAffinity: one.zone
          ? [{ hostSelector: { matchLabels: { zone: one.zone } }, enforcement: always }]
          : [],
      };
    }),
  }));

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function tell(engine: PlacementEngine, { hosts, placed, policies: all }: Omit<World, 'vm'>): PlacementEngine {
  for (const host of hosts) engine.upsertHost(host);
  for (const vm of placed) engine.upsertVm(vm);
  for (const policy of all) engine.upsertPolicy(policy);
  return engine;
}

function untell(engine: PlacementEngine, { hosts, placed, policies: all }: Omit<World, 'vm'>): void {
  for (const policy of all) engine.removePolicy(policy.namespace, policy.name);
  for (const host of hosts) engine.removeHost(host.name);
  for (const vm of placed) engine.removeVm(vm.id);
}

const engineOf = (of: Omit<World, 'vm'>) => tell(new PlacementEngine(), of);

const requestOf = ({ vm }: World): PlacementRequest => ({ vm, pool: 'default', strategy: 'Spread' });

/** The rules again, told naively: which hosts may take the VM, each by looking at every VM anew. */
function mayTake({ hosts, placed, vm, policies: all }: World): string[] {
  const labelsOf = (name: string) => hosts.find((host) => host.name === name)?.labels ?? {};
  const mine = all.filter((policy) => matches(policy.vmSelector, vm.labels));
  const hostRules = (host: HostState) =>
    host.available.yes &&
    mine.every((policy) => policy.hostAffinity.every((term) => matches(term.hostSelector, host.labels)));
  const among = (key: string, value: string | undefined, concerns: (other: PlacedVm) => boolean) =>
    placed.filter((other) => value !== undefined && labelsOf(other.host)[key] === value && concerns(other))
      .length;
  return hosts
    .filter((host) => {
      const on = placed.filter((other) => other.host === host.name);
      const sum = (field: 'cpu' | 'memory') =>
        on.reduce((total, other) => total + (other.requests[field] ?? 0), vm.requests[field] ?? 0);
      if (!hostRules(host)) return false;
      if (sum('cpu') > (host.limits['cpu'] ?? 0) || sum('memory') > (host.limits['memory'] ?? 0))
        return false;
      for (const policy of all) {
        for (const term of policy.vmAntiAffinity) {
          const value = host.labels[term.topologyKey];
          const others = term.vmSelector ?? policy.vmSelector;
          const isMine = mine.includes(policy);
          if (
            isMine &&
            (value === undefined || among(term.topologyKey, value, (o) => matches(others, o.labels)) > 0)
          )
            return false;
          const isTheirs = term.vmSelector !== undefined && matches(term.vmSelector, vm.labels);
          if (isTheirs && among(term.topologyKey, value, (o) => matches(policy.vmSelector, o.labels)) > 0)
            return false;
        }
      }
      for (const policy of mine) {
        for (const term of policy.vmAffinity) {
          const value = host.labels[term.topologyKey];
          const others = term.vmSelector ?? policy.vmSelector;
          if (value === undefined) return false;
          const anywhere = placed.some(
            (o) => labelsOf(o.host)[term.topologyKey] !== undefined && matches(others, o.labels),
          );
          if (!anywhere && matches(others, vm.labels)) continue;
          if (among(term.topologyKey, value, (o) => matches(others, o.labels)) === 0) return false;
        }
        for (const term of policy.topologySpread) {
          const value = host.labels[term.topologyKey];
          if (value === undefined) return false;
          const count = (of: string) =>
            among(term.topologyKey, of, (o) => matches(policy.vmSelector, o.labels));
          const domains = hosts.filter(hostRules).flatMap((one) => one.labels[term.topologyKey] ?? []);
          if (count(value) + 1 - Math.min(...domains.map(count)) > term.maxSkew) return false;
        }
      }
      return true;
    })
    .map((host) => host.name);
}

describe('any decision', () => {
  it('is for a host that keeps every rule and limit, and is none only when there is no such host', () => {
    fc.assert(
      fc.property(world, (one) => {
        const decision = engineOf(one).place(requestOf(one));
        const possible = mayTake(one);
        if (decision.kind === 'placed') expect(possible).toContain(decision.host);
        else expect(possible).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('accounts for every host of the pool when it is none', () => {
    fc.assert(
      fc.property(world, (one) => {
        const decision = engineOf(one).place(requestOf(one));
        if (decision.kind === 'placed') return;
        const told = decision.rejections.flatMap(({ hosts }) => hosts);
        expect(told.toSorted()).toEqual(one.hosts.map(({ name }) => name).toSorted());
      }),
    );
  });

  it('does not depend on the order in which the world was told', () => {
    fc.assert(
      fc.property(world, (one) => {
        const backwards = {
          hosts: one.hosts.toReversed(),
          placed: one.placed.toReversed(),
          policies: one.policies.toReversed(),
        };
        expect(engineOf(backwards).place(requestOf(one))).toEqual(engineOf(one).place(requestOf(one)));
      }),
    );
  });

  it('is the same after detours as in a world that was always so', () => {
    fc.assert(
      fc.property(world, world, (one, before) => {
        const engine = engineOf(before);
        untell(engine, before);
        tell(engine, one);
        expect(engine.place(requestOf(one))).toEqual(engineOf(one).place(requestOf(one)));
      }),
    );
  });

  it('is the same for a VM that has a host already, wherever that is', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: 5 }), (one, on) => {
        const engine = engineOf(one);
        engine.upsertVm({ ...one.vm, host: `h${on}` });
        expect(engine.place(requestOf(one))).toEqual(engineOf(one).place(requestOf(one)));
      }),
    );
  });

  it('stands up to a check once the VM is there', () => {
    fc.assert(
      fc.property(world, (one) => {
        const engine = engineOf(one);
        const decision = engine.place(requestOf(one));
        if (decision.kind !== 'placed') return;
        engine.upsertVm({ ...one.vm, host: decision.host });
        expect(engine.check(requestOf(one), decision.host)).toBeUndefined();
      }),
    );
  });

  it('is the same whether a selector was asked about before or after the VMs came and went', () => {
    fc.assert(
      fc.property(world, world, (one, before) => {
        const engine = engineOf(before);
        engine.place(requestOf(one));
        untell(engine, before);
        tell(engine, one);
        expect(engine.place(requestOf(one))).toEqual(engineOf(one).place(requestOf(one)));
      }),
    );
  });
});
