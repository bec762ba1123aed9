import type { PlacementEngine } from '../engine/engine.ts';
import { largestFirst } from '../gangs/place-all.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { VmState } from '../model/vm.ts';
import type { Found, Homeless } from './answer.ts';

/** Places the VMs one after the other, the most important and of these the largest first; each that finds a place stays. */
export function findPlaces(
  engine: PlacementEngine,
  requests: readonly PlacementRequest[],
): { placed: Found[]; homeless: Homeless[] } {
  const placed: Found[] = [];
  const without: PlacementRequest[] = [];
  const priority = ({ vm }: PlacementRequest) => engine.priorityOf(vm);
  for (const request of largestFirst(requests).sort((a, b) => priority(b) - priority(a))) {
    const { vm } = request;
    const found = engine.find(request);
    if (!found) {
      without.push(request);
      continue;
    }
    engine.upsertVm({ ...vm, ...found });
    placed.push({ vm: vm.id, host: found.host });
  }
  return { placed, homeless: explained(engine, without) };
}

/** Why is worked out once for all that ask the same, as it takes the longest. */
function explained(engine: PlacementEngine, requests: readonly PlacementRequest[]): Homeless[] {
  const messages = new Map<string, string>();
  return requests.map((request) => {
    const key = kindOf(request.vm);
    const message = messages.get(key) ?? messageFor(engine, request);
    messages.set(key, message);
    return { vm: request.vm.id, message };
  });
}

function messageFor(engine: PlacementEngine, request: PlacementRequest): string {
  const decision = engine.place(request);
  return decision.kind === 'unplaced' ? decision.message : `It would fit on ${decision.host} by now.`;
}

function kindOf({ id: _, priority: __, expectedEnd: ___, ...asks }: VmState): string {
  return JSON.stringify(asks);
}
