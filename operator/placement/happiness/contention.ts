/**
 * What the host tells of one VM at one moment, as counters since its start (libvirt's virConnectGetAllDomainStats:
 * `vcpu.N.time`, `vcpu.N.wait`, `vcpu.N.delay`, `balloon.*`). What a host does not tell is left out.
 */
export interface VmSample {
  /** On a clock that never jumps, in milliseconds. */
  atMs: number;
  /** What its vCPUs have run, in all, in nanoseconds. */
  ranNs: number;
  /** What they have waited for a CPU although they had work: wait and steal, in nanoseconds. */
  waitedNs?: number;
  /** What it has been promised, and what the balloon leaves it, in bytes. */
  memoryBytes?: number;
  balloonBytes?: number;
  /** What it has read back from swap, in all, in bytes. */
  swappedInBytes?: number;
  /** The part of its memory that is on other NUMA cells than its vCPUs, from 0 to 1. */
  remoteShare?: number;
}

/** How much a VM lacks of what it asks for, each from 0, nothing, to 1, all. */
export interface Contention {
  cpu: number;
  memory: number;
  numa: number;
}

/** So much read from swap within a second, in parts of the VM's memory, counts as all of it lacking. */
const swapStormShare = 0.01;

/**
 * What happened between two samples; undefined when they tell nothing: of the same moment, or of a VM that was started
 * anew in between, whose counters begin again.
 */
export function contentionBetween(before: VmSample, after: VmSample): Contention | undefined {
  const seconds = (after.atMs - before.atMs) / 1000;
  const ran = after.ranNs - before.ranNs;
  const waited = (after.waitedNs ?? 0) - (before.waitedNs ?? 0);
  if (!(seconds > 0 && ran >= 0 && waited >= 0)) return undefined;
  return {
    cpu: clamp(waited / (ran + waited)),
    memory: Math.max(balloonedShare(after), swapShare(before, after, seconds)),
    numa: clamp(after.remoteShare ?? 0),
  };
}

function balloonedShare({ memoryBytes = 0, balloonBytes = memoryBytes }: VmSample): number {
  return memoryBytes > 0 ? clamp(1 - balloonBytes / memoryBytes) : 0;
}

function swapShare(before: VmSample, after: VmSample, seconds: number): number {
  const { memoryBytes = 0, swappedInBytes } = after;
  if (memoryBytes === 0 || swappedInBytes === undefined || before.swappedInBytes === undefined) return 0;
  const perSecond = (swappedInBytes - before.swappedInBytes) / seconds;
  return clamp(perSecond / (memoryBytes * swapStormShare));
}

/** Nothing divided by nothing is no lack. */
function clamp(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
