import type { PlacementEngine } from '../../placement/engine/engine.ts';
import type { PlacedVm } from '../../placement/model/vm.ts';

/**
 * Each is asked of every host. With so many, of whatever kind, the 99th percentile of a decision among 5,000 hosts is at most
 * 1.6 ms; with half as many again it is above 2 ms where they are wishes for spread.
 */
export const mostRules = 32;

/** What is said of a VM for which more rules hold than are decided about in good time; undefined when there are no more. */
export function manyRules(
  engine: PlacementEngine,
  vm: Pick<PlacedVm, 'namespace' | 'labels'>,
): string | undefined {
  const count = engine.rulesFor(vm);
  if (count <= mostRules) return undefined;
  return `${count} different rules of policies about other VMs hold; with more than ${mostRules} it takes long to choose a host. All of them are kept. Have fewer policies select the VM, or say less in them.`;
}
