import { createHash } from 'node:crypto';
import { type Lease, leaseType } from '../lease-object.ts';
import { apiVersionOf, type ObjectKey } from '../object.ts';

/** The label that all Leases of one group of replicas carry; its value is the group's name. */
export const groupLabel = 'sharding';

export interface LayoutOptions {
  namespace: string;
  /** Names the group of replicas that share the work; a DNS label of at most 40 characters. */
  name: string;
  /** The same on all replicas for ever: other numbers would cut the keys otherwise. */
  shards: number;
}

/** How a group's Leases are named: one for each member, one for each shard. */
export class Layout {
  readonly namespace: string;
  readonly name: string;
  readonly shards: number;

  constructor({ namespace, name, shards }: LayoutOptions) {
    if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name))
      throw new Error(`sharding group "${name}": must be a DNS label of at most 40 characters`);
    if (!Number.isInteger(shards) || shards < 1 || shards > 1024)
      throw new Error(`${shards} shards: must be a whole number from 1 to 1024`);
    this.namespace = namespace;
    this.name = name;
    this.shards = shards;
  }

  get labels(): Record<string, string> {
    return { [groupLabel]: this.name };
  }

  get labelSelector(): string {
    return `${groupLabel}=${this.name}`;
  }

  /** An identity may have characters that a name may not, so a member's Lease is named after its hash. */
  memberRef(identity: string): { namespace: string; name: string } {
    const hash = createHash('sha256').update(identity).digest('hex').slice(0, 20);
    return { namespace: this.namespace, name: `${this.name}-member-${hash}` };
  }

  shardRef(shard: number): { namespace: string; name: string } {
    return { namespace: this.namespace, name: `${this.name}-shard-${shard}` };
  }

  /** The shard whose Lease has this key; undefined for a member's. */
  shardAt(key: ObjectKey): number | undefined {
    const prefix = `${this.namespace}/${this.name}-shard-`;
    if (!key.startsWith(prefix)) return undefined;
    const shard = Number(key.slice(prefix.length));
    return Number.isInteger(shard) && shard >= 0 && shard < this.shards ? shard : undefined;
  }

  isMember(lease: Lease): boolean {
    return lease.metadata.name.startsWith(`${this.name}-member-`);
  }

  /** What is written to give a Lease a holder, or with an empty one none: on the version given, or to a new object. */
  lease(ref: { namespace: string; name: string }, spec: Lease['spec'], resourceVersion?: string) {
    return {
      ...{ apiVersion: apiVersionOf(leaseType), kind: leaseType.kind },
      metadata: { ...ref, labels: this.labels, ...(resourceVersion ? { resourceVersion } : {}) },
      spec,
    };
  }
}
