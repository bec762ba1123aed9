import { type Figure, figure, median } from '../../report.ts';
import type { Restart } from '../operator/process.ts';

/** In MiB; undefined is what V8 takes by itself. */
export const sizes = [1, 2, 4, undefined] as const;

export const keyOf = (size: (typeof sizes)[number]) => (size === undefined ? 'default' : `${size}`);

/** The rows of the report. @throws RangeError when a size was not tried */
export function youngFigures(restarts: ReadonlyMap<string, readonly Restart[]>): Figure[] {
  const of = (key: string, value: (restart: Restart) => number) =>
    median((restarts.get(key) ?? []).map(value));
  const row = (key: string, what: string, unit: string, value: (restart: Restart) => number) => {
    const peer = { name: 'default', value: of('default', value) };
    return figure(what, of(key, value), unit, key === 'default' ? {} : { peer });
  };
  return sizes.map(keyOf).flatMap((key) => {
    const name = key === 'default' ? 'no --max-semi-space-size' : `--max-semi-space-size=${key}`;
    return [
      row(key, `${name}: resident memory at rest`, 'MiB', (one) => one.residentKiB / 1024),
      row(key, '  the most of it', 'MiB', (one) => one.peakKiB / 1024),
      row(key, '  reconciles of VMs a second', '1/s', (one) => one.reconciles / one.seconds),
      row(key, '  CPU for each', 'µs', (one) => (one.cpuSeconds / one.reconciles) * 1e6),
    ];
  });
}
