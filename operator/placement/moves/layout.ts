import { Fixed, type MoveProblem } from './problem.ts';
import { type MoveRules, noRules } from './rules.ts';

/** So far over a limit is rounding of sums, not load. */
const rounding = 1e-9;

/** Where every VM is and what every host carries, kept up move by move; the rules are told along. */
export class Layout {
  readonly problem: MoveProblem;
  readonly rules: MoveRules;
  /** The host of each VM; of one that migrates, the host it goes to. */
  readonly at: Int32Array;
  /** Requests on each host: hosts × dimensions. A VM that migrates counts on both. */
  readonly used: Float64Array;
  /** How many dimensions `load` has. */
  readonly loadDimensions: number;
  /** What is balanced, measured or requested, on each host: hosts × loadDimensions. */
  readonly load: Float64Array;
  readonly demands: Float64Array;
  /** One over what a host has; 0 where it has nothing. */
  readonly perCapacity: Float64Array;
  readonly members: number[][];
  readonly #usable: Float64Array;
  /** Arrivals (host) and leavings (-1 - host), each after its VM. */
  readonly #log: number[] = [];

  constructor(problem: MoveProblem, rules: MoveRules = noRules) {
    const { dimensions, hosts, vms, measured } = problem;
    this.problem = problem;
    this.rules = rules;
    this.at = vms.host.slice();
    this.used = new Float64Array(hosts.count * dimensions);
    this.#usable = hosts.limits.map(
      (limit, index) => (limit - (hosts.reserve?.[index] ?? 0)) * (1 + rounding),
    );
    this.loadDimensions = measured?.dimensions ?? dimensions;
    this.demands = measured?.demands ?? vms.requests;
    this.load = measured ? new Float64Array(hosts.count * measured.dimensions) : this.used;
    this.perCapacity = (measured?.capacities ?? hosts.limits).map((has) => (has > 0 ? 1 / has : 0));
    this.members = Array.from({ length: hosts.count }, () => []);
    for (let vm = 0; vm < vms.count; vm++) this.#count(vm, this.hostOf(vm), 1);
  }

  hostOf(vm: number): number {
    return this.at[vm] as number;
  }

  /** Of what host `host` has of load dimension `dimension`, the part that is used. */
  utilisation(host: number, dimension: number): number {
    const index = host * this.loadDimensions + dimension;
    return (this.load[index] as number) * (this.perCapacity[index] as number);
  }

  /** The part of the host that the VM is or would be. */
  share(vm: number, host: number, dimension: number): number {
    const has = this.perCapacity[host * this.loadDimensions + dimension] as number;
    return (this.demands[vm * this.loadDimensions + dimension] as number) * has;
  }

  isFixed(vm: number): boolean {
    return (this.problem.vms.fixed?.[vm] ?? Fixed.no) !== Fixed.no;
  }

  receives(host: number): boolean {
    return (this.problem.hosts.receives?.[host] ?? 1) === 1;
  }

  /** Whether the host takes VMs and has room for this one beside all that it carries and the reserve. */
  fits(vm: number, host: number): boolean {
    const { dimensions, vms } = this.problem;
    if (!this.receives(host)) return false;
    for (let d = 0; d < dimensions; d++) {
      const wants = vms.requests[vm * dimensions + d] as number;
      if (wants > 0 && wants > this.free(host, d)) return false;
    }
    return true;
  }

  /** What is left of the dimension, reserve taken off; below 0 on a host that carries more than it may. */
  free(host: number, dimension: number): number {
    const index = host * this.problem.dimensions + dimension;
    return (this.#usable[index] as number) - (this.used[index] as number);
  }

  /** What the host lacks of each dimension to take the VM; 0 where there is enough or nothing is asked. */
  lacks(vm: number, host: number): number[] {
    const { dimensions, vms } = this.problem;
    return Array.from({ length: dimensions }, (_, d) => {
      const wants = vms.requests[vm * dimensions + d] as number;
      return wants > 0 ? Math.max(0, wants - this.free(host, d)) : 0;
    });
  }

  /** The part of the host's limit that the VM is of the dimension where that is most: how hard it is to place. */
  fullnessOf(vm: number, host: number): number {
    const { dimensions, vms, hosts } = this.problem;
    let fullness = 0;
    for (let d = 0; d < dimensions; d++) {
      const wants = vms.requests[vm * dimensions + d] as number;
      if (wants > 0) fullness = Math.max(fullness, wants / (hosts.limits[host * dimensions + d] as number));
    }
    return fullness;
  }

  /** The part of its limit that would be given away of the dimension where that is most, with the VM added. */
  fullnessWith(vm: number, host: number): number {
    const { dimensions, vms, hosts } = this.problem;
    let fullness = 0;
    for (let d = 0; d < dimensions; d++) {
      const index = host * dimensions + d;
      const sum = (this.used[index] as number) + (vms.requests[vm * dimensions + d] as number);
      if (sum > 0) fullness = Math.max(fullness, sum / (hosts.limits[index] as number));
    }
    return fullness;
  }

  /** Whether the VM may come to this host now: it takes VMs, there is room, and every rule allows it. */
  mayCome(vm: number, host: number): boolean {
    return this.fits(vm, host) && this.rules.allows(vm, host);
  }

  move(vm: number, to: number): void {
    const from = this.hostOf(vm);
    this.arrive(vm, to);
    this.leave(vm, from);
  }

  /** The VM counts on `host` as well from now on. */
  arrive(vm: number, host: number): void {
    this.#log.push(vm, host);
    this.#arrive(vm, host);
  }

  /** The VM no longer counts on `host`. */
  leave(vm: number, host: number): void {
    this.#log.push(vm, -1 - host);
    this.#leave(vm, host);
  }

  /** What `undo` goes back to. */
  mark(): number {
    return this.#log.length;
  }

  /** Takes back, last first, all that came after the mark. */
  undo(mark: number): void {
    while (this.#log.length > mark) {
      const place = this.#log.pop() as number;
      const vm = this.#log.pop() as number;
      if (place >= 0) this.#leave(vm, place);
      else this.#arrive(vm, -1 - place);
    }
  }

  #arrive(vm: number, host: number): void {
    this.rules.arrive(vm, host);
    this.#count(vm, host, 1);
    this.at[vm] = host;
  }

  #leave(vm: number, host: number): void {
    this.rules.leave(vm, host);
    this.#count(vm, host, -1);
  }

  #count(vm: number, host: number, sign: 1 | -1): void {
    const { dimensions, vms, measured } = this.problem;
    addRow(this.used, host, vms.requests, vm, dimensions, sign);
    if (measured) addRow(this.load, host, this.demands, vm, measured.dimensions, sign);
    const members = this.members[host] as number[];
    if (sign === 1) members.push(vm);
    else members.splice(members.indexOf(vm), 1);
  }
}

function addRow(
  sums: Float64Array,
  row: number,
  of: Float64Array,
  from: number,
  width: number,
  sign: number,
) {
  for (let d = 0; d < width; d++) {
    const index = row * width + d;
    sums[index] = (sums[index] as number) + sign * (of[from * width + d] as number);
  }
}
