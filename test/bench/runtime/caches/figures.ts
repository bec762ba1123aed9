import { type Figure, figure, median } from '../../report.ts';
import type { CacheClient } from './open.ts';

/** What it took a process to fill its caches. */
export interface Filling {
  /** From the start of the process. */
  seconds: number;
  residentKiB: number;
  heapKiB: number;
  /** How many VMs there are in them. */
  objects: number;
}

export const fillingKeys = ['seconds', 'residentKiB', 'heapKiB', 'objects'] as const;

/** Of a client with all VMs, or with none, which is what it is compared with. */
export const keyOf = (client: CacheClient, full: boolean) => `${client}, ${full ? 'full' : 'empty'}`;

/** In kilobytes of 1,000 bytes. */
const goalPerObject = { max: 20 };

/**
 * The rows of the report.
 * @throws RangeError when somebody did not take part; Error when somebody's caches were not full
 */
export function cacheFigures(
  fillings: ReadonlyMap<string, readonly Filling[]>,
  { vms, objectBytes }: { vms: number; objectBytes: number },
): Figure[] {
  const of = (client: CacheClient, full: boolean, value: (filling: Filling) => number) =>
    median((fillings.get(keyOf(client, full)) ?? []).map(value));
  const seconds = (client: CacheClient) => of(client, true, (one) => one.seconds);
  const perObject = (client: CacheClient, member: 'residentKiB' | 'heapKiB') => {
    const value = (one: Filling) => one[member];
    return ((of(client, true, value) - of(client, false, value)) * 1.024) / vms;
  };
  for (const client of ['runtime', 'stock', 'operator'] as const) {
    const objects = of(client, true, (one) => one.objects);
    if (objects !== vms) throw new Error(`${client} had ${objects} of ${vms} VMs when it was synced`);
  }
  const beside = (value: number) => ({ peer: { name: 'stock informer', value } });
  const goal = { goal: goalPerObject };
  return [
    figure('one VM as JSON, without managedFields', objectBytes / 1e3, 'kB'),
    figure('one kind: process start to synced', seconds('runtime'), 's', beside(seconds('stock'))),
    ...(['heapKiB', 'residentKiB'] as const).map((member) =>
      figure(
        `  ${member === 'heapKiB' ? 'heap' : 'resident memory'} for each VM`,
        perObject('runtime', member),
        'kB',
        beside(perObject('stock', member)),
      ),
    ),
    figure('the whole operator, on standby: process start to all synced', seconds('operator'), 's'),
    figure('  heap for each VM', perObject('operator', 'heapKiB'), 'kB', goal),
    figure('  resident memory for each VM', perObject('operator', 'residentKiB'), 'kB', goal),
  ];
}
