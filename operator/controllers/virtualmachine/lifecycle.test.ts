import { describe, expect, it } from 'vitest';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';

describe('a VM that is created', () => {
  it('is bound, defined, started, and Ready with its address', async () => {
    const world = await World.withHosts(2);
    world.putVm('web-1');
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.vm('web-1').status).toMatchObject({
      hostName: expect.stringMatching(/^h[12]$/),
      placementGeneration: 1,
      domainUUID: world.uuid('web-1'),
      powerState: 'Running',
      interfaces: [
        { name: 'eth0', macAddress: expect.stringMatching(/^52:54:00:/), addresses: ['10.77.0.10'] },
      ],
    });
    expect(world.runsOn('web-1')).toEqual([world.vm('web-1').status?.hostName]);
  });

  it('has every condition, each with the generation it was judged by', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    await world.run(10_000);
    const conditions = world.vm('web-1').status?.conditions ?? [];
    expect(conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'Ready True',
      'Scheduled True',
      'Running True',
      'RestartRequired False',
      'Contended False',
      'Stalled False',
    ]);
    expect(conditions.every(({ observedGeneration }) => observedGeneration === 1)).toBe(true);
  });

  it('costs three writes until it runs and a fourth for its address', async () => {
    const world = await World.withHosts(1);
    world.forgetCalls();
    world.putVm('web-1');
    await world.run(1000);
    expect(world.vm('web-1').status?.powerState).toBe('Running');
    expect(world.writes('VirtualMachine')).toEqual([
      'patchStatus shop/web-1',
      'setFinalizers shop/web-1',
      'patchStatus shop/web-1',
    ]);
    await world.run(60_000);
    expect(world.writes('VirtualMachine')).toHaveLength(4);
  });

  it('has its finalizer, by which a deletion waits for its domain, before anything is done on a host', async () => {
    const world = await World.withHosts(1);
    const done: number[] = [];
    world.cluster.intercept = ({ verb }, when) => {
      if (verb === 'setFinalizers' && when === 'after') done.push(world.hypervisor.changes.length);
    };
    world.putVm('web-1');
    await world.run(10_000);
    expect(done).toEqual([0]);
  });

  it('leaves nothing when it is deleted before that, right after its binding', async () => {
    const world = await World.withHosts(1);
    world.cluster.intercept = ({ verb, type }, when) => {
      const isBinding = verb === 'patchStatus' && type.kind === 'VirtualMachine';
      if (isBinding && when === 'after') world.deleteVm('web-1');
    };
    world.putVm('web-1');
    await world.run(60_000);
    expect(world.hypervisor.changes).toEqual([]);
    expect(world.operator.pools.usage('h1').vms).toBe(0);
    expect(world.hostObject('h1')?.status?.virtualMachines).toBe(0);
  });

  it('is bound in the API before anything is done on a host', async () => {
    const world = await World.withHosts(1);
    let boundAtDefine: string | undefined;
    world.cluster.intercept = (call, when) => {
      if (call.verb !== 'patchStatus' || call.type.kind !== 'VirtualMachine' || when !== 'before') return;
      boundAtDefine ??= `${world.hypervisor.changes.length} changes`;
    };
    world.putVm('web-1');
    await world.run(1000);
    expect(boundAtDefine).toBe('0 changes');
  });

  it('tells in Events where it was placed and that it was started', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    await world.run(10_000);
    expect(world.events('web-1').sort()).toEqual(['Defined', 'Placed', 'Started']);
  });

  it('leaves nothing to write once all is quiet', async () => {
    const world = await World.withHosts(2);
    for (let i = 0; i < 5; i++) world.putVm(`web-${i}`);
    await world.run(120_000);
    world.forgetCalls();
    await world.run(600_000);
    expect(world.cluster.writes).toEqual([]);
    expect(world.hypervisor.changes).toEqual([]);
  });
});

describe('an operator that is killed and started again', () => {
  it('finds everything, restarts nothing, and writes nothing', async () => {
    const world = await World.withHosts(2);
    for (let i = 0; i < 5; i++) world.putVm(`web-${i}`);
    await world.run(60_000);
    world.forgetCalls();
    await world.restartOperator();
    await world.run(120_000);
    expect(world.cluster.writes).toEqual([]);
    expect(world.hypervisor.changes).toEqual([]);
  });

  it('goes on with a VM whose binding was written and nothing more', async () => {
    const world = await World.withHosts(2);
    const stop = Promise.withResolvers<void>();
    world.cluster.intercept = async (call, when) => {
      // The binding is stored; the operator never hears of it.
      if (call.verb === 'patchStatus' && call.type.kind === 'VirtualMachine' && when === 'after')
        await stop.promise;
    };
    world.putVm('web-1');
    await world.run(1000);
    const bound = world.vm('web-1').status?.hostName;
    expect(world.runsOn('web-1')).toEqual([]);
    const stopped = world.stopOperator();
    stop.resolve();
    await stopped;
    world.cluster.intercept = () => {};
    await world.restartOperator();
    await world.run(10_000);
    expect(world.runsOn('web-1')).toEqual([bound]);
  });

  it('starts no second domain when the answer to a start was lost', async () => {
    const world = await World.withHosts(1);
    world.hypervisor.host('h1').failNext('start', { when: 'after' });
    world.putVm('web-1');
    await world.run(30_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.hypervisor.host('h1').domains.size).toBe(1);
  });
});

