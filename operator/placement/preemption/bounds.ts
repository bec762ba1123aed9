import type { Beneath } from '../engine/beneath.ts';
import type { Cost } from './victims.ts';

/** Ordered values of the VMs of one host. */
let scratch = new Float64Array(256);

/**
 * What clearing the host costs at least, with `least` victims or more: as many as it takes if the largest went, as little
 * important as any are, and with as little memory. Undefined when it takes more than `most`.
 */
export function bound(stage: Beneath, least: number, most = Number.POSITIVE_INFINITY): Cost | undefined {
  if (scratch.length < stage.count) scratch = new Float64Array(stage.count * 2);
  let count = least;
  for (const { resource, amount } of stage.missing) {
    const amounts = sort(stage.amounts(resource, scratch));
    let taken = 0;
    for (let left = amount; left > 0 && taken < amounts.length; taken++)
      left -= amounts[amounts.length - 1 - taken] as number;
    count = Math.max(count, taken);
    if (count > most) return undefined;
  }
  const memories = sort(stage.memories(scratch));
  let bytes = 0;
  for (let at = 0; at < count && at < memories.length; at++) bytes += memories[at] as number;
  const priorities = sort(stage.priorities(scratch));
  return { host: stage.host, priorities: Array.from(priorities.subarray(0, count)), memory: bytes, count };
}

/** By insertion: there are few, and to call out for each host would take longer. */
function sort(values: Float64Array): Float64Array {
  if (values.length > 32) return values.sort();
  for (let at = 1; at < values.length; at++) {
    const value = values[at] as number;
    let to = at;
    for (; to > 0 && (values[to - 1] as number) > value; to--) values[to] = values[to - 1] as number;
    values[to] = value;
  }
  return values;
}
