import { type Figure, figure } from '../../report.ts';

/** The heap, without garbage, after so many VMs have come and gone. */
export interface HeapLook {
  lives: number;
  heapKiB: number;
}

/** The rows of the report. @throws RangeError for fewer than two looks */
export function churnFigures(liver: string, looks: readonly HeapLook[]): Figure[] {
  const [middle, last] = [looks[Math.floor(looks.length / 2)], looks.at(-1)];
  if (!middle || !last || middle === last) throw new RangeError('growth is told by two looks at least');
  const grownKiB = last.heapKiB - middle.heapKiB;
  const rows = looks.map(({ lives, heapKiB }) =>
    figure(`${liver}: heap after ${lives} VMs came and went`, heapKiB / 1024, 'MiB'),
  );
  return [
    ...rows,
    figure('  growth from the middle to the end', (grownKiB / middle.heapKiB) * 100, '%', {
      goal: { max: 5 },
    }),
    figure('  growth for each VM', (grownKiB * 1024) / (last.lives - middle.lives), 'bytes'),
  ];
}
