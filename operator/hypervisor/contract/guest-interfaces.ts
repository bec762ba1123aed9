import { expect, it } from 'vitest';
import type { Kit } from './kit.ts';

export function guestInterfaceContract(kit: Kit): void {
  it('gives the addresses of a guest by MAC address, without loopback', async () => {
    await kit.run();
    const macAddress = kit.vm.interfaces[0]?.macAddress ?? '';
    const addresses = async () =>
      (await kit.connection.guestInterfaces(kit.uuid)).find((one) => one.macAddress === macAddress)
        ?.addresses;
    await kit.soon(addresses).toContainEqual(expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/));
    expect((await kit.connection.guestInterfaces(kit.uuid)).flatMap((one) => one.addresses)).not.toContain(
      '127.0.0.1',
    );
  });

  it('is empty while the guest says nothing', async () => {
    await kit.define();
    expect(await kit.connection.guestInterfaces(kit.uuid)).toEqual([]);
    await kit.connection.start(kit.uuid);
    expect(await kit.connection.guestInterfaces(kit.uuid)).toEqual([]);
  });
}
