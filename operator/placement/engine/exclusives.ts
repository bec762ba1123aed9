import { Counts } from './counts.ts';

/**
 * Who shares a host with whom. A VM's exclusive policies are its circle, the empty one for most. As an exclusive policy
 * keeps its hosts for those that it selects, both ways, two VMs may share a host exactly when their circles are the same.
 */
export class Exclusives {
  /** VMs by row, of each circle that is not the empty one. */
  readonly #byCircle = new Map<string, Counts>();
  /** VMs by row, of all these circles. */
  readonly #any = new Counts();

  /** Counts VMs of a circle on a row in, or out with a negative amount. */
  add(circle: string, row: number, amount: number): void {
    if (circle === '' || amount === 0) return;
    const counts = this.#byCircle.get(circle) ?? new Counts();
    counts.add(row, amount);
    this.#any.add(row, amount);
    if (counts.total === 0) this.#byCircle.delete(circle);
    else this.#byCircle.set(circle, counts);
  }

  get isEmpty(): boolean {
    return this.#any.total === 0;
  }

  /** How many of the row's VMs are of the circle; `vms` are all on it. */
  of(circle: string, row: number, vms: number): number {
    return circle === '' ? vms - this.#any.get(row) : (this.#byCircle.get(circle)?.get(row) ?? 0);
  }
}

/** The circle of the VMs that these exclusive policies of a namespace select; no name holds a slash or a comma. */
export function circleOf(namespace: string, policies: readonly string[]): string {
  return policies.map((name) => `${namespace}/${name}`).join(', ');
}
