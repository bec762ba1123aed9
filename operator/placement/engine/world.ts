import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { Labels, Selector } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import { Counts } from './counts.ts';
import { Eligibles } from './eligibles.ts';
import { Exclusives } from './exclusives.ts';
import { exclusive } from './filters/exclusive.ts';
import type { HostHints } from './hints.ts';
import { HostTable } from './hosts.ts';
import { Journal } from './journal.ts';
import type { LabelSet } from './label-set.ts';
import { Masks } from './masks.ts';
import { Namespace } from './namespace.ts';
import { type PopulationLimits, Populations } from './populations.ts';
import type { Rules } from './rules.ts';
import { sameRecords } from './same.ts';
import { Scratch } from './scratch.ts';
import { type PlacedRecord, VmTable } from './vms.ts';

/** By what policies know a VM. */
export type Labelled = Pick<VmState, 'namespace' | 'labels'>;

export interface EngineOptions {
  populationLimits?: PopulationLimits;
}

/** A VM that is placed, and hosts on which rules count it for a while. */
export interface Stay {
  id: string;
  /** Where rules count it until then, if not on its own host. */
  from?: string;
  hosts: readonly string[];
}

/** Hosts, placed VMs and policies, with all columns and counts kept up change by change. */
export class World {
  readonly hosts = new HostTable();
  readonly vms = new VmTable();
  readonly masks = new Masks(this.hosts);
  readonly exclusives = new Exclusives();
  readonly populations: Populations;
  readonly eligibles = new Eligibles();
  readonly scratch = new Scratch(this.hosts);
  /** VMs that are counted on rows where they are not, or not counted where they are. */
  readonly #supposed = new Counts();
  readonly #journal = new Journal();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #unsettled = new Set<Namespace>();

  constructor({ populationLimits }: EngineOptions = {}) {
    this.populations = new Populations(populationLimits);
  }

  /** Does as `action` says, and then makes all that the world was told meanwhile untold. */
  trial<T>(action: () => T): T {
    return this.#journal.trial(action);
  }

  upsertHost(host: HostState): void {
    const before = this.hostState(host.name);
    this.#journal.note(() => (before ? this.upsertHost(before) : this.removeHost(host.name)));
    this.hosts.upsert(host);
  }

