import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PoolShares, type SharedHost, type SharedVm } from './pool-shares.ts';
import type { Share } from './share.ts';

const names = ['a', 'b', 'c', 'd'];
const hostNames = ['h1', 'h2', 'h3'];
const ids = ['1', '2', '3', '4', '5', '6', '7', '8'];

const amount = (max: number) => fc.integer({ min: 0, max: max * 4 }).map((quarters) => quarters / 4);
const sizes = fc.record({ cpu: amount(6), memory: amount(6) });
const bounds = (max: number) =>
  fc.record({ cpu: amount(max), memory: amount(max) }, { requiredKeys: [] as const });

const anyShare = fc.record(
  {
    name: fc.constantFrom(...names),
    parentName: fc.constantFrom(...names, 'missing'),
    namespaces: fc.array(fc.constantFrom(...names), { maxLength: 2 }),
    reservation: bounds(6),
    limit: bounds(12),
  },
  { requiredKeys: ['name', 'namespaces', 'reservation', 'limit'] },
);
const anyShares = fc.array(anyShare, { maxLength: 5 });

/** A tree without faults, each share with the namespace of its name. */
const soundTree = fc.tuple(
  ...names.map((name, index) =>
    fc.record({ reservation: sizes, room: sizes, parent: fc.nat(index) }).map(
      ({ reservation, room, parent }): Share => ({
        ...{ name, namespaces: [name], reservation },
        limit: { cpu: reservation.cpu + room.cpu, memory: reservation.memory + room.memory },
        ...(parent < index ? { parentName: names[parent] ?? '' } : {}),
      }),
    ),
  ),
);

const anyVm = fc.record({
  id: fc.constantFrom(...ids),
  namespace: fc.constantFrom(...names, 'other'),
  requests: sizes,
});
const anyHost = fc.record({
  name: fc.constantFrom(...hostNames),
  limits: fc.record({ cpu: amount(16), memory: amount(16) }),
  takesVms: fc.boolean(),
});
const step = fc.oneof(
  anyHost.map((host) => ({ host })),
  { weight: 5, arbitrary: fc.tuple(anyVm, fc.constantFrom(...hostNames)).map((admit) => ({ admit })) },
  fc.tuple(anyVm, fc.constantFrom(...hostNames)).map((found) => ({ found })),
  { weight: 2, arbitrary: fc.constantFrom(...ids).map((noVm) => ({ noVm })) },
  fc.constantFrom(...hostNames).map((noHost) => ({ noHost })),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly shares: PoolShares;
  readonly hosts = new Map<string, SharedHost>();
  readonly vms = new Map<string, SharedVm & { host: string }>();

  constructor(shares: readonly Share[]) {
    this.shares = new PoolShares(shares);
  }

  apply(one: Step): void {
    if ('host' in one) {
      this.hosts.set(one.host.name, one.host);
      this.shares.upsertHost(one.host);
    } else if ('noHost' in one) {
      this.hosts.delete(one.noHost);
      this.shares.removeHost(one.noHost);
    } else if ('noVm' in one) {
      this.vms.delete(one.noVm);
      this.shares.removeVm(one.noVm);
    } else {
      const [vm, host] = 'admit' in one ? one.admit : one.found;
      if ('admit' in one && this.shares.refusal([vm])) return;
      this.vms.set(vm.id, { ...vm, host });
      this.shares.upsertVm({ ...vm, host });
    }
  }

  used(namespaces: readonly string[], resource: 'cpu' | 'memory'): number {
    const own = [...this.vms.values()].filter(({ namespace }) => namespaces.includes(namespace));
    return own.reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0);
  }

  free(resource: 'cpu' | 'memory'): number {
    return [...this.hosts.values()].reduce((sum, { name, limits, takesVms }) => {
      const used = [...this.vms.values()]
        .filter(({ host }) => host === name)
        .reduce((all, { requests }) => all + (requests[resource] ?? 0), 0);
      return sum + (takesVms ? Math.max(0, (limits[resource] ?? 0) - used) : 0);
    }, 0);
  }
}

