/**
 * What the host tells of one VM at one moment, as counters since its start (libvirt's virConnectGetAllDomainStats:
 * `vcpu.N.time`, `vcpu.N.delay`, `balloon.*`). What a host does not tell is left out.
 */
export interface VmSample {
  /** On a clock that never jumps, in milliseconds. */
  atMs: number;
  /** What its vCPUs have run, in all, in nanoseconds. */
  ranNs: number;
  /** What they have waited for a CPU although they had work, in nanoseconds; the guest sees it as steal. */
  waitedNs?: number | undefined;
  /** What it has been promised, and what the balloon leaves it, in bytes. */
  memoryBytes?: number | undefined;
  balloonBytes?: number | undefined;
  /** What the guest has read back from its swap, in all, in bytes. */
  swappedInBytes?: number | undefined;
}

/** How much a VM lacks of what it asks for, each from 0, nothing, to 1, all. */
export interface Contention {
  cpu: number;
  memory: number;
}

/** What happened to a VM between two samples. */
export interface Measured {
  contention: Contention;
  /** How many CPUs it wanted in the mean, at least the least that counts. */
  demand: number;
}

/** So much read from swap within a second, in parts of the VM's memory, counts as all of it lacking. */
const swapStormShare = 0.01;

/**
 * A VM that wants less than this part of one CPU is judged as if it wanted that much: a guest at rest wakes for
 * microseconds and then waits as long for its turn, which is half of what it wants and nothing that anybody notices.
 */
const leastDemand = 0.25;

/**
 * What happened between two samples; undefined when they tell nothing: of the same moment, or of a VM that was started
 * anew in between, whose counters begin again.
 */
export function measure(before: VmSample, after: VmSample): Measured | undefined {
  const ms = after.atMs - before.atMs;
  const ran = after.ranNs - before.ranNs;
  const waited = growth(before.waitedNs, after.waitedNs);
  if (!(ms > 0 && ran >= 0 && waited >= 0)) return undefined;
  const demand = Math.max(leastDemand, (ran + waited) / (ms * 1e6));
  return {
    contention: { cpu: share(waited / (ms * 1e6) / demand), memory: memoryLack(before, after, ms / 1000) },
    demand: Number.isFinite(demand) ? demand : leastDemand,
  };
}

/** 0 for a counter that is not told. */
function growth(before: number | undefined, after: number | undefined): number {
  return before === undefined || after === undefined ? 0 : after - before;
}

/**
 * What the balloon has taken from the VM, or worse, what the guest has to do about it. A guest that swaps with all that it
 * was promised is too small: another host would not give it more.
 */
function memoryLack(before: VmSample, after: VmSample, seconds: number): number {
  const { memoryBytes = 0, balloonBytes = memoryBytes } = after;
  const taken = memoryBytes > 0 ? share(1 - balloonBytes / memoryBytes) : 0;
  if (taken === 0) return 0;
  const swappedPerSecond = growth(before.swappedInBytes, after.swappedInBytes) / seconds;
  return Math.max(taken, share(swappedPerSecond / (memoryBytes * swapStormShare)));
}

/** From 0 to 1. Nothing divided by nothing is no lack. */
function share(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