  removeHost(name: string): void {
    const row = this.hosts.row(name);
    const before = this.hostState(name);
    if (row === undefined || !before) return;
    const hints = this.hosts.hints.get(row);
    this.#journal.note(() => {
      this.upsertHost(before);
      this.hint(name, hints);
    });
    this.hosts.remove(name);
    if (this.vms.on(row).size === 0) this.hosts.release(row);
  }

  hint(name: string, hints: HostHints): void {
    const row = this.hosts.row(name);
    if (row === undefined || !this.hosts.state(row)) return;
    const before = this.hosts.hints.get(row);
    this.#journal.note(() => this.hint(name, before));
    this.hosts.hints.set(row, hints);
  }

  upsertVm(vm: PlacedVm): void {
    const record = this.vms.get(vm.id);
    const before = record?.vm;
    this.#journal.note(() => (before ? this.upsertVm(before) : this.removeVm(vm.id)));
    if (record && isCountedAlike(record.vm, vm)) {
      record.vm = vm;
      return;
    }
    if (record) this.#takeOut(record);
    this.#putIn(vm);
  }

  removeVm(id: string): void {
    const record = this.vms.get(id);
    if (!record) return;
    const { vm } = record;
    this.#journal.note(() => this.upsertVm(vm));
    this.#takeOut(record);
  }

  /**
   * Does as `action` says in a world where rules count VMs elsewhere: each on its hosts here, which may be none, and not on its
   * own. What room they take stays as it is. `action` may only ask.
   */
  counting<T>(stays: readonly Stay[], action: () => T): T {
    this.#countAll(stays, 1);
    try {
      return action();
    } finally {
      this.#countAll(stays, -1);
    }
  }

  /** How many VMs are on the row, as rules count them. */
  countedOn(row: number): number {
    return this.vms.on(row).size + this.#supposed.get(row);
  }

  #countAll(stays: readonly Stay[], sign: 1 | -1): void {
    for (const { id, from, hosts } of stays) {
      const record = this.vms.get(id);
      if (!record) continue;
      const left = from === undefined ? record.row : this.hosts.row(from);
      if (left !== undefined) this.#count(record, left, -sign);
      for (const host of hosts) {
        const row = this.hosts.row(host);
        if (row !== undefined) this.#count(record, row, sign);
      }
    }
  }

  #count({ labelSet }: PlacedRecord, row: number, amount: number): void {
    labelSet.count(row, amount);
    this.exclusives.add(labelSet.circle, row, amount);
    this.#supposed.add(row, amount);
  }

  /** Does as `action` says in a world without the VM, which may not be there. */
  without<T>(id: string, action: () => T): T {
    const record = this.vms.get(id);
    if (!record) return action();
    this.#takeOut(record);
    try {
      return action();
    } finally {
      this.#putIn(record.vm);
    }
  }

  upsertPolicy(policy: Policy): void {
    const { namespace, name } = policy;
    const before = this.policy(namespace, name);
    this.#journal.note(() => (before ? this.upsertPolicy(before) : this.removePolicy(namespace, name)));
    const known = this.#namespace(namespace);
    known.upsertPolicy(policy);
    if (!known.isSettled) this.#unsettled.add(known);
  }

  removePolicy(namespace: string, name: string): void {
    const before = this.policy(namespace, name);
    if (!before) return;
    this.#journal.note(() => this.upsertPolicy(before));
    this.#namespace(namespace).removePolicy(name);
    this.tidy(namespace);
  }

  hostState(name: string): HostState | undefined {
    const row = this.hosts.row(name);
    return row === undefined ? undefined : this.hosts.state(row);
  }

  policy(namespace: string, name: string): Policy | undefined {
    return this.#namespaces.get(namespace)?.policy(name);
  }

  policiesOf(namespace: string): Policy[] {
    return this.#namespaces.get(namespace)?.policies() ?? [];
  }

  select(namespace: string, selector: Selector): PlacedVm[] {
    this.settle();
    return [...(this.#namespaces.get(namespace)?.select(selector) ?? [])].map(({ vm }) => vm);
  }

  isPlaced(namespace: string, selector: Selector): boolean {
    this.settle();
    return Iterator.from(this.#namespaces.get(namespace)?.select(selector) ?? []).some(() => true);
  }

  policiesFor(namespace: string, labels: Labels): readonly Policy[] {
    this.settle();
    const known = this.#namespaces.get(namespace);
    return known?.policiesFor(known.labelSet(labels)) ?? [];
  }

  /** How many different rules there are about other VMs. */
  rulesFor(namespace: string, labels: Labels): number {
    const { required = [], scoring = [] } = this.#rulesOf({ namespace, labels }) ?? {};
    return required.filter((filter) => filter !== exclusive).length + scoring.length;
  }

  /** Of the VM's own, or else by the policies that select it. */
  priorityOf(vm: VmState): number {
    return vm.priority ?? this.#rulesOf(vm)?.priority ?? 0;
  }

  /** Whether policies let `preemptor` have others stopped, and `victim` be stopped for others. */
  mayPreempt(preemptor: Labelled, victim: Labelled): boolean {
    return !this.#rulesOf(preemptor)?.neverPreempts && !this.#rulesOf(victim)?.neverVictim;
  }

  /** Undefined where the namespace has neither VMs nor policies. */
  #rulesOf({ namespace, labels }: Labelled): Rules | undefined {
    this.settle();
    const known = this.#namespaces.get(namespace);
    return known?.rulesFor(known.labelSet(labels));
  }

  /** Policies may tell VMs apart that they did not before; to be called before anything is asked of label sets or counts. */
  settle(): void {
    for (const namespace of this.#unsettled) namespace.settle();
    this.#unsettled.clear();
  }

  labelSet(namespace: string, labels: Labels): LabelSet {
    this.settle();
    return this.#namespace(namespace).labelSet(labels);
  }

  /** The same of a VM that may be placed. */
  labelSetOf({ id, namespace, labels }: VmState): LabelSet {
    this.settle();
    const record = this.vms.get(id);
    const isKnown = record?.vm.labels === labels && record.vm.namespace === namespace;
    return isKnown ? record.labelSet : this.labelSet(namespace, labels);
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (!namespace) {
      namespace = new Namespace(name, this.exclusives);
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  /** Forgets the namespace if it has neither VMs nor policies: asking about a VM makes one. */
  tidy(name: string): void {
    const namespace = this.#namespaces.get(name);
    if (!namespace?.isEmpty) return;
    this.#namespaces.delete(name);
    this.#unsettled.delete(namespace);
    this.populations.forget(namespace);
  }

  #putIn(vm: PlacedVm): void {
    const labelSet = this.labelSet(vm.namespace, vm.labels);
    const row = this.hosts.rowFor(vm.host);
    const record: PlacedRecord = { vm, row, labelSet };
    labelSet.namespace.wake(labelSet);
    this.vms.add(record);
    labelSet.add(record);
    this.exclusives.add(labelSet.circle, row, 1);
    this.hosts.dimensions.add(row, vm.requests);
    this.hosts.cells.add(row, vm);
  }

  #takeOut(record: PlacedRecord): void {
    const { vm, row, labelSet } = record;
    this.hosts.dimensions.remove(row, vm.requests);
    this.hosts.cells.remove(row, vm);
    this.vms.remove(record);
    labelSet.remove(record);
    this.exclusives.add(labelSet.circle, row, -1);
    if (this.vms.on(row).size === 0) this.hosts.release(row);
    if (labelSet.vms.size > 0) return;
    labelSet.namespace.rest(labelSet);
    this.tidy(vm.namespace);
  }
}

/** Nothing that is counted differs. */
function isCountedAlike(a: PlacedVm, b: PlacedVm): boolean {
  return (
    a.host === b.host &&
    a.namespace === b.namespace &&
    a.oneCell === b.oneCell &&
    a.cell === b.cell &&
    a.createdAt === b.createdAt &&
    sameRecords(a.requests, b.requests) &&
    sameRecords(a.labels, b.labels)
  );
}
