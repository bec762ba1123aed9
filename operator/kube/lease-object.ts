import { type KubeObject, resourceType } from './object.ts';

export interface LeaseSpec {
  /** Empty when the holder gave it back. */
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  spec: LeaseSpec;
}

export const leaseType = resourceType<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
});

/** What a replica writes to take, renew or (with an empty holder) give back a Lease. */
export function leaseSpec(options: {
  previous: LeaseSpec | undefined;
  holder: string;
  now: Date;
  durationMs: number;
}): LeaseSpec {
  const { previous, holder, now, durationMs } = options;
  const isSame = previous?.holderIdentity === holder;
  const transitions = previous?.leaseTransitions ?? 0;
  return {
    holderIdentity: holder,
    // A released Lease expires at once for clients that do not know the empty holder.
    leaseDurationSeconds: holder ? Math.ceil(durationMs / 1000) : 1,
    acquireTime: isSame && previous.acquireTime ? previous.acquireTime : microTime(now),
    renewTime: microTime(now),
    leaseTransitions: transitions + (previous && holder && !isSame ? 1 : 0),
  };
}

/** Six digits of a second, which the API asks for; three of them are known. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
