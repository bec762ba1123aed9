import type { Layout } from '../moves/layout.ts';

/** How evenly one dimension is used, over the hosts that have any of it. */
export interface Balance {
  mean: number;
  fullest: number;
  /** Standard deviation of the hosts' utilisation. */
  deviation: number;
  /** 0 when all are equal, 1 when one host carries all: coefficient of variation over √(n-1). */
  imbalance: number;
}

/** Of each dimension of what is balanced. */
export function balanceOf(layout: Layout): Balance[] {
  return Array.from({ length: layout.loadDimensions }, (_, dimension) => balanceIn(layout, dimension));
}

function balanceIn(layout: Layout, dimension: number): Balance {
  const used = utilisations(layout, dimension);
  const plainMean = used.reduce((sum, one) => sum + one, 0) / Math.max(1, used.length);
  const squares = used.reduce((sum, one) => sum + (one - plainMean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, used.length));
  const imbalance = used.length > 1 && plainMean > 0 ? deviation / plainMean / Math.sqrt(used.length - 1) : 0;
  return {
    mean: meanOf(layout, dimension),
    fullest: used.reduce((a, b) => Math.max(a, b), 0),
    deviation,
    imbalance,
  };
}

function utilisations(layout: Layout, dimension: number): number[] {
  const hosts = Array.from({ length: layout.problem.hosts.count }, (_, host) => host);
  return hosts
    .filter((host) => (layout.perCapacity[host * layout.loadDimensions + dimension] as number) > 0)
    .map((host) => layout.utilisation(host, dimension));
}

/** All that is used over all that there is: what every host would have if load were water. No move changes it. */
export function meanOf(layout: Layout, dimension: number): number {
  const { load, perCapacity, loadDimensions } = layout;
  let [used, has] = [0, 0];
  for (let index = dimension; index < load.length; index += loadDimensions) {
    const per = perCapacity[index] as number;
    if (per === 0) continue;
    used += load[index] as number;
    has += 1 / per;
  }
  return has > 0 ? used / has : 0;
}
