import type { HostPool } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { PoolShare } from '../../api/shares.ts';
import type { Refusal, Reviewer } from '../../placement/gate/gate.ts';
import type { Resources } from '../../placement/model/resources.ts';
import type { PlacedVm, VmState } from '../../placement/model/vm.ts';
import { PoolShares } from '../../placement/shares/pool-shares.ts';
import { sharesReviewer } from '../../placement/shares/reviewer.ts';
import type { Share } from '../../placement/shares/share.ts';
import type { Books, HostRoom } from './books.ts';

/** Who may have how much of which pool, by name of the pool. A pool without shares costs nothing. */
export class Shares implements Books, Reviewer {
  readonly #byPool = new Map<string, { spec: string; shares: PoolShares }>();

  seePool({ metadata: { name }, spec: { shares = [] } }: HostPool): void {
    const spec = JSON.stringify(shares);
    if (this.#byPool.get(name)?.spec === spec) return;
    if (shares.length === 0) this.#byPool.delete(name);
    else this.#byPool.set(name, { spec, shares: new PoolShares(shares.map(shareOf)) });
  }

  removePool(name: string): void {
    this.#byPool.delete(name);
  }

  seeHost({ state, limits, takesVms }: Omit<HostRoom, 'view'>): void {
    for (const [pool, { shares }] of this.#byPool) {
      if (pool === state.pool) shares.upsertHost({ name: state.name, limits, takesVms });
      else shares.removeHost(state.name);
    }
  }

  removeHost(name: string): void {
    for (const { shares } of this.#byPool.values()) shares.removeHost(name);
  }

  seeVm(pool: string, vm: PlacedVm): void {
    this.of(pool)?.upsertVm(vm);
  }

  removeVm(id: string): void {
    for (const { shares } of this.#byPool.values()) shares.removeVm(id);
  }

  of(pool: string): PoolShares | undefined {
    return this.#byPool.get(pool)?.shares;
  }

  /** Whether the shares of any pool have weights. */
  get divideCpus(): boolean {
    return [...this.#byPool.values()].some(({ shares }) => shares.dividesCpus);
  }

  /** A share has no more for them, or the pool beside what it keeps for shares. */
  refusal(pool: string, vms: readonly VmState[], leaving: readonly string[]): Refusal | undefined {
    const shares = this.of(pool);
    return shares && sharesReviewer(shares).refusal(pool, vms, leaving);
  }

  /** What a share has does not depend on the host. */
  objection(): undefined {}

  candidates(): Iterable<string> {
    return [];
  }

  trial<T>(_: unknown, action: () => T): T {
    return action();
  }

  /** Whoever comes together is asked about together. */
  come(): void {}

  /** No change that would let a VM fit leaves less to any share. */
  suppose(): boolean {
    return true;
  }
}

/** A share in placement's words. */
function shareOf({ name, parentName, namespaces, reservation, limit, weight }: PoolShare): Share {
  return {
    ...{ name, namespaces, reservation: amountsOf(reservation), limit: amountsOf(limit) },
    ...(parentName === undefined ? {} : { parentName }),
    ...(weight === undefined ? {} : { weight }),
  };
}

function amountsOf({ cpuCores, memory }: NonNullable<PoolShare['limit']> = {}): Resources {
  return {
    ...(cpuCores === undefined ? {} : { cpu: cpuCores }),
    ...(memory === undefined ? {} : { memory: parseBytes(memory) }),
  };
}
