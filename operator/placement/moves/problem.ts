/**
 * What planners of moves know of the world: arrays over hosts and VMs, so that 50,000 VMs are a few arrays and not 50,000
 * objects. Matrices are row by row: what host `h` has of dimension `d` is at `h * dimensions + d`.
 */
export interface MoveProblem {
  /** How many resources (vCPU, memory, …) a request and a limit have. */
  dimensions: number;
  hosts: MoveHosts;
  vms: MoveVms;
  /** What VMs really use, where that is to be balanced and not what was promised to them. */
  measured?: Measured;
  /** Bytes per second that each uplink, shared by the hosts behind it, has for migrations. */
  uplinks?: Float64Array;
}

export interface MoveHosts {
  count: number;
  /** What may be given to VMs, after over-commit: hosts × dimensions. */
  limits: Float64Array;
  /** The part of `limits` that is a reserve and stays free: hosts × dimensions; default none. */
  reserve?: Float64Array;
  /** Whether VMs may come: 0 when it is cordoned or not ready; default all 1. */
  receives?: Uint8Array;
  /** Bytes per second that the host's own link has for migrations. */
  bandwidth: Float64Array;
  /** Index into `uplinks` of what leads out of the host's rack, -1 for none; default none. */
  uplink?: Int32Array;
}

export interface MoveVms {
  count: number;
  /** What is promised: VMs × dimensions. */
  requests: Float64Array;
  /** The host that each runs on. */
  host: Int32Array;
  /** All memory of the guest, in huge pages or not: what a migration copies. */
  memoryBytes: Float64Array;
  /** Bytes per second that the guest dirties. */
  dirtyRate: Float64Array;
  /** Of `Fixed`; default all `no`. */
  fixed?: Uint8Array;
  /** How long ago it was moved last; Infinity for never; default never. */
  secondsSinceMove?: Float64Array;
}

/** Loads of other dimensions than the requests', such as CPU used, memory touched, contention. */
export interface Measured {
  dimensions: number;
  /** What each VM asks of its host: VMs × dimensions. */
  demands: Float64Array;
  /** What each host has of it: hosts × dimensions. */
  capacities: Float64Array;
}

/** Why a VM may not be moved by anyone. */
export const Fixed = { no: 0, pinned: 1, hostLost: 2, notRunning: 3 } as const;

/** @throws RangeError that names the first value which no host or VM can have, or the array of the wrong length */
export function checkProblem({ dimensions, hosts, vms, measured, uplinks }: MoveProblem): void {
  const ofHosts = { limits: hosts.limits, reserve: hosts.reserve };
  for (const [name, array] of Object.entries(ofHosts)) checkAmounts(name, array, hosts.count * dimensions);
  checkAmounts('bandwidth', hosts.bandwidth, hosts.count);
  checkAmounts('requests', vms.requests, vms.count * dimensions);
  checkAmounts('memoryBytes', vms.memoryBytes, vms.count);
  checkAmounts('dirtyRate', vms.dirtyRate, vms.count);
  checkIndexes('host', vms.host, vms.count, 0, hosts.count);
  checkIndexes('uplink', hosts.uplink, hosts.count, -1, uplinks?.length ?? 0);
  checkAmounts('demands', measured?.demands, vms.count * (measured?.dimensions ?? 0));
  checkAmounts('capacities', measured?.capacities, hosts.count * (measured?.dimensions ?? 0));
}

function checkAmounts(name: string, array: Float64Array | undefined, length: number): void {
  if (array === undefined) return;
  if (array.length !== length) throw new RangeError(`${name} has ${array.length} values, not ${length}`);
  const bad = array.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
  if (bad >= 0) throw new RangeError(`${name}[${bad}] is ${array[bad]}`);
}

function checkIndexes(name: string, array: Int32Array | undefined, length: number, from: number, to: number) {
  if (array === undefined) return;
  if (array.length !== length) throw new RangeError(`${name} has ${array.length} values, not ${length}`);
  const bad = array.findIndex((value) => !(value >= from && value < to));
  if (bad >= 0) throw new RangeError(`${name}[${bad}] is ${array[bad]}`);
}
