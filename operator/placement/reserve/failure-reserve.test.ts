import { expect, it } from 'vitest';
import { SmallWorld, vm } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { hostnameKey } from './rule-reach.ts';

/** Hosts of 8 CPUs, of which the first has a GPU. */
function worldOf(...names: string[]) {
  const { engine } = new SmallWorld();
  const reserve = new FailureReserve(engine, {
    pool: 'default',
    failures: 1,
    topologyKey: hostnameKey,
  });
  for (const [index, name] of names.entries()) {
    const [labels, limits] = [{ [hostnameKey]: name }, { cpu: 8, memory: 2 ** 40, gpu: index === 0 ? 1 : 0 }];
    engine.upsertHost({ name, pool: 'default', labels, limits, available: { yes: true } });
    reserve.upsertHost({ name, labels, limits, takesVms: true, traits: '' });
  }
  return { engine, reserve };
}

it('a VM that asks for what none has asked for before has no place where there is nothing of it', () => {
  const { reserve } = worldOf('a', 'b');
  const of = vm('x');
  expect(reserve.losses([{ ...of, host: 'a' }])).toEqual([]);
  expect(reserve.losses([{ ...of, requests: { ...of.requests, gpu: 1 }, host: 'a' }])).toEqual(['shop/x']);
});

it('what is tried is as if it were done, and leaves nothing behind', () => {
  const { engine, reserve } = worldOf('a', 'b');
  for (const [name, host] of [
    ['x', 'a'],
    ['y', 'b'],
  ] as const) {
    const placed = { ...vm(name, { cpu: 4 }), host };
    engine.upsertVm(placed);
    reserve.upsertVm(placed);
  }
  const picture = () => [reserve.report(), reserve.targetsOf('shop/x'), reserve.hostOf('shop/x')];
  const before = picture();
  const inTrial = reserve.trial([], () => {
    engine.removeHost('b');
    reserve.removeHost('b');
    engine.removeVm('shop/y');
    reserve.removeVm('shop/y');
    return [reserve.report().exposed, reserve.hostOf('shop/y')];
  });
  expect(inTrial).toEqual([['shop/x'], undefined]);
  expect(picture()).toEqual(before);
  expect([engine.hostsOf('default'), engine.vm('shop/y')?.host]).toEqual([['a', 'b'], 'b']);
});

it('nobody has another place when a VM asks for what none has asked for before', () => {
  const { engine, reserve } = worldOf('a', 'b', 'c', 'd');
  const come = (name: string, host: string, requests: Record<string, number>) => {
    const placed = { ...vm(name), requests, host };
    engine.upsertVm(placed);
    reserve.upsertVm(placed);
  };
  come('x', 'a', { cpu: 6, memory: 1 });
  come('y', 'a', { cpu: 2, memory: 1 });
  come('z', 'a', { cpu: 4, memory: 1 });
  reserve.report();
  engine.removeVm('shop/x');
  reserve.removeVm('shop/x');
  // A plan that is made at once would have both there.
  expect([reserve.targetsOf('shop/y'), reserve.targetsOf('shop/z')]).toEqual([['b'], ['c']]);
  come('new', 'd', { cpu: 1, licence: 1 });
  expect([reserve.targetsOf('shop/y'), reserve.targetsOf('shop/z')]).toEqual([['b'], ['c']]);
  expect(reserve.report().exposed).toEqual(['shop/new']);
});

it('who goes to the host where its place was has another, also as it asks for what none has asked for before', () => {
  const { engine, reserve } = worldOf('a', 'b');
  const come = (host: string, requests: Record<string, number>) => {
    const placed = { ...vm('x'), requests, host };
    engine.upsertVm(placed);
    reserve.upsertVm(placed);
    return reserve.targetsOf('shop/x');
  };
  expect(come('a', { cpu: 1 })).toEqual(['b']);
  expect(come('b', { cpu: 1, licence: 0 })).toEqual(['a']);
});
