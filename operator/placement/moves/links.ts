import { type CopyCost, type CopySettings, defaultCopySettings, predictCopy } from './copy.ts';
import type { MoveProblem } from './problem.ts';

/** How many migrations may run at once. */
export interface MoveLimits {
  /** From and to one host together. */
  perHost: number;
  /** Over one uplink, in either direction. */
  perUplink: number;
  /** In all. */
  total: number;
}

export const defaultMoveLimits: MoveLimits = { perHost: 2, perUplink: 8, total: Number.POSITIVE_INFINITY };

/** The links that migrations go over, and what each of them gets when as many run as may run at once. */
export class Links {
  readonly #problem: MoveProblem;
  readonly #limits: MoveLimits;
  readonly #settings: CopySettings;

  constructor(problem: MoveProblem, limits = defaultMoveLimits, settings = defaultCopySettings) {
    this.#problem = problem;
    this.#limits = limits;
    this.#settings = settings;
  }

  /** The prediction for this way; undefined when the migration would not end. */
  copyCost(vm: number, from: number, to: number): CopyCost | undefined {
    return this.#predict(vm, this.#bandwidth(from, to));
  }

  /** For the best way out of its host that there could be. */
  leastCost(vm: number): CopyCost | undefined {
    const { vms, hosts } = this.#problem;
    return this.#predict(vm, (hosts.bandwidth[vms.host[vm] as number] as number) / this.#limits.perHost);
  }

  /** The uplinks between the two; none within a rack. */
  uplinksBetween(from: number, to: number): number[] {
    const { uplink } = this.#problem.hosts;
    const [out, into] = [uplink?.[from] ?? -1, uplink?.[to] ?? -1];
    return out === into ? [] : [out, into].filter((one) => one >= 0);
  }

  /** Shares of the slowest link, so that a prediction holds whatever else the plan runs beside it. */
  #bandwidth(from: number, to: number): number {
    const { hosts, uplinks } = this.#problem;
    const own = Math.min(hosts.bandwidth[from] as number, hosts.bandwidth[to] as number);
    const shared = this.uplinksBetween(from, to).map(
      (uplink) => uplinks?.[uplink] ?? Number.POSITIVE_INFINITY,
    );
    return Math.min(
      own / this.#limits.perHost,
      ...shared.map((bandwidth) => bandwidth / this.#limits.perUplink),
    );
  }

  #predict(vm: number, bandwidth: number): CopyCost | undefined {
    const { memoryBytes, dirtyRate } = this.#problem.vms;
    return predictCopy(memoryBytes[vm] as number, dirtyRate[vm] as number, bandwidth, this.#settings);
  }
}
