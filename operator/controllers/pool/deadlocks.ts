import { deadlock, type Want } from '../../placement/conflicts/deadlock.ts';
import type { PlacementEngine } from '../../placement/engine/engine.ts';
import { listed } from '../../placement/explain/listed.ts';
import { type Labels, matches } from '../../placement/model/selector.ts';
import type { WaitingLine } from './waiting-line.ts';

/** Of more kinds of VMs that wait in one namespace is not asked who waits for whom: some 10 ms. */
const mostKinds = 256;

type Model = { engine: PlacementEngine; line: Pick<WaitingLine, 'kindsIn'> };

/** Policies by which the VM waits for others that wait, in the end, for each other; undefined when there are none. */
export function deadlockOf(
  { engine, line }: Model,
  { namespace, labels }: { namespace: string; labels: Labels },
): string[] | undefined {
  const wants = wantsOf(engine, namespace, labels);
  if (wants.length === 0) return undefined;
  const others = line.kindsIn(namespace);
  if (others.length > mostKinds) return undefined;
  const first = { labels, wants };
  const kinds = others.map((one) => ({ labels: one, wants: wantsOf(engine, namespace, one) }));
  return deadlock(first, [first, ...kinds]);
}

/** Whom VMs with these labels are to be with, as far as none of those has a host; the first of a group may go anywhere. */
function wantsOf(engine: PlacementEngine, namespace: string, labels: Labels): Want[] {
  return engine
    .policiesFor({ namespace, labels })
    .filter(({ vmAffinity, vmSelector }) => vmAffinity.length > 0 && matches(vmSelector, labels))
    .flatMap(({ name, vmSelector, vmAffinity }) =>
      vmAffinity
        .filter(({ enforcement }) => enforcement.required)
        .map((term) => ({ policy: name, selector: term.vmSelector ?? vmSelector }))
        .filter(({ selector }) => !matches(selector, labels) && !engine.isPlaced(namespace, selector)),
    );
}

/** `policies near-b and near-a`, as a clause says why nobody can be first. */
export function circleClause(policies: readonly string[]): string {
  return policies.length === 1
    ? 'by its vmAffinity VMs wait to be with each other, and no one of them may go first'
    : `by vmAffinity of ${listed(policies)} VMs wait to be with each other, and no one of them may go first`;
}
