import { ChaosWorld } from '../chaos-world.ts';
import type { HistoryOptions } from './histories.ts';
import { machineWith } from './machine.ts';

const dedicated = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };
const staticHosts = [
  { name: 'h1', address: 'h1', labels: { zone: 'a', disk: 'ssd' } },
  { name: 'h2', address: 'h2', labels: { zone: 'a', disk: 'hdd' } },
  { name: 'h3', address: 'h3', labels: { zone: 'b', disk: 'ssd' } },
  { name: 'h5', address: 'h5', labels: { zone: 'c', disk: 'ssd' }, taints: [dedicated] },
];
const lab = { name: 'lab', bridge: 'br1' };
const back = { name: 'back', bridge: 'br2', hostSelector: { matchLabels: { zone: 'a' } } };
const small = { name: 'small', imagePath: '/boot/vmlinuz', initrdPath: '/boot/initrd' };
const bare = { name: 'bare', imagePath: '/boot/bare' };

const resources = [
  { name: 'gpu', perHost: 2, hostSelector: { matchLabels: { disk: 'ssd' } } },
  { name: 'licence', perHost: 3 },
];

/** With the neighbours, VMs of 43 CPUs and more are above the limit. */
const shares = [
  { name: 'team', namespaces: ['shop'], reservation: { memory: '1Gi' }, limit: { cpuCores: 63 } },
];

/** Each of the two has to have room for what the other has, with the neighbour on one of them. */
const kept = {
  staticHosts: ['h6', 'h7'].map((name) => ({ name, address: name })),
  failureReserve: {},
  networks: [lab, back],
  kernels: [small, bare],
};

const hardware = machineWith({ of2Mi: 4096, of1Gi: 2 });

/** What the histories are made for; each host has 16 CPUs, four times promised, and 63 GiB of ordinary memory. */
export const historyOptions: HistoryOptions = {
  surroundings: {
    kernels: ['small', 'bare'],
    classes: ['modest', 'broad', 'calm', 'gone'],
    networks: ['lab', 'back'],
    taints: [dedicated],
    resources: ['gpu', 'licence'],
    hostLabels: { zone: ['a', 'b'], disk: ['ssd', 'hdd'] },
    cores: { small: [1, 2, 3, 8], large: [12, 43, 44, 45, 63, 64, 65] },
    memory: {
      small: ['1Gi', '512Mi', '1.5Gi', '2Gi', '536870912', '100M', '123456789.5', '16Mi', '8Gi'],
      large: ['20Gi', '32Gi', '33Gi', '34Gi', '43Gi', '44Gi', '63Gi', '64Gi'],
    },
  },
  pools: [undefined, undefined, 'default', 'default', 'other', 'kept', 'missing'],
  labels: { app: ['db', 'web', 'cache', 'pinned'], tier: ['front'] },
};

const apart = {
  vmSelector: { matchLabels: { app: 'db' } },
  vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
};
const near = {
  vmSelector: { matchLabels: { app: 'web' } },
  vmAffinity: [
    { topologyKey: 'zone', vmSelector: { matchLabels: { app: 'db' } }, enforcement: 'Required' },
    { topologyKey: 'disk', vmSelector: { matchLabels: { app: 'db' } }, enforcement: 'Preferred' },
  ],
};
const wide = {
  vmSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['cache', 'db'] }] },
  topologySpread: [{ topologyKey: 'zone', enforcement: 'Preferred' }],
  strategy: 'Pack',
  priority: 5,
  domainLimits: [{ topologyKey: 'zone', maxDomains: 2 }],
};
const pinned = {
  vmSelector: { matchLabels: { app: 'pinned' } },
  hostAffinity: [{ hostSelector: { matchLabels: { disk: 'hdd' } } }],
};

/** Sizes that fit anywhere, hardly anywhere, and one that counts for more than it is; `gone` is not there. */
const classes = {
  modest: { cpu: { cores: 2 }, memory: { size: '1Gi' } },
  broad: { cpu: { cores: 44 }, memory: { size: '34Gi' } },
  calm: { cpu: { cores: 3 }, memory: { size: '2Gi' }, overcommit: { cpuPercent: 100, memoryPercent: 70 } },
};

/** Hosts in three pools, policies for every value of `app`, and neighbours that no VM can drive away. */
export async function worldForHistories(): Promise<ChaosWorld> {
  const world = new ChaosWorld();
  await world.operator.start();
  for (const name of ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7']) {
    world.addMachine(name);
    const host = world.hypervisor.host(name);
    host.facts = { ...host.facts, ...hardware };
  }
  world.putSecret();
  world.putPool({ staticHosts, networks: [lab, back], kernels: [small, bare], resources, shares });
  world.putPool({ staticHosts: [{ name: 'h4', address: 'h4' }], networks: [lab], kernels: [small] }, 'other');
  world.putPool(kept, 'kept');
  for (const [name, spec] of Object.entries(classes)) world.putClass(name, spec);
  for (const [name, spec] of Object.entries({ apart, near, wide, pinned })) world.putPolicy(name, spec);
  const on = (zone: string, disk: string) => ({
    placement: { hostSelector: { matchLabels: { zone, disk } } },
  });
  world.addVm(
    'db-1',
    { cpu: { cores: 20 }, memory: { size: '20Gi' }, ...on('a', 'ssd') },
    { labels: { app: 'db' } },
  );
  world.addVm('cache-1', { memory: { size: '30Gi' }, ...on('b', 'ssd') }, { labels: { app: 'cache' } });
  world.addVm('kept-1', { memory: { size: '30Gi' }, placement: { hostPoolRef: { name: 'kept' } } });
  await world.run(30_000);
  return world;
}
