/**
 * What happens to a datacenter, in words that belong to no engine: everybody who is measured translates it for himself,
 * and the verifier reads it as it stands.
 */
export interface Workload {
  hosts: readonly WorkloadHost[];
  rules: readonly WorkloadRule[];
  /** Room for the VMs of so many failed domains is never given away. */
  reserve?: { failures: number; topologyKey: string };
  events: readonly WorkloadEvent[];
}

export type Labels = Readonly<Record<string, string>>;

/** By dimension: `cpu` in whole virtual CPUs, `memory` in bytes, others as they are counted. */
export type Amounts = Readonly<Record<string, number>>;

/** What is not named is not there. */
export const amount = (amounts: Amounts, dimension: string): number => amounts[dimension] ?? 0;

export interface WorkloadHost {
  name: string;
  labels: Labels;
  /** What VMs may have in all. */
  limits: Amounts;
  /** Kept from every VM that does not tolerate it. */
  taints?: readonly { key: string; value: string }[];
}

export interface WorkloadVm {
  /** NAMESPACE/NAME. */
  id: string;
  namespace: string;
  labels: Labels;
  requests: Amounts;
  /** The host must have all of these labels. */
  hostLabels?: Labels;
  tolerations?: readonly { key: string; value: string }[];
  /** VMs of one gang are placed all or none. */
  gang?: string;
}

/** What must hold of the VMs of `namespace` that have the labels `selects`. */
export interface WorkloadRule {
  name: string;
  namespace: string;
  selects: Labels;
  /** No two in one domain; with `others`, none in a domain with one of those. */
  antiAffinity?: readonly AffinityTerm[];
  /** In a domain with one of those; the first may go anywhere if it is one of them. */
  affinity?: readonly AffinityTerm[];
  /** So many more in one domain than in the emptiest that the VM may go to, at the time of its placement. */
  spread?: readonly { topologyKey: string; maxSkew: number }[];
  /** Hosts with VMs of the rule carry no others, of whatever namespace; both ways. */
  exclusive?: boolean;
  /** As of a licence: together they use so many domains at most. */
  domainLimits?: readonly { topologyKey: string; maxDomains: number }[];
}

export interface AffinityTerm {
  topologyKey: string;
  /** Labels of VMs of the same namespace; default: the rule's own VMs. */
  others?: Labels;
}

export type WorkloadEvent = { kind: 'create'; vm: WorkloadVm } | { kind: 'delete'; id: string };

/** What somebody made of an event: where the VM was placed, or that no host does. */
export type Outcome =
  | { kind: 'placed'; vm: WorkloadVm; host: string }
  | { kind: 'refused'; vm: WorkloadVm }
  | { kind: 'deleted'; id: string };

export const zoneKey = 'topology.kubernetes.io/zone';
export const rackKey = 'topology.kubernetes.io/rack';
export const hostnameKey = 'kubernetes.io/hostname';
