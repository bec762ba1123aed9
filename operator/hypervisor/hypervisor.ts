/**
 * The port through which controllers drive hosts. Its steps are idempotent: each may be called any number of times, and
 * a step that finds its outcome already there succeeds. The libvirt adapter and the in-memory fake pass one contract
 * suite. Every call rejects with a `HypervisorError`, with the signal's reason, or as fenced.ts says.
 */
export interface Hypervisor {
  /** Connects and authenticates. Does not retry. */
  connect(target: HostTarget, options?: CallOptions): Promise<HostConnection>;
}

export interface CallOptions {
  signal?: AbortSignal;
  /**
   * Called right before each request that the call sends to the host, as a step may take several and they may wait for
   * each other; what it throws ends the call, which does nothing more, and is what it rejects with.
   */
  permit?: () => void;
}

export interface UndefineOptions extends CallOptions {
  unlessMore?: boolean;
}

export interface ShutdownOptions extends CallOptions {
  /** Also by the guest agent, for a guest that does not heed its power button. */
  insist?: boolean;
}

export interface HostTarget {
  /** Name of the Host, for messages. */
  name: string;
  address: string;
  port: number;
  /** PEM texts: the authority of the hosts' certificates, and the operator's own certificate and key. */
  credentials: { ca: string; certificate: string; key: string };
}

export interface HostConnection {
  /** Resolves once the connection is gone: with the reason, or undefined after `close()`. */
  readonly closed: Promise<HypervisorError | undefined>;
  close(): Promise<void>;

  facts(options?: CallOptions): Promise<HostFacts>;
  /** All domains of the host, defined or running. */
  domains(options?: CallOptions): Promise<DomainSummary[]>;
  /** One domain as it is now; undefined when the host has none with this uuid. */
  domain(uuid: string, options?: CallOptions): Promise<ObservedDomain | undefined>;
  /**
   * What the guest reports of its network, loopback left out; empty while it reports nothing, takes too long, or
   * answers nonsense.
   */
  guestInterfaces(uuid: string, options?: CallOptions): Promise<GuestInterface[]>;
  /** How busy the host and its guests are. A guest that is busy with something else is not waited for. */
  statistics(options?: CallOptions): Promise<HostStatistics>;

  /** Defines the domain, or replaces the definition of the one with the same uuid; what runs goes on as it is. */
  define(xml: string, options?: CallOptions): Promise<void>;
  start(uuid: string, options?: CallOptions): Promise<void>;
  resume(uuid: string, options?: CallOptions): Promise<void>;
  /** Presses the guest's power button and returns; whether and when it shuts down is the guest's affair. */
  requestShutdown(uuid: string, options?: ShutdownOptions): Promise<void>;
  /** Powers the domain off at once. Its definition stays. */
  powerOff(uuid: string, options?: CallOptions): Promise<void>;
  /**
   * Sets the weight, from 2 to 10,000 and 100 by default, of what runs when CPUs are short; its next start has the default
   * again, and its definition does not know of it. Done where nothing runs. `Unsupported` where the host divides no CPUs.
   */
  setCpuWeight(uuid: string, weight: number, options?: CallOptions): Promise<void>;
  /**
   * Removes the definition of a domain that does not run, with all that belongs to it. With `unlessMore` it is refused,
   * as `Failed` or `Invalid`, where the host keeps more of it, such as a saved state, snapshots or firmware variables.
   */
  undefine(uuid: string, options?: UndefineOptions): Promise<void>;

  /**
   * Calls the listener with each domain event from now on. Events may be lost and doubled: they are reasons to look,
   * never the truth. Subscribe before listing.
   */
  subscribe(listener: (event: DomainEvent) => void, options?: CallOptions): Promise<void>;
}

export interface DomainEvent {
  uuid: string;
  /** `Agent` when the guest agent came or went, `Changed` for all that is about the domain's life. */
  kind: 'Changed' | 'Agent';
}

