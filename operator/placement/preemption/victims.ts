import type { Beneath, Lower } from '../engine/beneath.ts';

/** By which ways to clear a host are compared. */
export interface Cost {
  host: string;
  /** How many VMs have to go. */
  count: number;
  /** Of the victims, the least first. */
  priorities: readonly number[];
  /** Of the victims' guests in all, in bytes. */
  memory: number;
}

/** VMs that make way on one host, the least important first. */
export interface Choice extends Cost {
  victims: readonly Lower[];
}

export function choiceOf(host: string, victims: readonly Lower[]): Choice {
  let memory = 0;
  for (const one of victims) memory += one.memory;
  return {
    host,
    victims,
    count: victims.length,
    priorities: victims.map(({ priority }) => priority),
    memory,
  };
}

/** Fewest victims first, then those whose most important ones are less so, then the least memory, then by name. */
export function cheapestFirst(a: Cost & Partial<Choice>, b: Cost & Partial<Choice>): number {
  return a.count - b.count || byPriorities(a, b) || a.memory - b.memory || byName(a, b);
}

export function leastImportantFirst(a: Lower, b: Lower): number {
  return a.priority - b.priority || a.memory - b.memory || (a.vm.id < b.vm.id ? -1 : 1);
}

/** Whether rules may let the VM come, and the host has the room, once these are gone. */
export function mayBeEnough({ isAdmitted, missing }: Beneath, victims: readonly Lower[]): boolean {
  if (!isAdmitted && !victims.some(({ mayHinder }) => mayHinder)) return false;
  for (const { resource, amount } of missing) {
    let sum = 0;
    for (const { vm } of victims) sum += vm.requests[resource] ?? 0;
    if (sum < amount) return false;
  }
  return true;
}

/** Of as many victims each, from the most important one down. */
function byPriorities({ count, priorities: a }: Cost, { priorities: b }: Cost): number {
  for (let at = count - 1; at >= 0; at--) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function byName(a: Cost & Partial<Choice>, b: Cost & Partial<Choice>): number {
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  const [ofA, ofB] = [a.victims ?? [], b.victims ?? []];
  const at = ofA.findIndex(({ vm }, index) => vm.id !== ofB[index]?.vm.id);
  return at < 0 || (ofA[at] as Lower).vm.id < (ofB[at]?.vm.id ?? '') ? -1 : 1;
}
