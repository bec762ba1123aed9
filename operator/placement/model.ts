/**
 * What placement knows of the world: plain data, no Kubernetes, no libvirt. Labels are string maps; cpu is counted in
 * whole virtual CPUs, memory in bytes; both limits of a host are after over-commit and after what the host keeps.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[] | undefined;
}

/** All of it must hold; an empty selector selects everything. The semantics of a Kubernetes label selector. */
export interface Selector {
  matchLabels?: Labels | undefined;
  matchExpressions?: readonly Requirement[] | undefined;
}

export interface HostState {
  name: string;
  pool: string;
  labels: Labels;
  /** Whether VMs may start here; when not, `reason` is a short clause for a person ("is cordoned", "is not connected"). */
  available: { yes: true } | { yes: false; reason: string };
  cpuLimit: number;
  memoryLimitBytes: number;
}

export interface VmState {
  /** Unique, e.g. namespace/name. */
  id: string;
  namespace: string;
  labels: Labels;
  cpu: number;
  memoryBytes: number;
}

/** A VM that has its host. */
export interface PlacedVm extends VmState {
  host: string;
}

export type Enforcement = { required: true } | { required: false; weight: number };

/** Rules of one PlacementPolicy for the VMs it selects, all in the policy's namespace. */
export interface Policy {
  name: string;
  namespace: string;
  vmSelector: Selector;
  strategy?: Strategy;
  vmAntiAffinity: readonly AffinityTerm[];
  vmAffinity: readonly AffinityTerm[];
  topologySpread: readonly SpreadTerm[];
  hostAffinity: readonly { hostSelector: Selector; enforcement: Enforcement }[];
}

/** With respect to the VMs that `vmSelector` (default: the policy's own) selects, in the domain of `topologyKey`. */
export interface AffinityTerm {
  topologyKey: string;
  vmSelector?: Selector;
  enforcement: Enforcement;
}

export interface SpreadTerm {
  topologyKey: string;
  maxSkew: number;
  enforcement: Enforcement;
}

export type Strategy = 'Spread' | 'Pack';

export interface PlacementRequest {
  vm: VmState;
  pool: string;
  hostSelector?: Selector;
  /** The pool's strategy; a policy that selects the VM may override it. */
  strategy: Strategy;
  /** Every policy of the VM's namespace; the engine picks those that select it. */
  policies: readonly Policy[];
}

export interface World {
  hosts: readonly HostState[];
  placed: readonly PlacedVm[];
}

/** Why hosts were refused: one entry per reason, with how many hosts and the nearest miss as a clause for a person. */
export interface Rejection {
  code:
    | 'Unavailable'
    | 'HostSelector'
    | 'HostAffinity'
    | 'AntiAffinity'
    | 'Affinity'
    | 'Spread'
    | 'MissingTopology'
    | 'Cpu'
    | 'Memory';
  hosts: readonly string[];
  /** e.g. "7 lack memory (nearest: rack1-c lacks 1.5Gi)". */
  text: string;
}

export type Decision =
  | {
      kind: 'placed';
      host: string /** Scores of the chosen host by scorer. */;
      scores: Readonly<Record<string, number>>;
    }
  | {
      kind: 'unplaced';
      rejections: readonly Rejection[] /** The whole sentence for a condition. */;
      message: string;
    };
