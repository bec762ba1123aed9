import type { HostPool } from '../../api/hostpool.ts';
import { cellOf, readDomain } from '../../domain/read.ts';
import type { NumaCell } from '../../hypervisor/hypervisor.ts';
import type { Scope } from './scope.ts';

/**
 * The cell that a VM which asks for one is to have of its host. The one that it has stays while it runs, and else as long
 * as there is room; where the status does not tell, as when it was lost, what is defined does. Where no cell has room it
 * is one all the same: what is defined then finds no room when it is to start, which says what is missing.
 */
export function chooseCell(scope: Scope, pool: HostPool, cells: readonly NumaCell[]): NumaCell | undefined {
  const { env, vm, observed } = scope;
  if (vm.spec.placement.numaPolicy !== 'SingleCell') return undefined;
  const withId = (id: number | undefined) => cells.find((cell) => cell.id === id);
  const known = withId(vm.status?.numaCell) ?? withId(observed && cellOf(readDomain(observed.definitionXml)));
  if (known && observed?.liveXml !== undefined) return known;
  const { cell } = env.pools.placeOn(vm, pool, vm.status?.hostName ?? '', known?.id);
  return withId(cell) ?? known ?? cells[0];
}
