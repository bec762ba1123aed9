import { type Figure, figure, type Goal, median } from '../../report.ts';

/** Of a healthy host's calls in one turn. */
export interface Latency {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of a read that needs a thread of Node's pool. */
  readFileMs: number;
  /** To open one more connection to the healthy host, and close it. */
  openMs: number;
}

export const latencyKeys = [
  'p50Ms',
  'p99Ms',
  'maxMs',
  'readFileMs',
  'openMs',
] as const satisfies (keyof Latency)[];

/** The rows of the report. @throws RangeError without samples of `hung` and of `none` */
export function hungFigures(samples: ReadonlyMap<string, readonly Latency[]>, hosts: number): Figure[] {
  const row = (name: string, of: (latencies: readonly Latency[]) => number, goal?: Goal) => {
    const [hung, none] = [of(samples.get('hung') ?? []), of(samples.get('none') ?? [])];
    const peer = { name: 'no hung hosts', value: none };
    return figure(`${name}, ${hosts} hung hosts`, hung, 'ms', { peer, ...(goal ? { goal } : {}) });
  };
  const medianOf = (key: keyof Latency) => (latencies: readonly Latency[]) =>
    median(latencies.map((latency) => latency[key]));
  return [
    row("a healthy host's call", medianOf('p50Ms')),
    row('  its 99th percentile', medianOf('p99Ms'), { max: 10 }),
    row('  the longest of all', (latencies) => Math.max(...latencies.map(({ maxMs }) => maxMs))),
    row('a file read, which needs a thread', medianOf('readFileMs')),
    row('a healthy host opened and closed', medianOf('openMs')),
  ];
}
