import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Kind } from './lives/kinds.ts';

/** Times in seconds, of which `begin` to `end` are measured; before `begin` the fleet fills. */
export interface Trace {
  name: string;
  begin: number;
  end: number;
  hostMemoryGiB: number;
  vms: readonly TraceVm[];
}

export interface TraceVm {
  /** What is known of the VM when it comes. */
  kind: Kind;
  /** Shares of one host. */
  cpu: number;
  memory: number;
  start: number;
  /** Infinite where the trace does not see it. */
  end: number;
}

const dayTraceDays = 14;
const host2020 = { cores: 96, memoryGiB: 512 };
const host2017 = { cores: 64, memoryGiB: 192 };

/** The Azure packing trace of 2020: VMs that were there on the first day, and those that came in the 14 after it. */
export function trace2020(sample: 'sample-0' | 'sample-batched-0'): Trace {
  const [, ...rows] = linesOf(`azure-2020-${sample}`, 'csv');
  const vms = rows.map((row) => {
    const [cores, ram, priority, start, end] = row.split(',');
    const size = `${cores}x${ram}`;
    return {
      kind: [`${size}/${priority}`],
      cpu: Number(cores) / 100 / host2020.cores,
      memory: Number(ram) / 4 / host2020.memoryGiB,
      start: Number(start),
      end: end === '' ? Number.POSITIVE_INFINITY : Math.max(Number(start) + 1, Number(end)),
    };
  });
  const { memoryGiB: hostMemoryGiB } = host2020;
  return { name: `2020 ${sample}`, begin: 0, end: dayTraceDays * 86_400, hostMemoryGiB, vms };
}

/** vCPUs and GiB by letter. */
const flavours: Readonly<Record<string, readonly [number, number]>> = {
  ...{ a: [1, 0.75], b: [1, 1.75], c: [1, 2], d: [16, 112], e: [2, 14], f: [2, 16], g: [2, 3.5], h: [2, 4] },
  ...{ i: [4, 28], j: [4, 32], k: [4, 7], l: [4, 8], m: [8, 14], n: [8, 16], o: [8, 56], p: [8, 64] },
};

const hours = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * 3600);

/** The ends of the bins of lives, in seconds: five minutes each for an hour, an hour each for a day, then days. */
const lifeBins = [
  0,
  ...hours(1 / 12, 11 / 12, 1 / 12),
  ...hours(1, 24, 1),
  ...hours(48, 240, 24),
  480 * 3600,
];

/** Azure 2017: an empty fleet to which VMs come in batches, at moments five minutes apart. */
export function trace2017(part: 'dev' | 'test'): Trace {
  const lives = linesOf(`azure-2017-${part}.lives`, 'txt');
  const vms: TraceVm[] = [];
  for (const [index, line] of linesOf(`azure-2017-${part}.flavours`, 'txt').entries()) {
    const [time, letters = ''] = line.split(' ');
    const batches = letters.split(',|').map((batch) => batch.split(',').filter((letter) => letter !== ''));
    const bins = (lives[index]?.split(' ')[1] ?? '').split(',').filter((bin) => bin !== '|' && bin !== '');
    for (const batch of batches) {
      for (const letter of batch)
        vms.push(vm2017(letter, batch.length, Number(time), bins.shift() ?? '', vms.length));
    }
  }
  const [begin, end] = { dev: [1_800_000, 2_100_000] as const, test: [2_100_000, 2_591_400] as const }[part];
  return { name: `2017 v1.${part}`, begin, end, hostMemoryGiB: host2017.memoryGiB, vms };
}

/** The kind is the flavour and, in powers of two, how many came with it: what comes in hundreds soon goes. */
function vm2017(letter: string, batchSize: number, start: number, bin: string, index: number): TraceVm {
  const [cores, memoryGiB] = flavours[letter] ?? [0, 0];
  return {
    kind: [letter, `${letter}/${Math.floor(Math.log2(batchSize))}`],
    cpu: cores / host2017.cores,
    memory: memoryGiB / host2017.memoryGiB,
    start,
    end: bin.startsWith('C') ? Number.POSITIVE_INFINITY : start + lifeIn(Number(bin.slice(1)), index),
  };
}

/** The trace tells only the bin of a life; a fixed place in it is taken, spread evenly over the VMs. */
function lifeIn(bin: number, index: number): number {
  const [from, to] = [lifeBins[bin - 1] ?? 0, lifeBins[bin] ?? 0];
  return Math.max(1, from + (to - from) * evenly(index));
}

function evenly(index: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function linesOf(name: string, type: 'csv' | 'txt'): string[] {
  const file = new URL(`data/${name}.${type}.gz`, import.meta.url);
  return gunzipSync(readFileSync(file)).toString().trim().split('\n');
}
