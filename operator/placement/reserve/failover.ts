export interface FailoverOptions {
  /** Failure domains that may be gone at once. */
  failures: number;
  /** The length of all vectors; what each place of them counts is the caller's. Whole numbers, so that sums are exact. */
  dimensions: number;
  /** Where the VM may run once its own host is gone, asked once for each search; undefined: everywhere. */
  allows?: (vm: string) => Allowance | undefined;
  /** VMs that may not be any more where they would go, as these have lost their places; undefined: nobody. */
  beside?: (vms: Iterable<string>) => Iterable<string>;
}

/** On which hosts a VM may run. Of no use once anything has changed but the VM's own places. */
export interface Allowance {
  has(host: string): boolean;
  /** Whether it may go on counting on a host; without it, as `has`. */
  keeps?(host: string): boolean;
  /** Hosts where changes elsewhere are the least likely to forbid it to be: looked at first. */
  near?(): readonly string[];
  /** Hosts of which alone it may hold, if they are no more than `most`. Without it, or undefined: any. */
  few?(most: number): readonly string[] | undefined;
}

export const everywhere: Allowance = { has: () => true };

/** Finds out when first asked for. */
export function askedOnce(find: () => Allowance): () => Allowance {
  let known: Allowance | undefined;
  return () => {
    known ??= find();
    return known;
  };
}

export interface SpareHost {
  name: string;
  /** What fails as one: the host itself, its rack, its power feed. */
  domain: string;
  /** What VMs may have of it in all. */
  limits: readonly number[];
  /** Whether VMs of a failed host may be started here; not on one that is cordoned. */
  takesVms: boolean;
}

export interface ProtectedVm {
  id: string;
  host: string;
  sizes: readonly number[];
}

/** A VM in the plan. */
export interface PlannedVm {
  id: string;
  host: string;
  sizes: Float64Array;
  /** Rows of hosts in as many other domains as may fail beside its own: it goes to the first that is left. */
  targets: number[];
}
