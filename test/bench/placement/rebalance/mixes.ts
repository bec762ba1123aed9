/** A size of VMs, and how many of a mix have it. */
export interface SizeCount {
  cpu: number;
  memoryGiB: number;
  count: number;
}

/** Sizes of Azure's VMs of 2017, by vCPUs and GiB. */
const sizes = {
  a: [1, 0.75],
  b: [1, 1.75],
  c: [1, 2],
  d: [16, 112],
  e: [2, 14],
  f: [2, 16],
  g: [2, 3.5],
  h: [2, 4],
  i: [4, 28],
  j: [4, 32],
  k: [4, 7],
  l: [4, 8],
  m: [8, 14],
  n: [8, 16],
  o: [8, 56],
} as const;

/**
 * How many VMs of each size Azure's customers created in the last days of the trace of 2017: the first VMs of that time,
 * as many as fill 20 and 200 hosts of 512 GiB to 60 %, and all 410,276 of them.
 * Source: AzurePublicDataset V1 (Cortez et al., Resource Central, SOSP 2017), CC-BY 4.0,
 * https://github.com/Azure/AzurePublicDataset.
 */
export const mixes = {
  first577: mix({ g: 255, b: 124, k: 72, o: 69, m: 50, a: 7 }),
  first11120: mix({
    ...{ b: 5838, g: 2425, m: 1439, k: 945, o: 279, a: 184 },
    ...{ e: 3, h: 3, i: 2, c: 1, d: 1 },
  }),
  all: mix({
    ...{ b: 223_557, g: 82_793, k: 41_841, m: 39_994, o: 15_018, a: 6_588 },
    ...{ f: 126, e: 98, c: 89, i: 82, h: 37, n: 29, d: 18, j: 3, l: 3 },
  }),
} as const;

function mix(counts: Partial<Record<keyof typeof sizes, number>>): SizeCount[] {
  return Object.entries(counts).map(([name, count]) => {
    const [cpu, memoryGiB] = sizes[name as keyof typeof sizes];
    return { cpu, memoryGiB, count };
  });
}
