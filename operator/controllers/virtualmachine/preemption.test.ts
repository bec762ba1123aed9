import { describe, expect, it } from 'vitest';
import { placementPolicies, virtualMachines } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';
import { pauseAnnotation } from './pause.ts';

/** A host of the fakes has 63 GiB for VMs. */
const sized = (gi: number, spec: object = {}) => ({ memory: { size: `${gi}Gi` }, ...spec });
const urgent = (gi = 60, spec: object = {}) => sized(gi, { placement: { priority: 100 }, ...spec });

/** Hosts h1 … in a pool in which VMs may be stopped for others. */
async function worldOf(count: number, mode = 'StopVirtualMachines'): Promise<World> {
  const world = await World.withHosts(count);
  world.editPool((pool) => {
    Object.assign(pool.spec, { preemption: { mode } });
  });
  await world.run(1000);
  return world;
}

/** One host on which `low` runs, and nothing else fits. */
async function fullWorld(mode?: string, spec: object = {}): Promise<World> {
  const world = await worldOf(1, mode);
  world.putVm('low', sized(60, spec));
  await world.run(10_000);
  expect(world.runsOn('low')).toEqual(['h1']);
  return world;
}

describe('a VM that is more important', () => {
  it('gets its place from one that is less so, which is shut down, says for whom, and waits for room', async () => {
    const world = await fullWorld();
    world.putVm('big', urgent());
    await world.run(20_000);
    expect(world.runsOn('big')).toEqual(['h1']);
    expect(world.runsOn('low')).toEqual([]);
    expect(world.condition('low', 'Scheduled')).toBe('False Unschedulable');
    expect(world.events('low')).toContain('Preempted');
    expect(world.events('low')).not.toContain('PoweredOff');
    expect(world.events('big')).toContain('Preempting');
    expect(world.hypervisor.host('h1').domains.size).toBe(1);
    const { status } = world.vm('low');
    expect(status).toMatchObject({ placementGeneration: 1 });
    for (const gone of ['hostName', 'powerState', 'makesWayFor'] as const)
      expect(status?.[gone]).toBeUndefined();
    world.deleteVm('big');
    await world.run(20_000);
    expect(world.condition('low', 'Ready')).toBe('True Running');
    expect(world.vm('low').status?.placementGeneration).toBe(2);
  });

  it('gets its place also if those that make way heard of it before its own finalizer was seen', async () => {
    const world = await fullWorld();
    world.cluster.intercept = ({ verb }, when) => {
      if (verb === 'setFinalizers' && when === 'after') world.cluster.watches.freeze(virtualMachines);
    };
    world.putVm('big', urgent());
    await world.run(1000);
    world.cluster.intercept = () => {};
    world.cluster.watches.thaw();
    await world.run(20_000);
    expect(world.runsOn('big')).toEqual(['h1']);
    expect(world.runsOn('low')).toEqual([]);
  });

  it('waits like any other where the HostPool does not say that VMs may be stopped', async () => {
    const world = await fullWorld('Disabled');
    world.forgetCalls();
    world.putVm('big', urgent());
    await world.run(60_000);
    expect(world.condition('big', 'Ready')).toBe('False Unschedulable');
    expect(world.hypervisor.changes).toEqual([]);
  });

  it('has the fewest make way, and holds its place against those that come meanwhile', async () => {
    const world = await worldOf(2);
    world.putVm('whole', sized(60));
    await world.run(5000);
    for (const name of ['half-1', 'half-2']) world.putVm(name, sized(30));
    await world.run(10_000);
    world.putVm('big', urgent(60, { placement: { priority: 100 } }));
    await world.run(500);
    expect(world.condition('big', 'Scheduled')).toBe('False Preempting');
    expect(world.message('big', 'Scheduled')).toMatch(
      /^Host h\d is kept for the VM; it waits for less important ones to shut down there: shop\/whole\.$/,
    );
    world.putVm('new', sized(50));
    await world.run(20_000);
    expect(world.runsOn('big')).toHaveLength(1);
    for (const name of ['half-1', 'half-2']) expect(world.runsOn(name)).toHaveLength(1);
    expect(world.runsOn('new')).toEqual([]);
    expect(world.runsOn('whole')).toEqual([]);
  });

  it('gives a guest that does not heed the request its grace period, and no more', async () => {
    const world = await fullWorld(undefined, { terminationGracePeriodSeconds: 20 });
    world.hypervisor.host('h1').guest(world.uuid('low'), { shutdown: 'ignores' });
    world.putVm('big', urgent());
    await world.run(18_000);
    expect(world.runsOn('low')).toEqual(['h1']);
    expect(world.condition('low', 'Ready')).toBe('False Preempted');
    expect(world.vm('low').status?.makesWayFor).toMatchObject({ namespace: 'shop', name: 'big' });
    await world.run(10_000);
    expect(world.events('low')).toContain('PoweredOff');
    expect(world.runsOn('big')).toEqual(['h1']);
  });

  it('counts on its host in place of those that make way', async () => {
    const world = await fullWorld(undefined, { terminationGracePeriodSeconds: 300 });
    world.hypervisor.host('h1').guest(world.uuid('low'), { shutdown: 'ignores' });
    world.putVm('big', urgent(62));
    await world.run(90_000);
    expect(world.condition('low', 'Ready')).toBe('False Preempted');
    const host = world.hostObject('h1');
    expect(findCondition(host ?? {}, 'Overallocated')?.status).toBe('False');
    expect(host?.status).toMatchObject({ allocated: { memory: '62Gi' }, virtualMachines: 2 });
    expect(world.pool()?.status?.hosts?.overallocated).toBe(0);
  });

  it('is placed before who made way for it, who could be in its way elsewhere by a rule', async () => {
    const world = await worldOf(2);
    const hostname = { topologyKey: 'kubernetes.io/hostname' };
    // With others only if there are any, and apart from those that are not its like.
    world.putPolicy('strange', {
      vmSelector: { matchLabels: { app: 'a' } },
      vmAffinity: [{ ...hostname, vmSelector: {} }],
      vmAntiAffinity: [
        { ...hostname, vmSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] } },
      ],
    });
    world.putVm('low', sized(1));
    await world.run(10_000);
    const [first] = world.runsOn('low');
    world.putVm('big', urgent(1), { labels: { app: 'a' } });
    await world.run(60_000);
    expect(world.runsOn('big')).toEqual([first]);
    expect(world.notes('big', 'Placed')).toEqual([
      expect.stringContaining('Less important VMs have made way'),
    ]);
    expect(world.runsOn('low')).toEqual([first === 'h1' ? 'h2' : 'h1']);
    expect(world.vm('low').status?.placementGeneration).toBe(2);
  });

  it('has those that are halted make way, too, and they are placed when they are to run', async () => {
    const world = await fullWorld();
    world.halt('low');
    await world.run(10_000);
    world.putVm('big', urgent());
    await world.run(10_000);
    expect(world.runsOn('big')).toEqual(['h1']);
    expect(world.condition('low', 'Ready')).toBe('True Halted');
  });
});

