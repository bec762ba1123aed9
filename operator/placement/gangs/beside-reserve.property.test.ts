import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { Placement } from '../model/decision.ts';
import type { VmState } from '../model/vm.ts';
import { FailureReserve } from '../reserve/failure-reserve.ts';
import { reserveReviewer } from '../reserve/reviewer.ts';
import { hostnameKey } from '../reserve/rule-reach.ts';
import { vm } from '../testing/small-world.ts';
import { placeAll } from './place-all.ts';

const names = ['a', 'b', 'c', 'd'];
const size = fc.integer({ min: 2, max: 8 });
const few = fc.subarray(names, { minLength: 2 });

/** VMs that may go to some of the hosts only, some of them there already; the others are a gang. */
const worlds = fc.record({
  limits: fc.array(fc.integer({ min: 8, max: 16 }), { minLength: names.length, maxLength: names.length }),
  placed: fc.array(fc.record({ cpu: size, at: fc.nat(3), few }), { minLength: 1, maxLength: 4 }),
  gang: fc.array(fc.record({ cpu: size, few }), { minLength: 2, maxLength: 3 }),
});
type SomeWorld = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

const onlyOn = (id: string, cpu: number, hosts: readonly string[]): VmState => ({
  ...vm(id, { cpu }),
  hostAffinity: {
    required: [{ matchExpressions: [{ key: hostnameKey, operator: 'In', values: [...hosts] }] }],
  },
});
const requestOf = (one: VmState) => ({ vm: one, pool: 'default', strategy: 'Spread' as const });

function poolOf({ limits, placed }: SomeWorld) {
  const engine = new PlacementEngine();
  const reserve = new FailureReserve(engine, { pool: 'default', failures: 1, topologyKey: hostnameKey });
  const gate = new Gate(engine, [reserveReviewer(reserve)]);
  for (const [index, name] of names.entries()) {
    const host = {
      name,
      labels: { [hostnameKey]: name },
      limits: { cpu: limits[index] ?? 0, memory: 2 ** 40 },
    };
    engine.upsertHost({ ...host, pool: 'default', available: { yes: true } });
    reserve.upsertHost({ ...host, takesVms: true, traits: '' });
  }
  for (const [index, { cpu, at, few }] of placed.entries()) {
    const host = few[at % few.length] as string;
    const one = onlyOn(`old-${index}`, cpu, few);
    if (engine.ranked(requestOf(one), names.length).includes(host)) gate.come('default', { ...one, host });
  }
  return { engine, reserve, gate };
}

/** Whether the VMs can be placed one after the other so that nobody loses a place: all hosts are tried for each. */
function canCome({ engine, reserve, gate }: ReturnType<typeof poolOf>, [first, ...rest]: VmState[]): boolean {
  if (!first) return true;
  return engine.ranked(requestOf(first), names.length).some((host) =>
    gate.trial([requestOf(first)], () => {
      const placed = { ...first, host };
      if (reserve.losses([placed]).length > 0) return false;
      gate.come('default', placed);
      return canCome({ engine, reserve, gate }, rest);
    }),
  );
}

const placedAs = (gang: readonly VmState[], placements: ReadonlyMap<string, Placement>) =>
  gang.map((one) => ({ ...one, host: '', ...placements.get(one.id) }));

it('a gang comes where nobody loses a place that is kept, and mostly if there is any such way', () => {
  let [possible, found, elsewhere] = [0, 0, 0];
  fc.assert(
    fc.property(worlds, (some) => {
      const pool = poolOf(some);
      const gang = some.gang.map(({ cpu, few }, index) => onlyOn(`new-${index}`, cpu, few));
      const before = new Set(pool.reserve.report().exposed);
      const isPossible = canCome(pool, gang);
      const decision = placeAll(pool.engine, gang.map(requestOf), { gate: pool.gate, attempts: 2 });
      possible += Number(isPossible);
      if (decision.kind === 'unplaced') return;
      found += 1;
      const freely = placeAll(pool.engine, gang.map(requestOf));
      if (freely.kind === 'placed')
        elsewhere += Number(pool.reserve.losses(placedAs(gang, freely.placements)).length > 0);
      for (const one of placedAs(gang, decision.placements)) pool.gate.come('default', one);
      expect(pool.reserve.report().exposed.filter((id) => !before.has(id))).toEqual([]);
    }),
    { numRuns: 400, seed: 1 },
  );
  // It is no search of all ways.
  expect(found / possible).toBeGreaterThan(0.95);
  expect(elsewhere).toBeGreaterThan(20);
});
