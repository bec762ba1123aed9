import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ProtectedVm, SpareHost } from './failover.ts';
import { FailoverPlan } from './failover-plan.ts';
import { admit, lossesWith } from './testing/admit.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const ids = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const amounts = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));

const hostChange = fc.record({
  name: fc.constantFrom(...names),
  domain: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
  limits: amounts(16),
  takesVms: fc.boolean(),
});
const vmChange = fc.record({
  id: fc.constantFrom(...ids),
  host: fc.constantFrom(...names),
  sizes: amounts(6),
});
const change = fc.oneof(
  hostChange.map((host) => ({ host })),
  { arbitrary: vmChange.map((vm) => ({ vm })), weight: 3 },
  vmChange.map((admitted) => ({ admitted })),
  fc.constantFrom(...names).map((noHost) => ({ noHost })),
  fc.constantFrom(...ids).map((noVm) => ({ noVm })),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Rules let some VMs be on few hosts, so that others have to leave these to them. */
const fewHosts: Record<string, string> = { '1': 'ab', '2': 'bc', '3': 'f', '4': 'ade' };
const mayGo = (id: string, to: string) => fewHosts[id]?.includes(to) ?? true;
const planOf = (failures: number) =>
  new FailoverPlan({ failures, dimensions: 2, allows: (id) => ({ has: (to) => mayGo(id, to) }) });

/** What is known of the world, beside the plan. */
class World {
  readonly hosts = new Map<string, SpareHost>();
  readonly vms = new Map<string, ProtectedVm>();

  apply(plan: FailoverPlan, step: Change): void {
    if ('host' in step) {
      this.hosts.set(step.host.name, step.host);
      plan.upsertHost(step.host);
    } else if ('vm' in step) {
      this.vms.set(step.vm.id, step.vm);
      plan.upsertVm(step.vm);
    } else if ('admitted' in step) {
      if (admit(plan, step.admitted)) this.vms.set(step.admitted.id, step.admitted);
    } else if ('noHost' in step) {
      this.hosts.delete(step.noHost);
      plan.removeHost(step.noHost);
    } else {
      this.vms.delete(step.noVm);
      plan.removeVm(step.noVm);
    }
  }

  domains(): string[] {
    return [...new Set([...this.hosts.values()].map(({ domain }) => domain))];
  }

  domainOf(host: string): string | undefined {
    return this.hosts.get(host)?.domain;
  }
}

function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) =>
    subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

/** Lets these domains fail and starts each VM on them where the plan says; hosts that are too full then, as sentences. */
function faultsOf(world: World, plan: FailoverPlan, failed: readonly string[]): string[] {
  const isDown = (host: string) => failed.includes(world.domainOf(host) ?? '');
  const unprotected = new Set(plan.unprotected);
  const used = new Map([...world.hosts.keys()].map((name) => [name, [0, 0]]));
  const arrived = new Set<string>();
  const faults: string[] = [];
  for (const { id, host, sizes } of world.vms.values()) {
    if (!world.hosts.has(host)) continue;
    if (isDown(host) && unprotected.has(id)) continue;
    const to = isDown(host) ? plan.targetsOf(id).find((target) => !isDown(target)) : host;
    const sums = to === undefined ? undefined : used.get(to);
    if (to === undefined || !sums) {
      faults.push(`${id} goes nowhere`);
      continue;
    }
    if (to !== host) arrived.add(to);
    if (to !== host && !mayGo(id, to)) faults.push(`${id} may not go to ${to}`);
    sizes.forEach((size, dimension) => {
      sums[dimension] = (sums[dimension] ?? 0) + size;
    });
  }
  for (const name of arrived) {
    const host = world.hosts.get(name);
    if (!host?.takesVms) faults.push(`${name} takes no VMs`);
    if (host && used.get(name)?.some((sum, dimension) => sum > (host.limits[dimension] ?? 0)))
      faults.push(`${name} is too full`);
  }
  return faults;
}

it('whatever fails, every VM that is said to be protected has room where it goes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(change, { minLength: 5, maxLength: 60 }),
      (failures, steps) => {
        const plan = planOf(failures);
        const world = new World();
        for (const step of steps) {
          world.apply(plan, step);
          for (let count = 1; count <= failures; count++) {
            for (const failed of subsets(world.domains(), count))
              expect(faultsOf(world, plan, failed)).toEqual([]);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

it('finds a plan wherever every host has room for all VMs', () => {
  fc.assert(
    fc.property(fc.array(vmChange, { minLength: 1, maxLength: 20 }), (vms) => {
      const plan = new FailoverPlan({ failures: 2, dimensions: 2 });
      for (const vm of vms) plan.upsertVm(vm);
      for (const name of names) plan.upsertHost({ name, domain: name, limits: [200, 200], takesVms: true });
      expect(plan.unprotected).toEqual([]);
    }),
  );
});

it('what is tried leaves everything as it was, and tells what comes of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 }),
      fc.array(change, { maxLength: 40 }),
      fc.array(change, { maxLength: 10 }),
      vmChange,
      (failures, steps, tried, vm) => {
        const plan = planOf(failures);
        const world = new World();
        for (const step of steps) world.apply(plan, step);
        const picture = () => [
          ...[plan.unprotected, plan.kept, plan.exposed, ids.map((id) => plan.targetsOf(id))],
          names.map((name) => plan.spareOn(name)),
        ];
        const before = picture();
        const after = plan.trial(() => {
          const supposed = new World();
          for (const [id, one] of world.vms) supposed.vms.set(id, one);
          for (const step of tried) supposed.apply(plan, step);
          return picture();
        });
        expect(picture()).toEqual(before);
        const losses = lossesWith(plan, vm);
        expect(picture()).toEqual(before);
        expect(admit(plan, vm)).toBe(losses.length === 0);
        if (losses.length === 0) return;
        expect(picture()).toEqual(before);
        for (const step of tried) world.apply(plan, step);
        expect(picture()).toEqual(after);
      },
    ),
    { numRuns: 300 },
  );
});

it('nobody is without a place while a host elsewhere has room for it that is kept for nobody', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (steps) => {
      const plan = planOf(1);
      const world = new World();
      for (const step of steps) world.apply(plan, step);
      for (const host of world.hosts.values()) {
        for (const id of plan.unprotected) {
          const vm = world.vms.get(id);
          if (!vm || !host.takesVms || world.domainOf(vm.host) === host.domain) continue;
          expect(mayGo(id, host.name) && plan.hasSpare(host.name, vm.sizes)).toBe(false);
        }
      }
    }),
  );
});
