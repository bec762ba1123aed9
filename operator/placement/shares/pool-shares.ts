import type { Resources } from '../model/resources.ts';
import { type ShareFault, soundShares } from './faults.ts';
import {
  type Amounts,
  add,
  boundsOf,
  nothing,
  requestsOf,
  resourcesOf,
  type Share,
  type Shared,
  shared,
} from './share.ts';
import { ShareTree, type TreeRefusal } from './tree.ts';
import { cpuWeights } from './weights.ts';

/** What shares have to know of a host. */
export interface SharedHost {
  name: string;
  limits: Resources;
  takesVms: boolean;
}

/** What shares have to know of a VM. */
export interface SharedVm {
  id: string;
  namespace: string;
  requests: Resources;
}

/** Why VMs cannot have what they ask for. */
export interface SharesRefusal extends TreeRefusal {
  vm: string;
  /** The share of the VM; undefined when its namespace is in none. */
  of: string | undefined;
  /** Who has it, or keeps it: the largest first. */
  holders: readonly Holder[];
}

export interface Holder {
  kind: 'namespace' | 'share';
  name: string;
  used: number;
  kept: number;
}

export interface ShareReport {
  name: string;
  vms: number;
  /** What its VMs have, those of shares below it among them. */
  used: Record<Shared, number>;
  /** What is kept for it, and for shares below it, besides what is used. */
  kept: Record<Shared, number>;
  /** How much more its VMs could have now, whether or not one host has so much. */
  available: Record<Shared, number>;
}

interface Host {
  limits: Amounts;
  takesVms: boolean;
  used: Amounts;
}

interface Vm {
  namespace: string;
  host: string;
  amounts: Amounts;
}

/**
 * Who may have how much of one pool: its shares, kept up with its hosts and VMs. VMs of namespaces without a share have
 * what is left. What VMs may have in all is what they have and what is free on hosts that take VMs.
 */
export class PoolShares {
  /** As they were given, whatever is wrong with them. */
  readonly given: readonly Share[];
  readonly faults: readonly ShareFault[];
  readonly #tree: ShareTree;
  readonly #names: readonly string[];
  /** As they can be: of a circle, none has a parent. */
  readonly #shares: ReadonlyMap<string, Pick<Share, 'parentName' | 'weight'>>;
  readonly #shareOf: ReadonlyMap<string, string>;
  readonly #namespacesOf: ReadonlyMap<string, readonly string[]>;
  readonly #hosts = new Map<string, Host>();
  readonly #vms = new Map<string, Vm>();
  /** What the VMs of each namespace have, and how many there are. */
  readonly #namespaces = new Map<string, { used: Amounts; vms: number }>();
  readonly #capacity = nothing();

