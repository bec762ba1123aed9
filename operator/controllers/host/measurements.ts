import type { Host, HostStatus } from '../../api/host.ts';
import type { HostStatistics } from '../../hypervisor/hypervisor.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Contention, VmSample } from '../../placement/happiness/contention.ts';
import { Happiness } from '../../placement/happiness/happiness.ts';
import { Steady } from '../../placement/happiness/steady.ts';

/** How busy a host is just now; what it does not tell is left out. */
export interface HostUse {
  /** Parts of all, from 0 to 1. */
  cpu?: number;
  memory?: number;
  memoryBytes?: number;
  contention?: number;
}

/** What a Host's status tells of it. */
export type ToldUse = Pick<HostStatus, 'used' | 'contentionPercent'>;

/** VMs by their ids with what their host tells of them, and with what was said of them last. */
export interface VmSamples {
  samples: ReadonlyMap<string, VmSample>;
  told: (vm: string) => Contention | undefined;
}

/** What a sample has changed. */
export interface SampleNews {
  /** Of what the Host's status tells. */
  host: boolean;
  /** VMs that lack something else than their status tells. */
  vms: string[];
}

/** After so long an old use counts for a third of a new one. */
const memoryMs = 300_000;
const usedSteadiness = { step: 5, holdMs: 600_000 };
/** Placement goes by it, so it is told sooner. */
const contentionSteadiness = { step: 10, holdMs: 120_000 };
/** So long what VMs lack is known less well than it was before a restart. */
const learnMs = 480_000;
/** Metrics tell nothing that is older. */
const freshMs = 180_000;

interface Known {
  lastMs: number;
  cpuTime: HostStatistics['cpu'];
  use: HostUse;
  told: { cpu: Steady; memory: Steady; contention: Steady };
}

/**
 * What hosts tell of how busy they are and how their VMs fare: as it is, for metrics; and as it may stand in a status,
 * which holds still. What is in statuses goes on from there after a restart.
 */
export class Measurements {
  readonly happiness = new Happiness();
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the host has just told. */
  see(host: Host, statistics: HostStatistics, { samples, told }: VmSamples): SampleNews {
    const { name } = host.metadata;
    const nowMs = this.#clock.now();
    const isFirst = !this.#hosts.has(name);
    const known = this.#hosts.get(name) ?? begin(host, nowMs);
    this.#hosts.set(name, known);
    const vms = this.happiness.see(name, samples, told);
    const contention = this.happiness.contentionOn(name);
    known.use = {
      ...smooth(known.use, useBetween(known, statistics), nowMs - known.lastMs),
      ...(contention === undefined ? {} : { contention }),
    };
    known.cpuTime = statistics.cpu ?? known.cpuTime;
    known.lastMs = nowMs;
    // How busy its CPUs are is known with the second sample: both make one write.
    return { host: !isFirst && tell(known, nowMs), vms };
  }

  /** Whether the host has told anything yet. */
  knows(hostName: string): boolean {
    return this.#hosts.has(hostName);
  }

  forget(hostName: string): void {
    this.#hosts.delete(hostName);
    this.happiness.forgetHost(hostName);
  }

  /** What its status is to tell; undefined before the host has told anything. */
  told(hostName: string): ToldUse | undefined {
    const known = this.#hosts.get(hostName);
    if (!known) return undefined;
    const { cpu, memory, contention } = known.told;
    const used = {
      ...(cpu.value === undefined ? {} : { cpuPercent: cpu.value }),
      ...(memory.value === undefined ? {} : { memoryPercent: memory.value }),
    };
    return {
      ...(Object.keys(used).length > 0 ? { used } : {}),
      ...(contention.value === undefined ? {} : { contentionPercent: contention.value }),
    };
  }

  /** Hosts that have told of themselves within the last minutes, by name. */
  fresh(): [hostName: string, use: HostUse][] {
    const since = this.#clock.now() - freshMs;
    return [...this.#hosts].flatMap(([name, { lastMs, use }]) => (lastMs >= since ? [[name, use]] : []));
  }
}

function begin({ status }: Host, nowMs: number): Known {
  return {
    lastMs: nowMs,
    cpuTime: undefined,
    use: {},
    told: {
      cpu: new Steady(usedSteadiness, status?.used?.cpuPercent, nowMs),
      memory: new Steady(usedSteadiness, status?.used?.memoryPercent, nowMs),
      contention: new Steady(contentionSteadiness, status?.contentionPercent, nowMs + learnMs),
    },
  };
}

/** CPU time is told as a counter, so of a first sample, or after the host has booted anew, nothing is known of it. */
function useBetween({ cpuTime: before }: Known, { cpu: now, memory }: HostStatistics): HostUse {
  const total = (now?.totalNs ?? 0) - (before?.totalNs ?? 0);
  const busy = (now?.busyNs ?? 0) - (before?.busyNs ?? 0);
  return {
    ...(before && now && total > 0 && busy >= 0 ? { cpu: Math.min(1, busy / total) } : {}),
    ...(memory && memory.totalBytes > 0 && memory.usedBytes >= 0
      ? { memory: Math.min(1, memory.usedBytes / memory.totalBytes), memoryBytes: memory.usedBytes }
      : {}),
  };
}

/** What is not told this time stays as it was. */
function smooth(before: HostUse, now: HostUse, ms: number): HostUse {
  const keep = Math.exp(-ms / memoryMs);
  const mixed = (name: 'cpu' | 'memory') => {
    const [old, latest] = [before[name], now[name]];
    if (old === undefined || latest === undefined) return latest ?? old;
    return old * keep + latest * (1 - keep);
  };
  const [cpu, memory] = [mixed('cpu'), mixed('memory')];
  return {
    ...before,
    ...now,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
  };
}

function tell({ use, told }: Known, nowMs: number): boolean {
  // While all guests still boot nothing is known of it: there is none until it is, or what was told before.
  const contention = use.contention ?? (told.contention.value === undefined ? 0 : undefined);
  const percent = (part: number | undefined) => (part === undefined ? undefined : part * 100);
  const changes = [
    told.cpu.see(percent(use.cpu), nowMs),
    told.memory.see(percent(use.memory), nowMs),
    told.contention.see(percent(contention), nowMs),
  ];
  return changes.some((changed) => changed);
}