export interface HostFacts {
  hostUUID: string;
  libvirtVersion: string;
  hypervisorVersion: string;
  /** KVM when guests are accelerated, QEMU when they are emulated. */
  hypervisorType: 'KVM' | 'QEMU';
  cpu: {
    model: string;
    vendor?: string;
    architecture: string;
    sockets: number;
    cores: number;
    threads: number;
    /** All logical CPUs of the host. */
    count: number;
  };
  guests: GuestHardware;
  memoryBytes: number;
  numaCells: NumaCell[];
}

export interface NumaCell {
  id: number;
  cpus: number;
  /** Their numbers as libvirt writes them: `0-15,32-47`. */
  cpuSet: string;
  /** All of it, that of huge pages included. */
  memoryBytes: number;
  /** Pages that are set aside, used or not, by their size; without those of which there are none. */
  hugePages: HugePages[];
}

export interface HugePages {
  pageBytes: number;
  count: number;
}

/** What guests can have on a host of its kind of hypervisor, sorted. Not to be changed: hosts that say the same share it. */
export interface GuestHardware {
  /** Names of libvirt's, and `HostModel` and `HostPassthrough` where the host has these modes. */
  cpuModels: readonly string[];
  /** With the short names, such as `q35`, that stand for the newest of their kind. */
  machineTypes: readonly string[];
}

/** What a host does not tell is left out. */
export interface HostStatistics {
  /** What all its CPUs together have worked, and could have, since it booted, in nanoseconds. */
  cpu?: { busyNs: number; totalNs: number };
  /** Buffers and caches are not counted as used. */
  memory?: { usedBytes: number; totalBytes: number };
  /** Of the domains that run. */
  domains: DomainStatistics[];
}

/** Counters begin with each start of the domain. Never negative. */
export interface DomainStatistics {
  uuid: string;
  /** What all its vCPUs together have run, in nanoseconds. */
  ranNs: number;
  /** What they have waited for a CPU of the host although they had work, in nanoseconds. */
  waitedNs?: number | undefined;
  /** What it was promised, and what its balloon leaves it, in bytes. */
  memoryBytes?: number | undefined;
  balloonBytes?: number | undefined;
  /** What the guest has read back from its swap, in bytes. */
  swappedInBytes?: number | undefined;
}

export type DomainPower = 'Running' | 'Paused' | 'Stopped';

/**
 * Why a domain is in its state, as far as it decides what to do: `User` (somebody asked for it from outside),
 * `Guest` (the guest shut itself down), `Crashed`, `Error` (such as a full disk), `Migration`, `Other`.
 */
export type PowerCause = 'User' | 'Guest' | 'Crashed' | 'Error' | 'Migration' | 'Other';

export interface DomainSummary {
  uuid: string;
  name: string;
  power: DomainPower;
  /** Whether it has a definition, i.e. outlives its next stop. */
  persistent: boolean;
}

export interface ObservedDomain extends DomainSummary {
  cause: PowerCause;
  /** The persistent definition as XML; of a transient domain, the live one. */
  definitionXml: string;
  /** What runs, as XML; absent while stopped. */
  liveXml?: string;
}

export interface GuestInterface {
  macAddress: string;
  addresses: string[];
}

/**
 * - `Unreachable`: no connection, or it broke in the call; whether the step happened is unknown.
 * - `CertificateRejected`: one side does not accept the other's certificate, or ours cannot even be read.
 * - `Timeout`: no answer in time; whether the step happened is unknown.
 * - `NotFound`: the host has no domain with this uuid.
 * - `NameTaken`: another domain has this name.
 * - `Busy`: the domain is busy with something else; later it will work.
 * - `Invalid`: the host refuses what it was given; the same again will not work.
 * - `Unsupported`: the host cannot do it for any domain.
 * - `Failed`: anything else the host says.
 */
export type HypervisorErrorCode =
  | 'Unreachable'
  | 'CertificateRejected'
  | 'Timeout'
  | 'NotFound'
  | 'NameTaken'
  | 'Busy'
  | 'Invalid'
  | 'Unsupported'
  | 'Failed';

export class HypervisorError extends Error {
  readonly code: HypervisorErrorCode;

  constructor(code: HypervisorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HypervisorError';
    this.code = code;
  }
}
