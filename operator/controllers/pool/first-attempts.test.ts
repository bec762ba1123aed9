import { describe, expect, it, vi } from 'vitest';
import { World } from '../../testing/world.ts';

const staticHosts = (names: readonly string[]) => names.map((name) => ({ name, address: name }));
const isConnecting = (world: World) => world.operator.pools.isConnecting(world.pool() as never);

describe('whether a pool is being connected for the first time', () => {
  it('is worked out once while nothing changes, however many VMs ask', async () => {
    const world = await World.withHosts(20);
    const links = vi.spyOn(world.operator.connections, 'link');
    expect(isConnecting(world)).toBe(false);
    for (let vm = 0; vm < 100; vm++) isConnecting(world);
    expect(links.mock.calls.length).toBeLessThanOrEqual(20);
  });

  it('is true from the coming of a host until it answers, or does not', async () => {
    const world = await World.withHosts(1);
    world.hypervisor.addHost('h2').cutOff();
    expect(isConnecting(world)).toBe(false);
    world.editPool(({ spec }) => {
      spec.staticHosts = staticHosts(['h1', 'h2']) as never;
    });
    await world.run(5000);
    expect(isConnecting(world)).toBe(true);
    await world.run(10_000);
    expect(isConnecting(world)).toBe(false);
  });

  it('is no more once the host is gone that was waited for', async () => {
    const world = await World.withHosts(1);
    const { stores, pools } = world.operator;
    const [host] = stores.hosts.list();
    const other = {
      ...host,
      metadata: { ...host?.metadata, name: 'h2', uid: 'u2', resourceVersion: '900' },
      status: {},
    };
    stores.hosts.apply('ADDED', other as never);
    expect(pools.isConnecting(world.pool() as never)).toBe(true);
    stores.hosts.apply('DELETED', {
      ...other,
      metadata: { ...other.metadata, resourceVersion: '901' },
    } as never);
    expect(pools.isConnecting(world.pool() as never)).toBe(false);
  });

  it('is true again while another connection is made to one that failed', async () => {
    const world = await World.withHosts(1);
    world.hypervisor.addHost('h2').goDown();
    world.editPool(({ spec }) => {
      spec.staticHosts = staticHosts(['h1', 'h2']) as never;
    });
    await world.run(20_000);
    expect(isConnecting(world)).toBe(false);
    const target = {
      name: 'h2',
      address: 'elsewhere',
      port: 1,
      credentials: { ca: '', certificate: '', key: '' },
    };
    world.operator.connections.drop('h2');
    expect(isConnecting(world)).toBe(false);
    world.operator.connections.ensure(target);
    expect(isConnecting(world)).toBe(true);
  });
});
