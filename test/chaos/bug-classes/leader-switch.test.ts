import { expect, it } from 'vitest';
import type { Operator } from '../../../operator/operator.ts';
import { World } from '../../../operator/testing/world.ts';
import { type AroundHostCall, Life } from '../life.ts';

const lease = { namespace: 'vmfabric-system', name: 'vmfabric' };

/** In which phase of its event loop a suspended process finds itself. */
const phases = ['timers', 'answers'] as const;

/** Two operators that want to lead; the first one does. Losing the Lease ends the process, as in main. */
async function twoOperators(around?: AroundHostCall) {
  const lives: Life[] = [];
  const operator = (world: World) => {
    const life = new Life(world, around);
    lives.push(life);
    const { cluster, hypervisor, clock } = life;
    return {
      cluster,
      hypervisor,
      clock,
      lease,
      identity: `replica-${lives.length}`,
      onLost: () => life.end(),
    };
  };
  const world = await World.withHosts(2, {}, { operator });
  const standby: Operator = world.newOperator();
  await standby.start();
  await world.run(10_000);
  const [first, second] = lives;
  if (!first || !second) throw new Error('there are two operators');
  return { world, first, second, standby };
}

/** All but the Lease. */
const writes = (world: World) =>
  world.cluster.writes.filter(({ type }) => type.kind !== 'Lease').map(({ verb, key }) => `${verb} ${key}`);

it.each(phases)(
  'a leader that is suspended in the middle of a VM, and resumed with its %s once another leads, adds nothing to it',
  async (phase) => {
    const { world, first } = await twoOperators();
    world.cluster.intercept = ({ type, verb }, when) => {
      if (type.kind === 'VirtualMachine' && verb === 'patchStatus' && when === 'after') first.suspend();
    };
    world.putVm('web-1');
    await world.run(5000);
    expect(world.runsOn('web-1')).toEqual([]);
    world.cluster.intercept = () => {};
    await world.run(120_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    world.forgetCalls();
    await first.resume(phase);
    await world.run(120_000);
    expect([writes(world), world.hypervisor.changes]).toEqual([[], []]);
    expect(first.isOver).toBe(true);
    expect(world.hypervisor.hosts.flatMap(({ domains }) => [...domains.keys()])).toEqual([
      world.uuid('web-1'),
    ]);
  },
);

it.each(phases)(
  'a leader that is suspended right before a start, and resumed with its %s, does not start what was halted since',
  async (phase) => {
    let onLook = () => {};
    const { world, first } = await twoOperators(async (_host, call, _argument, make) => {
      const answer = await make();
      if (call === 'domain') onLook();
      return answer;
    });
    world.putVm('web-1', { runStrategy: 'Manual' });
    await world.run(30_000);
    onLook = () => first.suspend();
    world.editVm('web-1', (vm) => {
      vm.spec.runStrategy = 'Always';
    });
    await world.run(1000);
    onLook = () => {};
    world.halt('web-1');
    await world.run(120_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Halted');
    world.forgetCalls();
    await first.resume(phase);
    await world.run(120_000);
    expect([writes(world), world.hypervisor.changes]).toEqual([[], []]);
  },
);

it('a leader that cannot renew its Lease has ended before another one leads', async () => {
  const { world, first } = await twoOperators();
  world.putVm('web-1');
  await world.run(30_000);
  let isFirstOver: boolean | undefined;
  world.cluster.intercept = ({ type, verb }, when) => {
    if (type.kind !== 'Lease' || verb !== 'apply') return;
    // The second one has its answer only once it took over.
    if (when === 'before' && !first.isOver) throw new Error('connection reset');
    isFirstOver ??= first.isOver;
  };
  await world.run(60_000);
  expect(isFirstOver).toBe(true);
  world.halt('web-1');
  await world.run(30_000);
  expect(world.runsOn('web-1')).toEqual([]);
});

it('a leader that is killed is followed within its Lease, and what runs is left alone', async () => {
  const { world, first } = await twoOperators();
  world.putVm('web-1');
  await world.run(60_000);
  first.end();
  world.forgetCalls();
  world.putVm('web-2');
  await world.run(25_000);
  expect(world.runsOn('web-2')).toHaveLength(1);
  expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['define', 'start']);
});

it('a leader that stops in order hands over without a gap', async () => {
  const { world, second } = await twoOperators();
  world.putVm('web-1');
  await world.run(120_000);
  world.forgetCalls();
  await world.stopOperator();
  await world.run(5000);
  expect(second.isOver).toBe(false);
  world.halt('web-1');
  await world.run(10_000);
  expect(world.runsOn('web-1')).toEqual([]);
});

it('a standby writes nothing and touches no host', async () => {
  const { world, first } = await twoOperators();
  first.suspend();
  world.forgetCalls();
  world.putVm('web-1');
  await world.run(10_000);
  expect([writes(world), world.hypervisor.calls]).toEqual([[], []]);
});
