import { fatalAmong } from '../conflicts/conflicts.ts';
import type { PlacementEngine } from '../engine/engine.ts';
import { gangsOf } from '../gangs/gangs-of.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { Policy } from '../model/policy.ts';

import type { VmState } from '../model/vm.ts';
import { Entrance } from './entrance.ts';
import type { Supposition } from './supposition.ts';

/** Members of a gang that have come in, so that others are placed as any VM; or why they cannot. */
export type GangEntry = { kind: 'in'; count: number } | { kind: 'out'; message: string };

/** As many VMs that ask this as their gang lacks come in, all at once; none where it stands, or there is no gang. */
export function gangEntry(supposed: Supposition, request: PlacementRequest): GangEntry {
  const { engine } = supposed;
  const { policy, conflict } = gangOf(engine, request.vm);
  if (conflict !== undefined) return { kind: 'out', message: conflict };
  const count = policy ? lacking(engine, policy) : 0;
  // A single one is let in as any VM.
  if (!policy || count <= 1) return { kind: 'in', count: 0 };
  const members = Array.from({ length: count }, (_, at) => ({
    ...request,
    vm: { ...request.vm, id: `${request.vm.id} in gang ${at}` },
  }));
  const why = new Entrance(supposed).letAllIn(members);
  return why === undefined ? { kind: 'in', count } : { kind: 'out', message: incomplete(policy, count, why) };
}

/** The policy that makes a gang of the VM; `conflict`: why it is in none, as several do. */
export function gangOf(engine: PlacementEngine, vm: VmState): { policy?: Policy; conflict?: string } {
  const [policy, another] = gangsOf(engine, vm);
  if (another) return { conflict: `${fatalAmong(engine.policiesFor(vm))?.text}.` };
  return policy ? { policy } : {};
}

/** How many more of the policy's gang have to come before others are placed as any VM. */
export function lacking(engine: PlacementEngine, { namespace, vmSelector, gang }: Policy): number {
  return Math.max(0, (gang?.minMembers ?? 0) - engine.placedVms(namespace, vmSelector).length);
}

function incomplete({ name, gang }: Policy, count: number, why: string): string {
  const least = gang?.minMembers ?? 0;
  const there =
    count === least ? '' : `, of which ${least - count} ${least - count === 1 ? 'has' : 'have'} a host`;
  return `Policy ${name} places its VMs as a gang of at least ${least}${there}; ${count} more do not fit together, so none is placed. ${why}`;
}