const picture = (shares: PoolShares, vm: SharedVm) => [
  ...[shares.report(), shares.overdrawn, shares.faults, shares.refusal([vm])],
];

it('whatever the shares and the order of events, what was built up equals what is built anew', () => {
  fc.assert(
    fc.property(anyShares, fc.array(step, { maxLength: 40 }), anyVm, (shares, steps, vm) => {
      const world = new World(shares);
      for (const one of steps) world.apply(one);
      const anew = new PoolShares(shares);
      for (const placed of [...world.vms.values()].reverse()) anew.upsertVm(placed);
      for (const host of world.hosts.values()) anew.upsertHost(host);
      expect(picture(world.shares, vm)).toEqual(picture(anew, vm));
    }),
    { numRuns: 500 },
  );
});

it('nobody is admitted above a limit, be the shares as contradictory as may be', () => {
  fc.assert(
    fc.property(anyShares, fc.array(step, { maxLength: 40 }), anyVm, (shares, steps, vm) => {
      const world = new World(shares);
      for (const one of steps) world.apply(one);
      if (world.shares.refusal([vm])) return;
      const above = world.shares.sharesAbove(vm.namespace);
      world.vms.set(vm.id, { ...vm, host: 'h1' });
      for (const name of above) {
        const { limit } = shares.find((one) => one.name === name) as Share;
        const below = [...names, 'other'].filter((namespace) =>
          world.shares.sharesAbove(namespace).includes(name),
        );
        for (const resource of ['cpu', 'memory'] as const) {
          if ((vm.requests[resource] ?? 0) === 0) continue;
          expect(world.used(below, resource)).toBeLessThanOrEqual(
            limit[resource] ?? Number.POSITIVE_INFINITY,
          );
        }
      }
    }),
    { numRuns: 500 },
  );
});

it('what is reserved is free, and is given to those for whom it is, whoever asked before', () => {
  fc.assert(
    fc.property(soundTree, fc.array(step, { maxLength: 40 }), (shares, steps) => {
      const world = new World(shares);
      fc.pre(world.shares.faults.length === 0);
      const limits = { cpu: 30, memory: 30 };
      world.apply({ host: { name: 'h1', limits, takesVms: true } });
      fc.pre(Object.values(world.shares.overdrawn).every((missing) => missing === 0));
      for (const one of steps) if ('admit' in one || 'noVm' in one) world.apply(one);
      const left = { cpu: world.free('cpu'), memory: world.free('memory') };
      for (const { name, reservation } of shares) {
        const isLeaf = shares.every(({ parentName }) => parentName !== name);
        const rest = (resource: 'cpu' | 'memory') =>
          Math.max(0, (reservation[resource] ?? 0) - world.used([name], resource));
        const asking = { id: 'new', namespace: name, requests: { cpu: rest('cpu'), memory: rest('memory') } };
        if (isLeaf) expect(world.shares.refusal([asking])).toBeUndefined();
        left.cpu -= isLeaf ? asking.requests.cpu : 0;
        left.memory -= isLeaf ? asking.requests.memory : 0;
      }
      expect(Math.min(left.cpu, left.memory)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 500 },
  );
});

it('what is said to be available can be had, and what is more cannot, but for the want of hosts', () => {
  fc.assert(
    fc.property(anyShares, fc.array(step, { maxLength: 40 }), (shares, steps) => {
      const world = new World(shares);
      for (const one of steps) world.apply(one);
      for (const { name, available } of world.shares.report()) {
        const [namespace] = names.filter((one) => world.shares.sharesAbove(one)[0] === name);
        if (namespace === undefined) continue;
        for (const resource of ['cpu', 'memory'] as const) {
          const ask = (asked: number) => [{ id: 'new', namespace, requests: { [resource]: asked } }];
          expect(world.shares.refusal(ask(available[resource]))).toBeUndefined();
          const isRefused = world.shares.refusal(ask(available[resource] + 0.25)) !== undefined;
          expect(isRefused || available[resource] === world.free(resource)).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
});
