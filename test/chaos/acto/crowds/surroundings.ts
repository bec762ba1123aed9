import { ChaosWorld } from '../../chaos-world.ts';
import { machineWith } from '../machine.ts';
import type { Surroundings } from '../specs.ts';
import type { Crowd } from './crowd.ts';

const labelsOf = {
  h1: { zone: 'a', disk: 'ssd' },
  h2: { zone: 'a', disk: 'hdd' },
  h3: { zone: 'b', disk: 'ssd' },
};
export const hostLabels = Object.values(labelsOf).flatMap((labels) => Object.entries(labels));

/** Three VMs of most sizes fill a host. */
export const crowdSurroundings: Surroundings = {
  kernels: ['small'],
  classes: ['modest'],
  networks: ['lab'],
  taints: [{ key: 'dedicated', value: 'db' }],
  resources: ['gpu'],
  hostLabels: { zone: ['a', 'b'], disk: ['ssd', 'hdd'] },
  cores: { small: [1, 2, 4, 6], large: [8, 12, 16] },
  memory: { small: ['8Gi', '12Gi', '20Gi', '30Gi'], large: ['40Gi', '60Gi'] },
};

const hardware = machineWith({ of2Mi: 12_288, of1Gi: 12 });

/** Three hosts of 16 CPUs that are promised once, 63 GiB, and 24 GiB and 12 GiB of huge pages; and no VMs yet. */
export async function worldForCrowd({
  pool,
  policies,
}: Pick<Crowd, 'pool' | 'policies'>): Promise<ChaosWorld> {
  const world = new ChaosWorld();
  await world.operator.start();
  for (const name of Object.keys(labelsOf)) {
    world.addMachine(name);
    const host = world.hypervisor.host(name);
    host.facts = { ...host.facts, ...hardware };
  }
  world.putSecret();
  world.putPool({
    staticHosts: Object.entries(labelsOf).map(([name, labels]) => ({ name, address: name, labels })),
    overcommit: { cpuPercent: 100, memoryPercent: 100 },
    resources: [{ name: 'gpu', perHost: 2, hostSelector: { matchLabels: { disk: 'ssd' } } }],
    ...pool,
  });
  world.putClass('modest', { cpu: { cores: 2 }, memory: { size: '8Gi' } });
  for (const [index, spec] of policies.entries()) world.putPolicy(`policy-${index}`, spec);
  await world.run(10_000);
  return world;
}
