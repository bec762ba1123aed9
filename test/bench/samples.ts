import { median } from './report.ts';

/** What one contestant did in its turn. */
export interface CallSample {
  calls: number;
  seconds: number;
  /** Of its own process. */
  cpuSeconds: number;
}

export const callSampleKeys = ['calls', 'seconds', 'cpuSeconds'] as const satisfies (keyof CallSample)[];

/** Calls per second, the median of its turns. */
export const rateOf = (samples: readonly CallSample[]): number => median(samples.map(rate));

const rate = ({ calls, seconds }: CallSample) => calls / seconds;

/** Microseconds of the client's own CPU for a call, the median of its turns. */
export const cpuMicrosOf = (samples: readonly CallSample[]): number =>
  median(samples.map(({ calls, cpuSeconds }) => (cpuSeconds * 1e6) / calls));

/**
 * How many times the peer's calls ours are: the median of the rounds' ratios, since in one round both met the same noise.
 * @throws RangeError when they did not take part in the same rounds
 */
export function ratioOf(ours: readonly CallSample[], peers: readonly CallSample[]): number {
  if (ours.length !== peers.length) throw new RangeError(`${ours.length} rounds beside ${peers.length}`);
  return median(ours.map((sample, round) => rate(sample) / rate(peers[round] as CallSample)));
}

/** The smallest value that is not below `percent` percent of all. @throws RangeError when there is none */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new RangeError('no values to take a percentile of');
  return value;
}
