import { expect, it } from 'vitest';
import type { Clock } from '../../../operator/kube/clock.ts';
import { World } from '../../../operator/testing/world.ts';

const hour = 3_600_000;

/** A world with a running VM, whose operator sees the time of day jump by `jump.ms`; its monotonic time goes on. */
async function withJumpingClock() {
  const jump = { ms: 0 };
  const operator = ({ clock }: World): { clock: Clock } => ({
    clock: {
      now: () => clock.now(),
      wallTime: () => new Date(clock.wallTime().getTime() + jump.ms),
      setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
  });
  const world = await World.withHosts(1, {}, { operator });
  world.putVm('web-1', { terminationGracePeriodSeconds: 60 });
  await world.run(30_000);
  return { world, jump };
}

it.each([
  ['back', -hour],
  ['forward', hour],
])('a clock that jumps %s while a host is lost neither hastens nor holds up the news', async (_which, ms) => {
  const { world, jump } = await withJumpingClock();
  world.hypervisor.host('h1').goDown();
  await world.run(5000);
  jump.ms = ms;
  await world.run(8000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  await world.run(60_000);
  expect(world.condition('web-1', 'Ready')).toBe('Unknown HostLost');
});

it.each([
  ['back', -hour],
  ['forward', hour],
])('a clock that jumps %s while a guest shuts down leaves it its grace', async (_which, ms) => {
  const { world, jump } = await withJumpingClock();
  world.hypervisor.host('h1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
  world.halt('web-1');
  await world.run(10_000);
  jump.ms = ms;
  await world.run(45_000);
  expect(world.runsOn('web-1')).toEqual(['h1']);
  await world.run(10_000);
  expect(world.runsOn('web-1')).toEqual([]);
});

it.each([
  ['back', -hour],
  ['forward', hour],
])('a clock that jumps %s is no reason to write or to do anything', async (_which, ms) => {
  const { world, jump } = await withJumpingClock();
  await world.run(120_000);
  world.forgetCalls();
  jump.ms = ms;
  await world.run(600_000);
  expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
});