describe('a VM that cannot be had as it is asked for', () => {
  it('names a kernel that the pool does not have: the message has the names there are, and the way out', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1', { kernel: { name: 'big' } });
    await world.run(5000);
    expect(world.condition('web-1', 'Stalled')).toBe('True KernelNotFound');
    expect(world.message('web-1', 'Ready')).toBe(
      'spec.kernel.name is big, but HostPool default has kernels small. Name one of them, or add it to spec.kernels of the HostPool.',
    );
  });

  it('runs as soon as the pool has what was missing', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1', { interfaces: [{ name: 'eth0', network: 'tenants' }] });
    await world.run(5000);
    expect(world.condition('web-1', 'Stalled')).toBe('True NetworkNotFound');
    world.putPool({
      staticHosts: [{ name: 'h1', address: 'h1' }],
      networks: [{ name: 'tenants', bridge: 'br2' }],
    });
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.condition('web-1', 'Stalled')).toBe('False AsExpected');
  });

  it('names a HostPool that does not exist, and runs once it does', async () => {
    const world = await World.withHosts(1);
    world.hypervisor.addHost('x1');
    world.putVm('web-1', { placement: { hostPoolRef: { name: 'other' } } });
    await world.run(5000);
    expect(world.condition('web-1', 'Stalled')).toBe('True HostPoolNotFound');
    expect(world.message('web-1', 'Ready')).toContain('there is default');
    world.putPool({ staticHosts: [{ name: 'x1', address: 'x1' }] }, 'other');
    await world.run(10_000);
    expect(world.runsOn('web-1')).toEqual(['x1']);
  });

  it('is refused by the host: Stalled with the words of the host', async () => {
    const world = await World.withHosts(1);
    const outcome = new HypervisorError('Invalid', 'unsupported configuration: no such machine');
    for (let i = 0; i < 10; i++) world.hypervisor.host('h1').failNext('define', { when: 'before', outcome });
    world.putVm('web-1');
    await world.run(5000);
    expect(world.condition('web-1', 'Stalled')).toBe('True DefineFailed');
    expect(world.message('web-1', 'Stalled')).toContain('no such machine');
  });

  it('whose name another domain on the host has is told so', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    await world.run(5000);
    const xml = world.hostOf('web-1').domains.get(world.uuid('web-1'))?.definitionXml ?? '';
    const host = world.hypervisor.host('h1');
    host.outside.define(
      xml
        .replaceAll(world.uuid('web-1'), '11111111-2222-4333-8444-555555555555')
        .replaceAll('shop_web-1', 'shop_web-2'),
    );
    world.putVm('web-2');
    await world.run(5000);
    expect(world.condition('web-2', 'Stalled')).toBe('True DomainNameTaken');
  });
});

describe('a paused VM', () => {
  it('says of nothing but Ready that it was judged by a spec that nobody has looked at', async () => {
    const world = await World.withRunningVm();
    world.editVm('web-1', ({ metadata, spec }) => {
      metadata.annotations = { 'vmfabric.io/paused': 'true' };
      spec.memory = { size: '2Gi' };
    });
    await world.run(5000);
    const { observedGeneration, conditions = [] } = world.vm('web-1').status ?? {};
    expect(observedGeneration).toBe(1);
    const judgedBy = Object.fromEntries(conditions.map((one) => [one.type, one.observedGeneration]));
    expect(judgedBy).toMatchObject({ Ready: 2, Scheduled: 1, Running: 1, RestartRequired: 1, Stalled: 1 });
  });

  it('is left as it is until the annotation goes', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    await world.run(10_000);
    world.editVm('web-1', (vm) => {
      vm.metadata.annotations = { 'vmfabric.io/paused': 'true' };
    });
    await world.run(1000);
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    await world.run(120_000);
    expect(world.runsOn('web-1')).toEqual([]);
    expect(world.condition('web-1', 'Ready')).toBe('Unknown ReconcilePaused');
    world.editVm('web-1', (vm) => {
      delete vm.metadata.annotations;
    });
    await world.run(10_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });
});

describe('a VM that comes before its hosts are connected', () => {
  it('waits for them without a write that says there are none', async () => {
    const world = new World();
    world.hypervisor.addHost('h1').slowByMs = 5000;
    world.putSecret();
    world.putPool({ staticHosts: [{ name: 'h1', address: 'h1' }] });
    world.putVm('web-1');
    await world.operator.start();
    await world.run(2000);
    expect(world.writes('VirtualMachine')).toEqual([]);
    await world.run(120_000);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
    expect(world.writes('VirtualMachine').length).toBeLessThanOrEqual(4);
  });
});
