import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { VmState } from '../model/vm.ts';
import { vm } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { fitsInDomains } from './fits.ts';
import { reserveReviewer } from './reviewer.ts';

describe('VMs alike in failure domains', () => {
  it('find for one failure what the largest domain leaves', () => {
    expect(fitsInDomains([4, 3, 3], 1)).toBe(6);
    expect(fitsInDomains([4, 1], 1)).toBe(1);
    expect([fitsInDomains([4], 1), fitsInDomains([], 1), fitsInDomains([0, 0], 1)]).toEqual([0, 0, 0]);
  });

  it('find for two failures three domains each', () => {
    expect(fitsInDomains([1, 1, 1], 2)).toBe(1);
    expect(fitsInDomains([9, 1, 1], 2)).toBe(1);
    expect(fitsInDomains([4, 4, 4, 4], 2)).toBe(5);
    expect([fitsInDomains([9, 9], 2), fitsInDomains([], 2)]).toEqual([0, 0]);
  });
});

/** Whether VMs can be so many in each domain, and those of each find as many slots outside of it that no VM is in. */
const isSafe = (slots: readonly number[], vms: readonly number[]) =>
  vms.every((count, at) => {
    const outside = slots.reduce((sum, slot, d) => sum + (d === at ? 0 : slot - (vms[d] ?? 0)), 0);
    return count <= outside;
  });

/** All ways to have VMs in the slots. */
function* ways([first, ...rest]: readonly number[]): Generator<number[]> {
  if (first === undefined) yield [];
  else for (let count = 0; count <= first; count++) for (const way of ways(rest)) yield [count, ...way];
}

/** How often so many different domains can each give a slot: those with most of them give first. */
function setsOf(slots: readonly number[], size: number): number {
  const left = [...slots];
  for (let sets = 0; ; sets++) {
    left.sort((a, b) => b - a);
    if (!((left[size - 1] ?? 0) > 0)) return sets;
    for (let at = 0; at < size; at++) left[at] = (left[at] ?? 0) - 1;
  }
}

it('as many as are told can be had, and for one failure no more', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 4 }), fc.constantFrom(2, 3), (slots, failures) => {
      const most = Math.max(...[...ways(slots)].filter((way) => isSafe(slots, way)).map(sumOf));
      expect(fitsInDomains(slots, 1)).toBe(most);
      expect(fitsInDomains(slots, failures)).toBe(setsOf(slots, failures + 1));
    }),
  );
});

const key = 'rack';
const host = fc.record({
  rack: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
  cpu: fc.integer({ min: 1, max: 8 }),
  takesVms: fc.constantFrom(true, true, true, false),
  isTainted: fc.constantFrom(false, false, false, true),
});
const world = fc.record({
  hosts: fc.array(host, { minLength: 1, maxLength: 7 }),
  placed: fc.array(fc.record({ cpu: fc.integer({ min: 1, max: 4 }), at: fc.nat(6) }), { maxLength: 5 }),
  asked: fc.integer({ min: 1, max: 4 }),
  gpus: fc.constantFrom(0, 0, 1),
});

type SomeWorld = typeof world extends fc.Arbitrary<infer T> ? T : never;
type Pool = ReturnType<typeof poolOf>;

function poolOf({ hosts, placed }: SomeWorld, failures: number) {
  const engine = new PlacementEngine();
  const reserve = new FailureReserve(engine, { pool: 'default', failures, topologyKey: key });
  for (const [index, { rack, cpu, takesVms, isTainted }] of hosts.entries()) {
    const labels = { rack };
    const limits = { cpu, memory: 2 ** 40, gpu: index % 2 };
    const taints = isTainted ? [{ key: 'gpu', value: '', effect: 'NoSchedule' as const }] : [];
    const available = takesVms ? ({ yes: true } as const) : ({ yes: false, reason: 'is cordoned' } as const);
    engine.upsertHost({ name: `h${index}`, pool: 'default', labels, limits, taints, available });
    reserve.upsertHost({ name: `h${index}`, labels, limits, takesVms, traits: JSON.stringify(taints) });
  }
  for (const [index, { cpu, at }] of placed.entries()) {
    const one = { ...vm(`old-${index}`, { cpu }), host: `h${at % hosts.length}` };
    engine.upsertVm(one);
    reserve.upsertVm(one);
  }
  return { engine, reserve, gate: new Gate(engine, [reserveReviewer(reserve)]) };
}

/** Places one after the other as the pool does, until one is refused; 40 at most. */
function placeAll({ engine, reserve, gate }: Pool, asked: VmState): number {
  for (let count = 0; count < 40; count++) {
    const of = { ...asked, id: `new-${count}` };
    const request = { vm: of, pool: 'default', strategy: 'Spread' as const };
    const best = engine.find(request);
    const found = best && gate.choose(request, best);
    if (found?.kind !== 'placed') return count;
    engine.upsertVm({ ...of, host: found.host });
    reserve.upsertVm({ ...of, host: found.host });
  }
  return 40;
}

const askedIn = ({ asked, gpus }: SomeWorld) => {
  const one = vm('asked', { cpu: asked });
  return gpus === 0 ? one : { ...one, requests: { ...one.requests, gpu: gpus } };
};

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

function told(some: SomeWorld, failures: number): number {
  const request = { vm: askedIn(some), pool: 'default', strategy: 'Spread' as const };
  return poolOf(some, failures).reserve.room().fits(request);
}

it.each([1, 2])('a pool that keeps room for %i failures takes in about as many as are told', (failures) => {
  const worlds = fc.sample(world, { numRuns: 500, seed: 1 });
  const seen = worlds.map((some) => ({
    told: told(some, failures),
    came: placeAll(poolOf(some, failures), askedIn(some)),
  }));
  const sum = (of: 'told' | 'came') => seen.reduce((total, one) => total + one[of], 0);
  expect(sum('told')).toBeGreaterThan(0.6 * sum('came'));
  expect(sum('told')).toBeLessThanOrEqual(sum('came'));
  expect(seen.filter((one) => one.told > one.came).length).toBeLessThan(5);
});
