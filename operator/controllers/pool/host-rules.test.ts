import { describe, expect, it } from 'vitest';
import type { Taint } from '../../api/placement.ts';
import { World } from '../../testing/world.ts';
import { nodes } from '../stores.ts';

const dedicated = { key: 'example.com/dedicated', value: 'db', effect: 'NoSchedule' } as const;
const soft = { ...dedicated, effect: 'PreferNoSchedule' } as const;
const zones = (...names: string[]) => names.map((zone, index) => ({ labels: { zone }, ...host(index + 1) }));
const host = (number: number) => ({ name: `h${number}`, address: `h${number}` });

async function worldOf(staticHosts: object[]): Promise<World> {
  const world = await World.withHosts(staticHosts.length);
  world.editPool((pool) => {
    Object.assign(pool.spec, { staticHosts });
  });
  await world.run(5000);
  return world;
}

async function placed(world: World, placement: object): Promise<string | undefined> {
  world.putVm('web-1', { placement });
  await world.run(5000);
  return world.vm('web-1').status?.hostName;
}

const why = (world: World) => world.message('web-1', 'Scheduled');

describe('taints', () => {
  it('of a static host keep away VMs that do not tolerate them, are in its status, and can be taken off', async () => {
    const world = await worldOf([{ ...host(1), taints: [dedicated] }]);
    expect(await placed(world, {})).toBeUndefined();
    expect(why(world)).toBe(
      '0 of 1 host fits: 1 has the taint example.com/dedicated=db:NoSchedule, which is not tolerated. It would fit if it tolerated the taints of h1.',
    );
    expect(world.hostObject('h1')?.status?.taints).toEqual([dedicated]);
    world.editPool((pool) => {
      pool.spec.staticHosts = [host(1)];
    });
    await world.run(5000);
    expect(world.vm('web-1').status?.hostName).toBe('h1');
    expect(world.hostObject('h1')?.status).not.toHaveProperty('taints');
  });

  it.each([
    ['its key, value and effect', dedicated],
    ['its key', { key: dedicated.key, operator: 'Exists' }],
    ['everything', { operator: 'Exists' }],
  ])('let in VMs that tolerate %s', async (_, toleration) => {
    const world = await worldOf([{ ...host(1), taints: [dedicated] }]);
    expect(await placed(world, { tolerations: [toleration] })).toBe('h1');
  });

  it('that are soft are avoided as long as another host does', async () => {
    const world = await worldOf([{ ...host(1), taints: [soft] }, host(2), { ...host(3), taints: [soft] }]);
    expect(await placed(world, {})).toBe('h2');
    const only = { hostSelector: { matchLabels: { 'kubernetes.io/hostname': 'h1' } } };
    world.putVm('web-2', { placement: only });
    await world.run(5000);
    expect(world.vm('web-2').status?.hostName).toBe('h1');
  });

  it('of a Node are its host’s, but for those of Kubernetes’ own life cycle', async () => {
    const world = new World();
    world.putSecret();
    world.hypervisor.addHost('n1');
    putNode(world, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }]);
    world.putPool({ nodeSelector: {} });
    await world.operator.start();
    await world.run(5000);
    expect(await placed(world, {})).toBe('n1');
    putNode(world, [dedicated]);
    world.putVm('web-2');
    await world.run(5000);
    expect(world.condition('web-2', 'Scheduled')).toBe('False Unschedulable');
    expect(world.hostObject('n1')?.status?.taints).toEqual([dedicated]);
    putNode(world, []);
    await world.run(5000);
    expect(world.condition('web-2', 'Scheduled')).toBe('True Placed');
    expect(world.vm('web-1').status?.hostName).toBe('n1');
  });
});

function putNode(world: World, taints: Taint[]): void {
  world.cluster.put(nodes, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1', labels: {} },
    spec: { taints },
    status: { addresses: [{ type: 'InternalIP', address: 'n1' }] },
  });
}

describe('the host affinity of a VM', () => {
  const zone = (name: string) => ({ matchLabels: { zone: name } });

  it('that is required holds if one of its selectors selects the host', async () => {
    const world = await worldOf(zones('a', 'b', 'c'));
    expect(await placed(world, { hostAffinity: { required: [zone('x'), zone('c')] } })).toBe('h3');
  });

  it('that no host keeps is told', async () => {
    const world = await worldOf(zones('a', 'b'));
    expect(await placed(world, { hostAffinity: { required: [zone('x')] } })).toBeUndefined();
    expect(why(world)).toBe(
      '0 of 2 hosts fit: 2 do not match spec.placement.hostAffinity. It would fit without its hostAffinity.',
    );
  });

  it('that is preferred decides among hosts by its weights, and only prefers', async () => {
    const world = await worldOf(zones('a', 'b', 'c'));
    const preferred = [
      { hostSelector: zone('b'), weight: 20 },
      { hostSelector: zone('c'), weight: 80 },
      { hostSelector: zone('x'), weight: 100 },
    ];
    expect(await placed(world, { hostAffinity: { preferred } })).toBe('h3');
    world.editPool((pool) => {
      pool.spec.staticHosts = [host(1)];
    });
    world.putVm('web-2', { placement: { hostAffinity: { preferred } } });
    await world.run(5000);
    expect(world.vm('web-2').status?.hostName).toBe('h1');
  });
});
