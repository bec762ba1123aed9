import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';
import { usefulAddresses } from './guest.ts';

describe('the addresses of a guest', () => {
  it('are told without link-local ones, IPv4 first, in an order that holds still', () => {
    const told = ['fe80::5054:ff:fe29:6095', '2001:db8::7', '10.77.0.9', '169.254.3.4', '10.77.0.10'];
    expect(usefulAddresses(told)).toEqual(['10.77.0.10', '10.77.0.9', '2001:db8::7']);
    expect(usefulAddresses(told.toReversed())).toEqual(usefulAddresses(told));
  });

  it('that are link-local only are no addresses yet: no write, and it is asked again', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    world.hypervisor
      .host('h1')
      .guest(world.uuid('web-1'), { agent: { afterMs: 1000, addresses: [['fe80::1']] } });
    await world.run(5000);
    expect(world.vm('web-1').status?.interfaces?.[0]?.addresses).toBeUndefined();
    world.hypervisor
      .host('h1')
      .guest(world.uuid('web-1'), { agent: { afterMs: 1000, addresses: [['fe80::1', '10.0.0.1']] } });
    await world.run(30_000);
    expect(world.vm('web-1').status?.interfaces?.[0]?.addresses).toEqual(['10.0.0.1']);
  });

  it('stay while the agent is silent for a moment', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1');
    await world.run(20_000);
    world.forgetCalls();
    world.hypervisor.host('h1').guest(world.uuid('web-1'), { agent: { afterMs: 1000, addresses: [[]] } });
    await world.run(120_000);
    expect(world.vm('web-1').status?.interfaces?.[0]?.addresses).toEqual(['10.77.0.10']);
    expect(world.writes('VirtualMachine')).toEqual([]);
  });

  it('go with the interface when the guest is restarted without it, and do not come back by its MAC address', async () => {
    const macAddress = '52:54:00:00:00:01';
    const network = 'lab';
    const world = await World.withRunningVm({ interfaces: [{ name: 'eth0', network, macAddress }] });
    const plugInto = (...interfaces: { name: string; network: string; macAddress?: string }[]) =>
      world.editVm('web-1', (vm) => {
        vm.spec.interfaces = interfaces;
      });
    plugInto({ name: 'eth1', network });
    await world.run(5000);
    // Its host makes no other definition of this: the guest goes on with eth1.
    plugInto({ name: 'eth0', network, macAddress }, { name: 'eth2', network: 'missing' });
    await world.run(5000);
    const { outside } = world.hostOf('web-1');
    outside.guestShutsDown(world.uuid('web-1'));
    outside.start(world.uuid('web-1'));
    await world.run(30_000);
    expect(world.vm('web-1').status?.interfaces?.[0]).toEqual({ name: 'eth0', macAddress });
  });
});
