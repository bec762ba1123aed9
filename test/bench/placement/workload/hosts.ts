import { hostnameKey, rackKey, type WorkloadHost, zoneKey } from './model.ts';

const zones = 3;
const hostsPerRack = 40;
const gib = 2 ** 30;

/** Machines of several generations stand side by side; what VMs may have of each, CPUs at an over-commit of two. */
const machines = [
  { cpu: 32, memory: 64 * gib },
  { cpu: 64, memory: 128 * gib },
  { cpu: 128, memory: 512 * gib },
];

/** So many hosts: racks in turn in three zones, every other host with a disk that is fast. */
export function makeHosts(count: number): WorkloadHost[] {
  return Array.from({ length: count }, (_, index) => {
    const rack = Math.floor(index / hostsPerRack);
    const name = `host-${String(index + 1).padStart(5, '0')}`;
    return {
      name,
      labels: {
        [hostnameKey]: name,
        [rackKey]: `rack-${rack + 1}`,
        [zoneKey]: `zone-${(rack % zones) + 1}`,
        disk: index % 2 === 0 ? 'nvme' : 'ssd',
      },
      limits: machines[index % machines.length] ?? {},
    };
  });
}
