import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualMachine, VirtualMachineStatus } from '../../api/virtualmachine.ts';
import type { DomainSummary } from '../../hypervisor/hypervisor.ts';
import { createKubeMetrics } from '../../kube/metrics.ts';
import { World } from '../../testing/world.ts';
import { restFor, restless, restMs } from './rest.ts';

const vmOf = (uid: string) => ({ metadata: { uid } }) as VirtualMachine;
const minuteMs = 60_000;

describe('the time until the next look', () => {
  it('is a minute to half an hour and a minute, and leads to the same moment of every half hour', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.double({ min: 0, max: 1e9, noNaN: true }), (uid, nowMs) => {
        const waitMs = restFor(vmOf(uid), nowMs);
        expect(waitMs).toBeGreaterThanOrEqual(minuteMs);
        expect(waitMs).toBeLessThan(restMs + minuteMs);
        const moment = (nowMs + waitMs) % restMs;
        const later = nowMs + waitMs + 12_345;
        expect(Math.abs(((later + restFor(vmOf(uid), later)) % restMs) - moment) % restMs).toBeCloseTo(0, 3);
      }),
    );
  });

  it('spreads VMs that were all looked at just now evenly', () => {
    const uids = fc.sample(fc.uuid({ version: 4 }), { numRuns: 3_000, seed: 1 });
    const inMinute = Array.from({ length: 32 }, () => 0);
    for (const uid of uids) {
      const minute = Math.floor(restFor(vmOf(uid), 4e6) / minuteMs);
      inMinute[minute] = (inMinute[minute] ?? 0) + 1;
    }
    expect(inMinute[0]).toBe(0);
    for (const count of inMinute.slice(1, 31)) expect(count).toBeGreaterThan(50);
  });
});

async function atRest(): Promise<World> {
  const world = await World.withRunningVm();
  world.hostOf('web-1').loseEvents = true;
  await world.run(restMs + 2 * minuteMs);
  world.forgetCalls();
  return world;
}

const callsOf = (world: World, name: string) => world.hypervisor.calls.filter(({ call }) => call === name);

describe('a VM at rest', () => {
  it('is looked at once in half an hour, and its host lists its domains every minute', async () => {
    const world = await atRest();
    await world.run(4 * restMs);
    expect(callsOf(world, 'domain')).toHaveLength(4);
    expect(callsOf(world, 'domains').length).toBeGreaterThan(80);
    expect(callsOf(world, 'domains').length).toBeLessThan(160);
    expect(world.cluster.writes).toEqual([]);
  });

  it('that is halted and has no host is not placed again and again', async () => {
    const metrics = createKubeMetrics();
    const world = await World.withHosts(1, {}, { operator: () => ({ metrics }) });
    world.putVm('web-1', { runStrategy: 'Halted' });
    await world.run(restMs);
    const reconciles = async () =>
      (await metrics.reconciles.get()).values
        .filter(({ labels }) => labels['controller'] === 'virtualmachine')
        .reduce((sum, { value }) => sum + value, 0);
    const before = await reconciles();
    await world.run(4 * restMs);
    expect((await reconciles()) - before).toBe(4);
  });

  it('whose guest has no agent is asked for addresses less and less often', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    const never = { afterMs: Number.POSITIVE_INFINITY, addresses: [] };
    world.hypervisor.host('h1').guest(world.uuid('web-1'), { agent: never });
    await world.run(6 * 60 * minuteMs);
    world.forgetCalls();
    await world.run(4 * restMs);
    expect(callsOf(world, 'guestInterfaces').length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['destroyed', (world: World, uuid: string) => world.hostOf('web-1').outside.destroy(uuid)],
    ['suspended', (world: World, uuid: string) => world.hostOf('web-1').outside.suspend(uuid)],
    ['undefined', (world: World, uuid: string) => world.hostOf('web-1').outside.undefine(uuid)],
  ])('is seen to be %s within 75 s, whatever became of the event', async (_, change) => {
    const world = await atRest();
    change(world, world.uuid('web-1'));
    await world.run(1.25 * minuteMs + 100);
    const domain = world.hostOf('web-1').domains.get(world.uuid('web-1'));
    expect(domain).toMatchObject({ power: 'Running', definitionXml: expect.stringContaining('web-1') });
  });

  it('is seen to be edited within half an hour, even so', async () => {
    const world = await atRest();
    const { outside, domains } = world.hostOf('web-1');
    const definition = () => domains.get(world.uuid('web-1'))?.definitionXml;
    const before = definition();
    outside.edit(world.uuid('web-1'), (xml) => xml.replace(/(<vcpu[^>]*>)1</, '$13<'));
    await world.run(restMs + minuteMs);
    expect(definition()).toBe(before);
  });
});

describe('a host that lists its domains', () => {
  const uid = '6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f';
  const listed = (change: Partial<DomainSummary> = {}): DomainSummary[] => [
    { uuid: uid, name: 'shop_web-1', power: 'Running', persistent: true, ...change },
  ];

  function wokenBy(domains: readonly DomainSummary[], status: VirtualMachineStatus): string[] {
    const world = new World();
    const vm = world.putVm('web-1');
    const { stores } = world.operator;
    stores.virtualMachines.apply('ADDED', { ...vm, metadata: { ...vm.metadata, uid }, status });
    return restless(stores, 'h1', domains).map(({ metadata }) => metadata.name);
  }

  const runs = { hostName: 'h1', powerState: 'Running' } as const;

  it.each<[string, DomainSummary[], VirtualMachineStatus, string[]]>([
    ['as the status says', listed(), runs, []],
    ['stopped', listed({ power: 'Stopped' }), runs, ['web-1']],
    ['running again', listed(), { ...runs, powerState: 'Unknown' }, ['web-1']],
    ['without definition', listed({ persistent: false }), runs, ['web-1']],
    ['by another name', listed({ name: 'renamed' }), runs, ['web-1']],
    ['not at all', [], runs, ['web-1']],
    ['not at all, before it had one', [], { hostName: 'h1' }, []],
    ['running, though it is bound elsewhere', listed(), { ...runs, hostName: 'h2' }, ['web-1']],
    ['stopped, and it is bound elsewhere', listed({ power: 'Stopped' }), { ...runs, hostName: 'h2' }, []],
    ['and one of nobody', [...listed(), ...listed({ uuid: 'x' })], runs, []],
  ])('has that of a VM %s', (_, domains, status, woken) => {
    expect(wokenBy(domains, status)).toEqual(woken);
  });
});
