import type { DesiredDomain } from '../domain.ts';

/** A plain domain with two interfaces, for tests to change. */
export const exampleDomain: DesiredDomain = {
  uuid: '6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f',
  name: 'shop_web-1',
  owner: {
    namespace: 'shop',
    name: 'web-1',
    uid: '6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f',
    placementGeneration: 2,
  },
  hypervisorType: 'KVM',
  cpuCores: 2,
  machineType: 'pc',
  memoryBytes: 4 * 2 ** 30,
  kernel: { imagePath: '/boot/vmlinuz', initrdPath: '/boot/initrd', commandLine: 'console=ttyS0 quiet' },
  interfaces: [
    { name: 'eth0', macAddress: '52:54:00:00:00:01', bridge: 'br0' },
    { name: 'eth1', macAddress: '52:54:00:00:00:02', bridge: 'br1' },
  ],
};
