import type { HostState } from '../../model/host.ts';
import { matches, type Selector, selectorKey } from '../../model/selector.ts';
import { isDissuading } from '../filters/taints.ts';
import type { Scene } from '../scene.ts';

/** Points of a host whose soft taint the VM does not tolerate. */
const softTaint = -50;

/** Points for hosts that are so. */
interface Preference {
  name: 'hostAffinity' | 'taints';
  policy?: string;
  key: string;
  holds: (host: HostState) => boolean;
  weight: number;
}

/** What the VM and its policies prefer of hosts by themselves, in an order that does not depend on how it was told. */
export function preferences({ vm, rules }: Scene): Preference[] {
  const { hostAffinity, tolerations = [] } = vm;
  return [
    ...rules.host.flatMap(({ policy, selector, enforcement }) =>
      enforcement.required ? [] : [{ ...ofLabels(selector, enforcement.weight), policy }],
    ),
    ...(hostAffinity?.preferred ?? []).map(({ selector, weight }) => ofLabels(selector, weight)),
    {
      name: 'taints',
      key: `soft taints ${JSON.stringify(tolerations)}`,
      holds: (host) => isDissuading(host, tolerations),
      weight: softTaint,
    },
  ];
}

/** The points of all preferences by row, for these rows; undefined when all are 0. */
export function preferredPoints(scene: Scene, rows: Int32Array): Float64Array | undefined {
  const points = new Float64Array(scene.hosts.capacity);
  let some = false;
  for (const { key, holds, weight } of preferences(scene)) {
    const mask = scene.masks.get(key, holds);
    for (const row of rows) {
      if (mask[row] !== 1) continue;
      (points[row] as number) += weight;
      some = true;
    }
  }
  return some ? points : undefined;
}

function ofLabels(selector: Selector, weight: number): Preference {
  return {
    name: 'hostAffinity',
    key: `labels ${selectorKey(selector)}`,
    holds: ({ labels }) => matches(selector, labels),
    weight,
  };
}
