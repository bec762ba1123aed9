import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { Labels } from '../model/selector.ts';
import type { PlacedVm } from '../model/vm.ts';
import { Eligibles } from './eligibles.ts';
import { HostTable } from './hosts.ts';
import type { LabelSet } from './label-set.ts';
import { Masks } from './masks.ts';
import { Namespace } from './namespace.ts';
import { Populations } from './populations.ts';
import { sameRecords } from './same.ts';
import { Scratch } from './scratch.ts';
import { type PlacedRecord, VmTable } from './vms.ts';

/** Hosts, placed VMs and policies, with all columns and counts kept up change by change. */
export class World {
  readonly hosts = new HostTable();
  readonly vms = new VmTable();
  readonly masks = new Masks(this.hosts);
  readonly populations = new Populations();
  readonly eligibles = new Eligibles();
  readonly scratch = new Scratch(this.hosts);
  readonly #namespaces = new Map<string, Namespace>();

  upsertHost(host: HostState): void {
    this.hosts.upsert(host);
  }

  removeHost(name: string): void {
    const row = this.hosts.row(name);
    if (row === undefined) return;
    this.hosts.remove(name);
    if (this.vms.on(row).size === 0) this.hosts.release(row);
  }

  upsertVm(vm: PlacedVm): void {
    const before = this.vms.get(vm.id);
    if (before && isCountedAlike(before.vm, vm)) {
      before.vm = vm;
      return;
    }
    if (before) this.#takeOut(before);
    this.#putIn(vm);
  }

  removeVm(id: string): void {
    const record = this.vms.get(id);
    if (record) this.#takeOut(record);
  }

  upsertPolicy(policy: Policy): void {
    this.#namespace(policy.namespace).upsertPolicy(policy);
  }

  removePolicy(namespace: string, name: string): void {
    this.#namespaces.get(namespace)?.removePolicy(name);
    this.tidy(namespace);
  }

  policy(namespace: string, name: string): Policy | undefined {
    return this.#namespaces.get(namespace)?.policy(name);
  }

  labelSet(namespace: string, labels: Labels): LabelSet {
    return this.#namespace(namespace).labelSet(labels);
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (!namespace) {
      namespace = new Namespace();
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  /** Forgets the namespace if it has neither VMs nor policies: asking about a VM makes one. */
  tidy(name: string): void {
    const namespace = this.#namespaces.get(name);
    if (!namespace?.isEmpty) return;
    this.#namespaces.delete(name);
    this.populations.forget(namespace);
  }

  #putIn(vm: PlacedVm): void {
    const labelSet = this.labelSet(vm.namespace, vm.labels);
    const row = this.hosts.rowFor(vm.host);
    const record: PlacedRecord = { vm, row, labelSet };
    labelSet.namespace.wake(labelSet);
    this.vms.add(record);
    labelSet.add(record);
    this.hosts.dimensions.add(row, vm.requests);
  }

  #takeOut(record: PlacedRecord): void {
    const { vm, row, labelSet } = record;
    this.hosts.dimensions.remove(row, vm.requests);
    this.vms.remove(record);
    labelSet.remove(record);
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
    sameRecords(a.requests, b.requests) &&
    sameRecords(a.labels, b.labels)
  );
}
