import {
  amount,
  type Labels,
  type Workload,
  type WorkloadHost,
  type WorkloadRule,
  type WorkloadVm,
} from '../workload/model.ts';

export interface Placed {
  vm: WorkloadVm;
  host: WorkloadHost;
}

/**
 * Who is where. It keeps no sum and no count that could be wrong for long: whoever wants one adds it up from the VMs.
 * Hosts and rules stay as they are from beginning to end.
 */
export class World {
  readonly hosts: ReadonlyMap<string, WorkloadHost>;
  readonly reserve: Workload['reserve'];
  readonly #rules = new Map<string, WorkloadRule[]>();
  readonly #placed = new Map<string, Placed>();
  readonly #onHost = new Map<string, Set<string>>();
  readonly #inNamespace = new Map<string, Set<string>>();

  constructor({ hosts, rules, reserve }: Omit<Workload, 'events'>) {
    this.hosts = new Map(hosts.map((host) => [host.name, host]));
    this.reserve = reserve;
    for (const rule of rules) this.#rules.set(rule.namespace, [...this.rulesOf(rule.namespace), rule]);
  }

  rulesOf(namespace: string): readonly WorkloadRule[] {
    return this.#rules.get(namespace) ?? [];
  }

  /** The rules that are for the VM. */
  rulesFor({ namespace, labels }: WorkloadVm): WorkloadRule[] {
    return this.rulesOf(namespace).filter(({ selects }) => hasAll(labels, selects));
  }

  has(id: string): boolean {
    return this.#placed.has(id);
  }

  /** VMs of the namespace that have all of these labels, with their hosts. */
  select(namespace: string, labels: Labels): Placed[] {
    return this.#members(this.#inNamespace.get(namespace)).filter(({ vm }) => hasAll(vm.labels, labels));
  }

  on(host: string): Placed[] {
    return this.#members(this.#onHost.get(host));
  }

  /** What the host has left in this dimension. */
  free({ name, limits }: WorkloadHost, dimension: string): number {
    const taken = this.on(name).reduce((sum, { vm }) => sum + amount(vm.requests, dimension), 0);
    return amount(limits, dimension) - taken;
  }

  add(vm: WorkloadVm, host: WorkloadHost): void {
    this.#placed.set(vm.id, { vm, host });
    this.#onHost.set(host.name, (this.#onHost.get(host.name) ?? new Set()).add(vm.id));
    this.#inNamespace.set(vm.namespace, (this.#inNamespace.get(vm.namespace) ?? new Set()).add(vm.id));
  }

  remove(id: string): void {
    const placed = this.#placed.get(id);
    this.#placed.delete(id);
    if (!placed) return;
    this.#onHost.get(placed.host.name)?.delete(id);
    this.#inNamespace.get(placed.vm.namespace)?.delete(id);
  }

  #members(ids: ReadonlySet<string> = new Set()): Placed[] {
    return [...ids].flatMap((id) => this.#placed.get(id) ?? []);
  }
}

/** Whether all that `wanted` says is true of `labels`. */
export function hasAll(labels: Labels, wanted: Labels): boolean {
  for (const key in wanted) if (!Object.hasOwn(labels, key) || labels[key] !== wanted[key]) return false;
  return true;
}

/** The host's domain of a topology key, if it is in one. */
export const domainOf = ({ labels }: WorkloadHost, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
