/** How many bins of age there are; the last ends at about four years. */
export const ageBins = 44;

const firstBinSeconds = 60;

/** Edges of the bins in seconds: 0, one minute, then each √2 of the one before; `ageBins + 1` numbers. */
export const ageEdges: Float64Array = Float64Array.from({ length: ageBins + 1 }, (_, index) =>
  index === 0 ? 0 : firstBinSeconds * 2 ** ((index - 1) / 2),
);

/** The bin that holds an age in seconds; whatever is older than the last edge is in the last one. */
export function ageBin(ageSeconds: number): number {
  if (ageSeconds < firstBinSeconds) return 0;
  const bin = Math.floor(2 * Math.log2(ageSeconds / firstBinSeconds)) + 1;
  // The logarithm may round over an edge.
  const exact = ageSeconds < edge(bin) ? bin - 1 : ageSeconds >= edge(bin + 1) ? bin + 1 : bin;
  return Math.min(exact, ageBins - 1);
}

/** How far into a bin an age is, as a share of its width; beyond the last edge more than 1. */
export function shareOfBin(bin: number, ageSeconds: number): number {
  return (ageSeconds - edge(bin)) / (edge(bin + 1) - edge(bin));
}

const edge = (index: number) => ageEdges[index] ?? Number.POSITIVE_INFINITY;