describe('nobody is stopped', () => {
  async function nothingHappens(world: World): Promise<void> {
    world.forgetCalls();
    await world.run(120_000);
    expect(world.hypervisor.changes).toEqual([]);
    expect(world.vm('low').status?.hostName).toBe('h1');
  }

  it.each([
    ['as important', { placement: { priority: 100 } }],
    ['started by hand', { runStrategy: 'Manual' }],
  ])('that is %s', async (_what, spec) => {
    const world = await worldOf(1);
    world.putVm('low', sized(60, spec));
    await world.run(10_000);
    world.hypervisor.host('h1').outside.start(world.uuid('low'));
    await world.run(5000);
    world.putVm('big', urgent());
    await nothingHappens(world);
  });

  it('that is started by hand while it makes way', async () => {
    const world = await worldOf(1);
    world.putVm('low', sized(60, { runStrategy: 'Manual' }));
    await world.run(10_000);
    let isStarted = false;
    world.cluster.intercept = ({ verb, key }, when) => {
      if (isStarted || verb !== 'get' || key !== 'shop/big' || when !== 'after') return;
      isStarted = true;
      world.hypervisor.host('h1').outside.start(world.uuid('low'));
    };
    world.putVm('big', urgent());
    await world.run(60_000);
    expect(isStarted).toBe(true);
    expect(world.runsOn('low')).toEqual(['h1']);
    expect(world.condition('big', 'Scheduled')).toBe('False Unschedulable');
    expect(world.vm('low').status?.makesWayFor).toBeUndefined();
  });

  it('who is paused by annotation', async () => {
    const world = await fullWorld();
    world.editVm('low', ({ metadata }) => {
      metadata.annotations = { [pauseAnnotation]: 'true' };
    });
    await world.run(1000);
    world.putVm('big', urgent());
    await nothingHappens(world);
  });

  it('whose host does not answer', async () => {
    const world = await fullWorld();
    world.hypervisor.host('h1').goDown();
    await world.run(30_000);
    world.putVm('big', urgent());
    await nothingHappens(world);
  });

  it('whom a policy protects, until no policy does', async () => {
    const world = await fullWorld();
    world.putPolicy('safe', { vmSelector: {}, preemption: { asVictim: 'Never' } });
    world.putPolicy('other', { vmSelector: {}, preemption: { asVictim: 'Stop' } });
    await world.run(1000);
    world.putVm('big', urgent(), { namespace: 'lab' });
    await nothingHappens(world);
    world.cluster.remove(placementPolicies, { namespace: 'shop', name: 'safe' });
    await world.run(20_000);
    expect(world.runsOn('low')).toEqual([]);
    expect(world.events('low')).toContain('Preempted');
  });

  it('for a VM whose policy says so, which comes before less important ones all the same', async () => {
    const world = await fullWorld();
    world.putPolicy('patient', {
      vmSelector: { matchLabels: { app: 'patient' } },
      ...{ priority: 100, preemption: { policy: 'Never' } },
    });
    await world.run(1000);
    world.putVm('next', sized(60));
    world.putVm('big', sized(60), { labels: { app: 'patient' } });
    await nothingHappens(world);
    world.deleteVm('low');
    await world.run(20_000);
    expect(world.runsOn('big')).toEqual(['h1']);
  });

  it('for a VM that could not run', async () => {
    const world = await fullWorld();
    world.putVm('big', urgent(60, { kernel: { name: 'absent' } }));
    await nothingHappens(world);
  });

  it('for a VM that nothing would help', async () => {
    const world = await fullWorld();
    world.putVm('big', urgent(64));
    await nothingHappens(world);
  });

  it('who leaves by itself is waited for instead', async () => {
    const world = await worldOf(2);
    for (const name of ['low', 'other']) world.putVm(name, sized(60));
    await world.run(10_000);
    const [going, staying] = world.vm('low').status?.hostName === 'h1' ? ['other', 'low'] : ['low', 'other'];
    world.deleteVm(going ?? '');
    world.putVm('big', urgent());
    await world.run(20_000);
    expect(world.runsOn('big')).toHaveLength(1);
    expect(world.runsOn(staying ?? '')).toHaveLength(1);
    expect(world.events(staying ?? '')).not.toContain('Preempted');
  });
});

