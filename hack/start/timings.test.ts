import { expect, it } from 'vitest';
import { timingsTable } from './timings.ts';

it('shows each part with its time, and the total as it went by', () => {
  const times = [
    { name: 'Packages', ms: 26 },
    { name: 'Kubernetes control plane', ms: 4_210 },
    { name: '2 libvirt hosts', ms: 3_900 },
  ];
  const rows = timingsTable(times, 4_300)
    .split('\n')
    .filter((line) => line.includes(' s '))
    .map((line) => line.split('│').map((cell) => cell.trim()));
  expect(rows.map(([, name, time]) => [name, time])).toEqual([
    ['Packages', '0.0 s'],
    ['Kubernetes control plane', '4.2 s'],
    ['2 libvirt hosts', '3.9 s'],
    ['all, some at the same time', '4.3 s'],
  ]);
});
