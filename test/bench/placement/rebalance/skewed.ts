import type { MoveProblem } from '../../../../operator/placement/moves/problem.ts';
import type { SizeCount } from './mixes.ts';

export const gib = 2 ** 30;

/** What a host may give away: 64 cores at 4 vCPUs each, and 512 GiB. */
const hostCpu = 256;
export const hostMemoryGiB = 512;

/** A host is not filled further than this by those who placed its VMs. */
const fullest = 0.955;
/** 10 Gb/s, in bytes a second. */
const bandwidth = 1.25e9;

/**
 * Hosts of which the first half has three times the VMs of the second: each VM goes to a random host, for half of the
 * draws to one of the first half, until 60 % of all memory is taken. Some guests write much, most little.
 * @param random gives 0 … 1
 */
export function skewedCluster(hosts: number, mix: readonly SizeCount[], random: () => number): MoveProblem {
  const vms = placedVms(hosts, shuffled(mix, random), random);
  const columns = (of: (vm: PlacedVm) => number) => Float64Array.from(vms, of);
  return {
    dimensions: 2,
    hosts: {
      count: hosts,
      limits: Float64Array.from({ length: hosts * 2 }, (_, index) =>
        index % 2 === 0 ? hostCpu : hostMemoryGiB * gib,
      ),
      bandwidth: new Float64Array(hosts).fill(bandwidth),
    },
    vms: {
      count: vms.length,
      requests: Float64Array.from(vms.flatMap(({ cpu, memoryGiB }) => [cpu, memoryGiB * gib])),
      host: Int32Array.from(vms, ({ host }) => host),
      memoryBytes: columns(({ memoryGiB }) => memoryGiB * gib),
      dirtyRate: columns(({ dirtyRate }) => dirtyRate),
    },
  };
}

interface PlacedVm {
  cpu: number;
  memoryGiB: number;
  host: number;
  dirtyRate: number;
}

function placedVms(hosts: number, sizes: Iterable<SizeCount>, random: () => number): PlacedVm[] {
  const [cpu, memory] = [new Float64Array(hosts), new Float64Array(hosts)];
  const vms: PlacedVm[] = [];
  let left = 0.6 * hosts * hostMemoryGiB;
  for (const size of sizes) {
    if (left <= 0) break;
    const fits = (host: number) =>
      (cpu[host] as number) + size.cpu <= hostCpu &&
      (memory[host] as number) + size.memoryGiB <= hostMemoryGiB * fullest;
    const host = draw(hosts, random, fits);
    cpu[host] = (cpu[host] as number) + size.cpu;
    memory[host] = (memory[host] as number) + size.memoryGiB;
    left -= size.memoryGiB;
    vms.push({ ...size, host, dirtyRate: random() < 0.05 ? 4e8 : 2e7 });
  }
  return vms;
}

function draw(hosts: number, random: () => number, fits: (host: number) => boolean): number {
  for (let tries = 0; tries < 10_000; tries++) {
    const among = random() < 0.5 ? hosts / 2 : hosts;
    const host = Math.floor(random() * among);
    if (fits(host)) return host;
  }
  throw new Error('no host has room for a VM of the mix');
}

/** The mix as cards that were shuffled. */
function shuffled(mix: readonly SizeCount[], random: () => number): SizeCount[] {
  const cards = mix.flatMap((size) => Array<SizeCount>(size.count).fill(size));
  for (let last = cards.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [cards[last], cards[other]] = [cards[other] as SizeCount, cards[last] as SizeCount];
  }
  return cards;
}
