import { type Figure, figure, median } from '../../report.ts';
import { type CallSample, cpuMicrosOf, rateOf, ratioOf } from '../../samples.ts';
import type { WritingClient } from './writers.ts';

export interface WritingSample extends CallSample {
  /** TLS handshakes. */
  connections: number;
}

const clients = ['runtime', 'stock', 'memoised'] as const satisfies WritingClient[];
const inFlights = [1, 16, 64] as const;

/** Who writes with how many requests under way at once. */
export const settings = inFlights.flatMap((inFlight) => clients.map((client) => ({ client, inFlight })));

export const keyOf = (client: WritingClient, inFlight: number) => `${client}, ${inFlight} in flight`;

/** Of a thousand writes. */
const handshakesOf = (samples: readonly WritingSample[]) =>
  median(samples.map(({ connections, calls }) => (connections / calls) * 1e3));

/** The rows of the report. @throws RangeError when somebody has no samples */
export function writeFigures(samples: ReadonlyMap<string, readonly WritingSample[]>): Figure[] {
  return inFlights.flatMap((inFlight) => {
    const of = (client: WritingClient) => samples.get(keyOf(client, inFlight)) ?? [];
    const [ours, stock, memoised] = [of('runtime'), of('stock'), of('memoised')];
    const row = (name: string, value: (one: readonly WritingSample[]) => number, unit: string) =>
      figure(name, value(ours), unit, { peer: { name: 'client-node', value: value(stock) } });
    return [
      row(`status patches, ${inFlight} in flight`, rateOf, '1/s'),
      figure('  as a ratio to client-node', ratioOf(ours, stock), ''),
      figure('  as a ratio to client-node with one dispatcher', ratioOf(ours, memoised), ''),
      row('  CPU of the client for each', cpuMicrosOf, 'µs'),
      figure('  the same beside client-node with one dispatcher', cpuMicrosOf(ours), 'µs', {
        peer: { name: 'memoised', value: cpuMicrosOf(memoised) },
      }),
      row('  TLS handshakes for a thousand', handshakesOf, ''),
    ];
  });
}
