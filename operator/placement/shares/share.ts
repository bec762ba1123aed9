import { countedRequest, cpu, isMemory, memory, type Resources } from '../model/resources.ts';

/** A share of a pool: of a team, say, with those of its projects below it. */
export interface Share {
  name: string;
  /** The share of which this one is a part; undefined: the pool itself. */
  parentName?: string;
  /** The namespaces whose VMs count for it. */
  namespaces: readonly string[];
  /** What is kept for it, whether it is used or not; nothing of what is not named. */
  reservation: Resources;
  /** Its VMs never get more than this; of what is not named there is no limit. */
  limit: Resources;
  /** How much of the CPU time it gets beside others of the same parent when CPUs are short; 100 unless it is given. */
  weight?: number;
}

/** What shares are of. */
export const shared = [cpu, memory] as const;
export type Shared = (typeof shared)[number];

/** One amount of each of `shared`, in that order. */
export type Amounts = number[];

export const nothing = (): Amounts => shared.map(() => 0);

/** What a VM counts. What cannot be true of a VM counts nothing: the engine closes the host on which such a one is. */
export function requestsOf(requests: Resources): Amounts {
  return shared.map((name) =>
    sumOf(namesOf(name, requests), (one) => countedRequest(requests[one] ?? 0) || 0),
  );
}

/** 1 EiB: more than all hosts of a pool have. */
const most = 2 ** 60;

/**
 * Amounts of a share or a host, in parts of 1/1024 as those of VMs, so that sums are exact; `missing` of what is not named,
 * nothing of what cannot be true.
 */
export function boundsOf(resources: Resources, missing: number): Amounts {
  return shared.map((name) => {
    if (resources[name] === undefined) return missing;
    return Math.min(
      most,
      sumOf(namesOf(name, resources), (one) => bound(resources[one] ?? 0)),
    );
  });
}

function bound(amount: number): number {
  return amount > 0 ? Math.min(most, Math.floor(amount * 1024) / 1024) : 0;
}

/** Memory in huge pages is memory: who asks for that asks for no other. */
function namesOf(name: Shared, resources: Resources): string[] {
  return name === memory ? Object.keys(resources).filter(isMemory) : [name];
}

const sumOf = (names: readonly string[], of: (name: string) => number) =>
  names.reduce((sum, name) => sum + of(name), 0);

export function add(sum: Amounts, amounts: readonly number[], sign: 1 | -1 = 1): void {
  for (let d = 0; d < sum.length; d++) sum[d] = (sum[d] ?? 0) + sign * (amounts[d] ?? 0);
}

export function resourcesOf(amounts: readonly number[]): Record<Shared, number> {
  return { cpu: amounts[0] ?? 0, memory: amounts[1] ?? 0 };
}