  constructor(given: readonly Share[]) {
    const { shares, shareOf, faults } = soundShares(given);
    this.given = given;
    this.faults = faults;
    this.#shareOf = shareOf;
    this.#namespacesOf = Map.groupBy(shareOf.keys(), (namespace) => shareOf.get(namespace) ?? '');
    this.#names = shares.map(({ name }) => name);
    const weights = new Map(given.toReversed().map(({ name, weight }) => [name, weight]));
    this.#shares = new Map(
      shares.map(({ name, parentName }) => [name, withoutAbsent({ parentName, weight: weights.get(name) })]),
    );
    this.#tree = new ShareTree(shares);
    this.#tree.setCapacity(this.#capacity);
  }

  upsertHost({ name, limits, takesVms }: SharedHost): void {
    this.#change(name, (host) => {
      Object.assign(host, { limits: boundsOf(limits, 0), takesVms });
    });
  }

  removeHost(name: string): void {
    this.#change(name, (host) => {
      Object.assign(host, { limits: nothing(), takesVms: false });
    });
  }

  upsertVm({ id, namespace, requests, host }: SharedVm & { host: string }): void {
    this.removeVm(id);
    const vm = { namespace, host, amounts: requestsOf(requests) };
    this.#vms.set(id, vm);
    this.#count(vm, 1);
  }

  removeVm(id: string): void {
    const vm = this.#vms.get(id);
    if (!vm) return;
    this.#vms.delete(id);
    this.#count(vm, -1);
  }

  /**
   * Why these VMs cannot all have what they ask for; undefined when they can. Where they are now they are not counted, nor
   * are those that leave, by id.
   */
  refusal(asking: readonly SharedVm[], leaving: Iterable<string> = []): SharesRefusal | undefined {
    const gone = new Set([...leaving, ...asking.map(({ id }) => id)]);
    const away = [...gone].flatMap((id) => this.#vms.get(id) ?? []);
    const come: Vm[] = [];
    for (const vm of away) this.#count(vm, -1);
    try {
      for (const { id, namespace, requests } of asking) {
        const vm = { namespace, host: nowhere, amounts: requestsOf(requests) };
        const refusal = this.#refusal(id, vm);
        if (refusal) return refusal;
        this.#count(vm, 1);
        come.push(vm);
      }
      return undefined;
    } finally {
      for (const vm of come) this.#count(vm, -1);
      for (const vm of away) this.#count(vm, 1);
    }
  }

  /** The share of the namespace, and those above it. */
  sharesAbove(namespace: string): string[] {
    const names: string[] = [];
    for (
      let name = this.#shareOf.get(namespace);
      name !== undefined;
      name = this.#shares.get(name)?.parentName
    )
      names.push(name);
    return names;
  }

  /** Whether some share has a weight: otherwise nobody asks how CPUs are divided. */
  get dividesCpus(): boolean {
    return [...this.#shares.values()].some(({ weight }) => weight !== undefined);
  }

  /** The weights of the VMs that run on one host, by id. */
  cpuWeights(vms: readonly { id: string; namespace: string; cpus: number }[]): Map<string, number> {
    const of = vms.map(({ id, namespace, cpus }) => ({ id, share: this.#shareOf.get(namespace), cpus }));
    return cpuWeights(this.#shares, of);
  }

  /** By how much what is reserved and used exceeds what VMs may have. */
  get overdrawn(): Record<Shared, number> {
    return resourcesOf(this.#tree.overdrawn);
  }

  /** In the order in which they were given. */
  report(): ShareReport[] {
    const vms = new Map<string, number>();
    for (const [namespace, known] of this.#namespaces)
      for (const share of this.sharesAbove(namespace)) vms.set(share, (vms.get(share) ?? 0) + known.vms);
    return this.#names.map((name) => {
      const { used, kept, available } = this.#tree.report(name);
      return {
        ...{ name, vms: vms.get(name) ?? 0 },
        ...{ used: resourcesOf(used), kept: resourcesOf(kept), available: resourcesOf(available) },
      };
    });
  }

  #refusal(vm: string, { namespace, amounts }: Vm): SharesRefusal | undefined {
    const of = this.#shareOf.get(namespace);
    const refusal = this.#tree.refusal(of, amounts);
    return refusal && { ...refusal, vm, of, holders: this.#holders(refusal) };
  }

  /** In the pool those who keep what they do not use; in a share all who have something of it. */
  #holders({ share, resource }: TreeRefusal): Holder[] {
    const below = this.#tree.below(share, resource).map((one): Holder => ({ kind: 'share', ...one }));
    const own = share === undefined ? [] : this.#namespaceHolders(share, shared.indexOf(resource));
    const weight = ({ used, kept }: Holder) => (share === undefined ? kept : used + kept);
    return [...own, ...below]
      .filter((holder) => weight(holder) > 0)
      .sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
  }

  #namespaceHolders(share: string, d: number): Holder[] {
    return (this.#namespacesOf.get(share) ?? []).map((name) => {
      const used = this.#namespaces.get(name)?.used[d] ?? 0;
      return { kind: 'namespace', name, used, kept: 0 };
    });
  }

  #count({ namespace, host, amounts }: Vm, sign: 1 | -1): void {
    this.#tree.use(this.#shareOf.get(namespace), amounts, sign);
    const known = this.#namespaces.get(namespace) ?? { used: nothing(), vms: 0 };
    add(known.used, amounts, sign);
    known.vms += sign;
    if (known.vms === 0) this.#namespaces.delete(namespace);
    else this.#namespaces.set(namespace, known);
    if (host !== nowhere) this.#change(host, ({ used }) => add(used, amounts, sign));
  }

  #change(name: string, change: (host: Host) => void): void {
    const host = this.#hosts.get(name) ?? { limits: nothing(), takesVms: false, used: nothing() };
    add(this.#capacity, capacityOf(host), -1);
    change(host);
    add(this.#capacity, capacityOf(host));
    const isKnown =
      host.takesVms || host.used.some((amount) => amount > 0) || host.limits.some((limit) => limit > 0);
    if (isKnown) this.#hosts.set(name, host);
    else this.#hosts.delete(name);
  }
}

/** Of VMs that are asked about: whatever host they go to, what is free in all changes by what they have. */
export const nowhere = '';

function withoutAbsent({
  parentName,
  weight,
}: {
  parentName: string | undefined;
  weight: number | undefined;
}): Pick<Share, 'parentName' | 'weight'> {
  return {
    ...(parentName === undefined ? {} : { parentName }),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** What its VMs have, and what is free on it if it takes more. */
function capacityOf({ limits, takesVms, used }: Host): Amounts {
  return used.map((amount, d) => (takesVms ? Math.max(amount, limits[d] ?? 0) : amount));
}
