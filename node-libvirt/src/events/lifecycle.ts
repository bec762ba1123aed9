import { nameOf } from './names.ts';

/** Lifecycle events, each with its details; both in the order of libvirt's numbers (libvirt: virDomainEventType). */
export const lifecycleEvents = {
  Defined: ['Added', 'Updated', 'Renamed', 'FromSnapshot'],
  Undefined: ['Removed', 'Renamed'],
  Started: ['Booted', 'Migrated', 'Restored', 'FromSnapshot', 'Wakeup'],
  Suspended: [
    ...(['Paused', 'Migrated', 'IoError', 'Watchdog', 'Restored', 'FromSnapshot'] as const),
    ...(['ApiError', 'Postcopy', 'PostcopyFailed'] as const),
  ],
  Resumed: ['Unpaused', 'Migrated', 'FromSnapshot', 'Postcopy', 'PostcopyFailed'],
  Stopped: ['Shutdown', 'Destroyed', 'Crashed', 'Migrated', 'Saved', 'Failed', 'FromSnapshot'],
  Shutdown: ['Finished', 'Guest', 'Host'],
  PmSuspended: ['Memory', 'Disk'],
  Crashed: ['Panicked', 'CrashLoaded'],
} as const;

type KnownLifecycleEvent = keyof typeof lifecycleEvents;
/** `Unrecognized` is newer than this table. */
export type LifecycleEventName = KnownLifecycleEvent | 'Unrecognized';
export type LifecycleDetail = (typeof lifecycleEvents)[KnownLifecycleEvent][number] | 'Unrecognized';

const ordered = Object.entries(lifecycleEvents) as [KnownLifecycleEvent, readonly LifecycleDetail[]][];

/** Names for libvirt's two numbers. */
export function lifecycle({ event, detail }: { event: number; detail: number }): {
  event: LifecycleEventName;
  detail: LifecycleDetail;
  detailCode: number;
} {
  const [name, details] = ordered[event] ?? [];
  return { event: name ?? 'Unrecognized', detail: nameOf(details ?? [], detail), detailCode: detail };
}
