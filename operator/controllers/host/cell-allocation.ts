import type { Cell } from '../../placement/model/host.ts';
import { isOfCells, type Resources } from '../../placement/model/resources.ts';
import type { PlacedVm } from '../../placement/model/vm.ts';
import { sumOf } from '../pool/resource-list.ts';

/** What the VMs that are bound to one NUMA cell may have of it in all, and what they have. */
export interface CellAllocation {
  number: number;
  limits: Resources;
  used: Resources;
  vms: readonly string[];
}

/** Of the cells that VMs are bound to, by number; one that is gone gives nothing. `vms` are those of one host. */
export function cellAllocations(cells: readonly Cell[], vms: readonly PlacedVm[]): CellAllocation[] {
  const byCell = Map.groupBy(
    vms.filter(({ oneCell, cell }) => oneCell && cell !== undefined),
    ({ cell }) => cell as number,
  );
  return [...byCell]
    .map(([number, bound]) => ({
      ...{ number, limits: cells[number]?.limits ?? {} },
      used: ofCells(sumOf(bound.map(({ requests }) => requests))),
      vms: bound.map(({ id }) => id),
    }))
    .sort((a, b) => a.number - b.number);
}

function ofCells(resources: Resources): Resources {
  return Object.fromEntries(Object.entries(resources).filter(([name]) => isOfCells(name)));
}
