import { expect, it } from 'vitest';
import { SmallWorld, vm } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { hostnameKey } from './rule-reach.ts';

const cell = (cpu: number, memory: number) => ({ limits: { cpu, memory } });
const inOneCell = (name: string, cpu: number, memory: number) => vm(name, { cpu, memory, oneCell: true });

/** Two hosts, on the second of which `large` fills a cell; on the first one only the second cell has room for it. */
function reserveOfTwoHosts(): FailureReserve {
  const world = new SmallWorld();
  const reserve = new FailureReserve(world.engine, {
    pool: 'default',
    failures: 1,
    topologyKey: hostnameKey,
  });
  const hosts = { a: [cell(9, 5), cell(10, 4)], b: [cell(10, 4), cell(5, 5)] };
  for (const [name, cells] of Object.entries(hosts)) {
    const [labels, limits] = [{ [hostnameKey]: name }, { cpu: 20, memory: 10 }];
    world.host(name, { labels, limits, cells });
    reserve.upsertHost({ name, labels, limits, takesVms: true, traits: JSON.stringify([labels, cells]) });
  }
  const large = { ...inOneCell('large', 10, 4), host: 'b', cell: 0 };
  world.engine.upsertVm(large);
  reserve.upsertVm(large);
  return reserve;
}

it('a VM that comes takes the place of one that needs the very cell that it would get', () => {
  const reserve = reserveOfTwoHosts();
  expect(reserve.targetsOf('shop/large')).toEqual(['a']);
  expect(reserve.losses([{ ...inOneCell('small', 1, 1), host: 'a' }])).toEqual(['shop/large']);
  expect(reserve.losses([{ ...inOneCell('small', 1, 1), host: 'a', cell: 0 }])).toEqual([]);
  expect(reserve.losses([{ ...vm('small', { cpu: 1, memory: 1 }), host: 'a' }])).toEqual([]);
});

it('those that fall together have their places in one cell, whatever the host has in all', () => {
  const reserve = reserveOfTwoHosts();
  expect(reserve.losses([{ ...inOneCell('x', 5, 5), host: 'b' }])).toEqual(['shop/x']);
  expect(reserve.losses([{ ...vm('x', { cpu: 5, memory: 5 }), host: 'b' }])).toEqual([]);
});
