import type { PlacementRequest } from '../model/decision.ts';
import { countedRequest } from '../model/resources.ts';
import { guestMemoryOf, type PlacedVm } from '../model/vm.ts';
import { admittingRows } from './decide.ts';
import type { LabelSet } from './label-set.ts';
import type { Rules } from './rules.ts';
import { Scene } from './scene.ts';
import type { PlacedRecord } from './vms.ts';
import type { World } from './world.ts';

/** A VM that is less important than the one asked about, and that policies do not keep from being stopped. */
export interface Lower {
  vm: PlacedVm;
  priority: number;
  /** Of its guest, in bytes. */
  memory: number;
  /** Whether a rule of the one asked about may count it. */
  mayHinder: boolean;
}

export interface Missing {
  resource: string;
  amount: number;
}

/** A host that might take a VM if others were gone from it. As the world was: of no use once it has changed. */
export class Beneath {
  readonly host: string;
  /** Whether rules let the VM be there as things are; otherwise one who may hinder it has to go. */
  readonly isAdmitted: boolean;
  /** What the host lacks of each resource, without those of which there is enough. */
  readonly missing: readonly Missing[];
  readonly #records: readonly PlacedRecord[];
  readonly #mayHinder: (labelSet: LabelSet) => boolean;
  #lower: readonly Lower[] | undefined;

  constructor(
    host: string,
    missing: readonly Missing[],
    records: readonly PlacedRecord[],
    { isAdmitted, mayHinder }: { isAdmitted: boolean; mayHinder: (labelSet: LabelSet) => boolean },
  ) {
    this.host = host;
    this.missing = missing;
    this.isAdmitted = isAdmitted;
    this.#records = records;
    this.#mayHinder = mayHinder;
  }

  get count(): number {
    return this.#records.length;
  }

  /** Made when first asked for: there are ten thousands of VMs, and most are never looked at. */
  get lower(): readonly Lower[] {
    this.#lower ??= this.#records.map((record) => this.#lowerOf(record));
    return this.#lower;
  }

  /** The first of those that alone would make the room, and that rules may count where they have to. */
  single(): Lower | undefined {
    let best: PlacedRecord | undefined;
    for (const record of this.#records) {
      if (best && !isBefore(record, best)) continue;
      if (this.#makesRoom(record) && (this.isAdmitted || this.#mayHinder(record.labelSet))) best = record;
    }
    return best && this.#lowerOf(best);
  }

  /** By which each amount of the resource is told to `told`. */
  amounts(resource: string, told: Float64Array): Float64Array {
    const amounts = told.subarray(0, this.#records.length);
    for (let at = 0; at < amounts.length; at++)
      amounts[at] = (this.#records[at] as PlacedRecord).vm.requests[resource] ?? 0;
    return amounts;
  }

  memories(told: Float64Array): Float64Array {
    const memories = told.subarray(0, this.#records.length);
    for (let at = 0; at < memories.length; at++)
      memories[at] = guestMemoryOf((this.#records[at] as PlacedRecord).vm);
    return memories;
  }

  priorities(told: Float64Array): Float64Array {
    const priorities = told.subarray(0, this.#records.length);
    for (let at = 0; at < priorities.length; at++)
      priorities[at] = priorityOf(this.#records[at] as PlacedRecord);
    return priorities;
  }

  #makesRoom({ vm }: PlacedRecord): boolean {
    for (const { resource, amount } of this.missing) if ((vm.requests[resource] ?? 0) < amount) return false;
    return true;
  }

  #lowerOf(record: PlacedRecord): Lower {
    const { vm, labelSet } = record;
    const mayHinder = this.isAdmitted || this.#mayHinder(labelSet);
    return { vm, priority: priorityOf(record), memory: guestMemoryOf(vm), mayHinder };
  }
}

/** The hosts on which VMs that may be stopped for the VM have what it lacks; in no order. One pass over all VMs of the pool. */
export function beneath(world: World, request: PlacementRequest): Beneath[] {
  const scene = new Scene(world, request);
  if (scene.rules.neverPreempts) return [];
  const priority = world.priorityOf(request.vm);
  const admits = admittingRows(scene);
  const mayHinder = hinderers(world, scene);
  const asked = Object.entries(request.vm.requests).flatMap(([resource, requested]) => {
    const amount = countedRequest(requested);
    return amount === 0 ? [] : [{ resource, amount, free: scene.hosts.dimensions.get(resource)?.free }];
  });
  const found: Beneath[] = [];
  for (const row of scene.eligible.rows) {
    const lower = lowerOn(world, row, priority);
    if (lower.length === 0) continue;
    const isAdmitted = admits[row] === 1;
    if (!isAdmitted && !lower.some(({ labelSet }) => mayHinder(labelSet))) continue;
    const missing: Missing[] = [];
    let isEnough = true;
    for (const { resource, amount, free } of asked) {
      const lacking = amount - (free?.[row] ?? 0);
      if (lacking <= 0) continue;
      isEnough = sumOf(lower, resource) >= lacking;
      if (!isEnough) break;
      missing.push({ resource, amount: lacking });
    }
    if (isEnough) found.push(new Beneath(scene.hosts.name(row), missing, lower, { isAdmitted, mayHinder }));
  }
  return found;
}

function lowerOn(world: World, row: number, priority: number): PlacedRecord[] {
  const lower: PlacedRecord[] = [];
  for (const record of world.vms.on(row))
    if (priorityOf(record) < priority && !rulesFor(record).neverVictim) lower.push(record);
  return lower;
}

function sumOf(records: readonly PlacedRecord[], resource: string): number {
  let sum = 0;
  for (const { vm } of records) sum += vm.requests[resource] ?? 0;
  return sum;
}

/** The least important first, of these the smallest. */
function isBefore(a: PlacedRecord, b: PlacedRecord): boolean {
  const difference = priorityOf(a) - priorityOf(b) || guestMemoryOf(a.vm) - guestMemoryOf(b.vm);
  return difference === 0 ? a.vm.id < b.vm.id : difference < 0;
}

function priorityOf(record: PlacedRecord): number {
  return record.vm.priority ?? rulesFor(record).priority ?? 0;
}

function rulesFor({ labelSet }: PlacedRecord): Rules {
  return labelSet.namespace.rulesFor(labelSet);
}

/** Of which VMs rules of the scene's VM may speak: policies that bear on both, or keep their hosts to themselves. */
function hinderers(world: World, { vm, circle }: Scene): (labelSet: LabelSet) => boolean {
  const own = new Set(world.policiesFor(vm.namespace, vm.labels));
  const known = new Map<LabelSet, boolean>();
  const mayHinder = (labelSet: LabelSet) =>
    vm.oneCell === true ||
    labelSet.circle !== circle ||
    labelSet.namespace.policiesFor(labelSet).some((policy) => own.has(policy));
  return (labelSet) => {
    const answer = known.get(labelSet) ?? mayHinder(labelSet);
    known.set(labelSet, answer);
    return answer;
  };
}