it('who leaves by itself and who makes way are both waited for where both have to go', async () => {
  const world = await worldOf(1);
  for (const name of ['going', 'low']) world.putVm(name, sized(30, { terminationGracePeriodSeconds: 40 }));
  await world.run(10_000);
  world.hypervisor.host('h1').guest(world.uuid('going'), { shutdown: 'ignores' });
  world.deleteVm('going');
  world.putVm('big', urgent());
  await world.run(20_000);
  expect(world.runsOn('low')).toEqual([]);
  expect(world.condition('big', 'Scheduled')).toBe('False Preempting');
  await world.run(40_000);
  expect(world.runsOn('big')).toEqual(['h1']);
  expect(world.events('low').filter((reason) => reason === 'Preempted')).toHaveLength(1);
});

describe('a victim that is wanted no more goes on where it is', () => {
  it.each([
    ['the other VM is deleted', (world: World) => world.deleteVm('big')],
    ['the other VM is halted', (world: World) => world.halt('big')],
    [
      'the HostPool does not allow it any more',
      (world: World) =>
        world.editPool((pool) => {
          pool.spec.preemption.mode = 'Disabled';
        }),
    ],
  ])('when %s', async (_when, change) => {
    const world = await fullWorld();
    world.hypervisor.host('h1').guest(world.uuid('low'), { shutdown: 'ignores' });
    world.putVm('big', urgent());
    await world.run(5000);
    expect(world.vm('low').status?.makesWayFor?.name).toBe('big');
    change(world);
    await world.run(120_000);
    expect(world.runsOn('low')).toEqual(['h1']);
    expect(world.condition('low', 'Ready')).toBe('True Running');
    expect(world.vm('low').status?.makesWayFor).toBeUndefined();
    expect(world.events('low')).not.toContain('PoweredOff');
  });

  it.each([
    ['a policy protects it by then', {}],
    ['a policy of the other VM has nobody stopped for it any more', { app: 'big' }],
  ])('when %s, also if it shuts down only then', async (_when, matchLabels: Record<string, string>) => {
    const world = await fullWorld(undefined, { terminationGracePeriodSeconds: 60 });
    world.hypervisor.host('h1').guest(world.uuid('low'), { shutdown: 'ignores' });
    world.putVm('big', urgent(), { labels: { app: 'big' } });
    await world.run(5000);
    expect(world.vm('low').status?.makesWayFor?.name).toBe('big');
    const preemption = matchLabels['app'] ? { policy: 'Never' } : { asVictim: 'Never' };
    world.putPolicy('late', { vmSelector: { matchLabels }, preemption });
    await world.run(2000);
    world.hypervisor.host('h1').outside.destroy(world.uuid('low'));
    await world.run(120_000);
    expect(world.runsOn('low')).toEqual(['h1']);
    expect(world.vm('low').status?.makesWayFor).toBeUndefined();
    expect(world.vm('low').status?.placementGeneration).toBe(1);
    expect(world.events('low')).not.toContain('PoweredOff');
    expect(world.condition('big', 'Scheduled')).toBe('False Unschedulable');
  });

  it('also when it has shut down by then', async () => {
    const world = await fullWorld();
    world.putVm('big', urgent());
    await world.run(200);
    world.hypervisor.host('h1').outside.destroy(world.uuid('low'));
    world.cluster.edit(virtualMachines, { namespace: 'shop', name: 'big' }, ({ spec }) => {
      spec.runStrategy = 'Halted';
    });
    await world.run(60_000);
    expect(world.runsOn('low')).toEqual(['h1']);
    expect(world.vm('low').status?.placementGeneration).toBe(1);
  });

  it('when its host keeps of it what would be lost elsewhere; another one makes way', async () => {
    const world = await worldOf(2);
    world.putVm('low', sized(50));
    await world.run(5000);
    world.putVm('other', sized(60));
    await world.run(10_000);
    const host = world.vm('low').status?.hostName ?? '';
    world.hypervisor.host(host).outside.snapshot(world.uuid('low'));
    world.putVm('big', urgent());
    await world.run(20_000);
    expect(world.runsOn('low')).toEqual([host]);
    expect(world.events('low')).toContain('PreemptionFailed');
    expect(world.runsOn('big')).toHaveLength(1);
    expect(world.runsOn('other')).toEqual([]);
  });
});

it('an operator that takes over in the middle carries on with the same victim', async () => {
  const world = await fullWorld(undefined, { terminationGracePeriodSeconds: 30 });
  world.hypervisor.host('h1').guest(world.uuid('low'), { shutdown: 'ignores' });
  world.putVm('big', urgent());
  await world.run(5000);
  await world.restartOperator();
  world.putVm('new', sized(50));
  await world.run(60_000);
  expect(world.runsOn('big')).toEqual(['h1']);
  expect(world.runsOn('low')).toEqual([]);
  expect(world.runsOn('new')).toEqual([]);
});
