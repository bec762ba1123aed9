import type { PlacementEngine } from '../engine/engine.ts';
import { shareRefused } from '../explain/shares.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { bySize } from '../model/size.ts';
import type { VmState } from '../model/vm.ts';
import type { PoolShares } from '../shares/pool-shares.ts';
import type { Found, Homeless } from './answer.ts';
import type { Supposition } from './supposition.ts';

/** Places the VMs one after the other, in their order, as their shares let them; each that finds a place stays. */
export function findPlaces(
  supposed: Supposition,
  requests: readonly PlacementRequest[],
): { placed: Found[]; homeless: Homeless[] } {
  const { engine } = supposed;
  const shares = supposed.shares();
  const placed: Found[] = [];
  const without: PlacementRequest[] = [];
  for (const request of inOrder(engine, requests)) {
    const { vm } = request;
    const found = shares?.refusal([vm]) ? undefined : engine.find(request);
    if (!found) {
      without.push(request);
      continue;
    }
    engine.upsertVm({ ...vm, ...found });
    shares?.upsertVm({ ...vm, ...found });
    placed.push({ vm: vm.id, host: found.host });
  }
  return { placed, homeless: explained(engine, shares, without) };
}

/** The most important first, of these the largest: as the operator takes those who wait. */
function inOrder(engine: PlacementEngine, requests: readonly PlacementRequest[]): PlacementRequest[] {
  const size = bySize(requests.map(({ vm }) => vm));
  const priorities = new Map(requests.map(({ vm }) => [vm.id, engine.priorityOf(vm)]));
  const priority = ({ vm }: PlacementRequest) => priorities.get(vm.id) ?? 0;
  return [...requests].sort((a, b) => priority(b) - priority(a) || size(a.vm, b.vm));
}

/** Why is worked out once for all that ask the same, as it takes the longest. */
function explained(
  engine: PlacementEngine,
  shares: PoolShares | undefined,
  requests: readonly PlacementRequest[],
): Homeless[] {
  const messages = new Map<string, string>();
  return requests.map((request) => {
    const key = kindOf(request.vm);
    const message = messages.get(key) ?? messageFor(engine, shares, request);
    messages.set(key, message);
    return { vm: request.vm.id, message };
  });
}

function messageFor(
  engine: PlacementEngine,
  shares: PoolShares | undefined,
  request: PlacementRequest,
): string {
  const refusal = shares?.refusal([request.vm]);
  if (refusal) return shareRefused(request.pool, refusal, 1).message;
  const decision = engine.place(request);
  return decision.kind === 'unplaced' ? decision.message : `It would fit on ${decision.host} by now.`;
}

function kindOf({ id: _, priority: __, createdAt: ___, ...asks }: VmState): string {
  return JSON.stringify(asks);
}
