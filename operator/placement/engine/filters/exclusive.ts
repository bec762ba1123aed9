import { type Refusal, refusal } from '../../explain/refusal.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** All VMs on the host have the same exclusive policies as this one. */
export const exclusive: Filter = {
  keep(scene, rows, count) {
    const { exclusives, circle } = scene;
    if (exclusives.isEmpty && circle === '') return count;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at] as number;
      rows[kept] = row;
      const there = scene.vmsCountedOn(row);
      if (there === 0 || exclusives.of(circle, row, there) === there) kept += 1;
    }
    return kept;
  },

  effect: ({ circle }) =>
    circle === ''
      ? 'off hosts that are kept for others'
      : `off hosts of VMs that are not of policy ${circle}`,

  refusals: (scene) => {
    const taken = refusal('Exclusive', 'carries', 'carry', `VMs that are not of policy ${scene.circle}`);
    return (row) => (scene.circle === '' ? kept(scene, row) : taken);
  },
};

function kept(scene: Scene, row: number): Refusal {
  const circles = [...scene.vms.on(row)]
    .map(({ labelSet }) => labelSet.circle)
    .filter((circle) => circle !== '');
  return refusal('Exclusive', 'is', 'are', `kept for VMs of policy ${circles.sort()[0] ?? ''}`);
}
