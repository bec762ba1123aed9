import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/kube/errors.ts';
import { World } from '../../../operator/testing/world.ts';

const serverError = new ApiError(
  { verb: 'watch', kind: 'Any' },
  { code: 500, message: 'etcd leader changed' },
);

const breaks: [string, (world: World) => void][] = [
  ['ends cleanly', (world) => world.cluster.watches.cut()],
  ['is reset', (world) => world.cluster.watches.cut(undefined, new Error('ECONNRESET'))],
  ['ends by a 410', (world) => world.cluster.watches.expire()],
  ['ends by a 500', (world) => world.cluster.watches.cut(undefined, serverError)],
];

describe.each(breaks)('a watch that %s', (_how, breakIt) => {
  it('costs no write and hides no change', async () => {
    const world = await World.withRunningVm();
    await world.run(120_000);
    world.forgetCalls();
    breakIt(world);
    await world.run(120_000);
    expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
    breakIt(world);
    world.halt('web-1');
    await world.run(120_000);
    expect(world.runsOn('web-1')).toEqual([]);
  });
});

it('a watch that falls silent for ever is given up, and what it hid is seen', async () => {
  const world = await World.withRunningVm();
  world.cluster.watches.freeze();
  world.halt('web-1');
  await world.run(100_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  await world.run(60_000);
  world.cluster.watches.thaw();
  await world.run(120_000);
  expect(world.runsOn('web-1')).toEqual([]);
});

it('an API server that answers nothing for ten minutes finds all as it was, and then what it was told meanwhile', async () => {
  const world = await World.withRunningVm();
  const down = () => new ApiError({ verb: 'any', kind: 'Any' }, { code: 503, message: 'down' });
  world.cluster.intercept = () => {
    throw down();
  };
  world.cluster.watches.cut(undefined, down());
  await world.run(1);
  world.halt('web-1');
  await world.run(600_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  world.cluster.intercept = () => {};
  await world.run(120_000);
  expect(world.runsOn('web-1')).toEqual([]);
  expect(world.condition('web-1', 'Ready')).toBe('True Halted');
});
