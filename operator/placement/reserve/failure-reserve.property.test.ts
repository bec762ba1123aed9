import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostnameKey } from './rule-reach.ts';
import { step, World } from './testing/reserved-world.ts';

it.each([
  { failures: 1, key: hostnameKey, inOneCell: 1 },
  { failures: 1, key: 'zone', inOneCell: 3 },
  { failures: 1, key: hostnameKey, inOneCell: 4 },
  { failures: 2, key: hostnameKey, inOneCell: 1 },
])(
  'in any order of events, no placement breaks the reserve for $failures of $key, and all go where they may, of 4 VMs $inOneCell in one cell',
  ({ failures, key, inOneCell }) => {
    fc.assert(
      fc.property(fc.array(step(inOneCell), { minLength: 5, maxLength: 40 }), (steps) => {
        const world = new World(failures, key);
        for (const one of steps) {
          expect(world.apply(one)).toEqual([]);
          for (const failed of world.failures(failures)) {
            expect(world.strandedAfter(failed)).toEqual([]);
            if (failures === 1) expect(world.faultsAfter(failed)).toEqual([]);
          }
        }
      }),
      { numRuns: 500 },
    );
  },
);

it('who may be somewhere only as long as another VM is elsewhere has no place there once that one is gone', () => {
  const world = new World(1, hostnameKey);
  const labels = { app: 'web' as const };
  for (const [name, zone, size] of [
    ['a', 'z1', 1],
    ['b', 'z1', 1],
    ['c', 'z2', 3],
    ['d', 'z3', 1],
  ] as const)
    world.apply({ host: { name, zone, size, takesVms: true } });
  world.apply({ rule: { app: 'web', topologyKey: 'zone', kind: 'spread', maxSkew: 2 } });
  for (const [id, host] of ['1 a', '2 b', '3 c', '4 c', '5 d'].map((text) => text.split(' ')))
    world.apply({ found: [{ id: id as '1', cpu: 1, labels }, host as 'a'] });
  expect(world.reserve.targetsOf('shop/1')).toEqual(['c']);
  // With nobody left in the first zone, a third VM in the second one is two too many.
  world.apply({ noVm: '2' });
  expect(world.reserve.targetsOf('shop/1')).toEqual(['b']);
});
