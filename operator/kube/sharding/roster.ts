import type { Clock } from '../clock.ts';
import type { Lease } from '../lease-object.ts';
import { keyOf, type ObjectKey } from '../object.ts';
import type { Store } from '../store.ts';
import type { Layout } from './layout.ts';

export interface RosterOptions {
  store: Store<Lease>;
  layout: Layout;
  clock: Clock;
  /** For Leases that do not say it, and for members whose Lease was deleted. */
  leaseDurationMs: number;
}

/**
 * Who takes part, read from the members' Leases. A member whose Lease has no holder has ended, for good: it left, or was
 * evicted. All replicas see the same, as only the store is asked and never a clock; clocks tell when to evict.
 */
export class Roster {
  readonly #options: RosterOptions;
  /** When each Lease was last seen to change, on our clock. */
  readonly #changedAt = new Map<ObjectKey, number>();
  /** Since when holders of shards are missed that have no Lease at all. */
  readonly #missedSince = new Map<string, number>();

  /** Before the store is filled: it notes when Leases change. */
  constructor(options: RosterOptions) {
    this.#options = options;
    const { store, clock } = options;
    store.subscribe(({ type, object }) => {
      if (type === 'deleted') this.#changedAt.delete(keyOf(object));
      else this.#changedAt.set(keyOf(object), clock.now());
    });
  }

  /** The identities among which shards are divided, evicted ones left out. */
  members(): string[] {
    const { store, layout } = this.#options;
    const leases = store.list().filter((lease) => layout.isMember(lease));
    return leases.flatMap(({ spec }) => spec.holderIdentity || []);
  }

  /** Milliseconds since the Lease was last seen to change. */
  quietMs(lease: Lease): number {
    const { clock } = this.#options;
    return clock.now() - (this.#changedAt.get(keyOf(lease)) ?? clock.now());
  }

  /** Milliseconds until this member may be evicted; 0 or less when it may. */
  untilExpiryMs(member: Lease): number {
    const { leaseDurationMs } = this.#options;
    const durationMs = (member.spec.leaseDurationSeconds ?? 0) * 1000 || leaseDurationMs;
    return durationMs - this.quietMs(member);
  }

  /**
   * Milliseconds until the holder of a shard has ended for certain, or undefined while it takes part. A Lease that
   * somebody deleted proves nothing yet: its member goes on until it notices.
   *
   * The store is a state that the API server was in, so when it shows a shard's holder it also shows that holder's
   * Lease, or that it is gone: members claim nothing before they have joined.
   */
  untilEndMs(identity: string): number | undefined {
    const { store, layout, clock, leaseDurationMs } = this.#options;
    const lease = store.get(keyOf(layout.memberRef(identity)));
    if (lease) {
      this.#missedSince.delete(identity);
      return lease.spec.holderIdentity ? undefined : 0;
    }
    const since = this.#missedSince.get(identity) ?? clock.now();
    this.#missedSince.set(identity, since);
    return Math.max(0, since + leaseDurationMs - clock.now());
  }
}
