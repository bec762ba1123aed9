import type { RawEvent } from '../protocol/events.ts';
import { type TypedValue, typedParameterMap } from '../protocol/typed-parameter.ts';

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

interface OfDomain {
  uuid: string;
  name: string;
}

/** Something that happened to a domain. */
export type DomainEvent = OfDomain &
  (
    | { kind: 'lifecycle'; event: LifecycleEventName; detail: LifecycleDetail; detailCode: number }
    | { kind: 'reboot' }
    | { kind: 'agent'; state: 'Connected' | 'Disconnected'; reason: 'Unknown' | 'DomainStarted' | 'Channel' }
    | { kind: 'device-added' | 'device-removed' | 'device-removal-failed'; alias: string }
    | { kind: 'job-completed'; stats: ReadonlyMap<string, TypedValue> }
  );

const ordered = Object.entries(lifecycleEvents) as [KnownLifecycleEvent, readonly LifecycleDetail[]][];
const agentReasons = ['Unknown', 'DomainStarted', 'Channel'] as const;

/** From the protocol's message to what a listener gets. */
export function domainEvent({ name, payload }: RawEvent): DomainEvent {
  switch (name) {
    case 'lifecycle':
      return { kind: 'lifecycle', ...of(payload.msg.dom), ...lifecycle(payload.msg) };
    case 'reboot':
      return { kind: 'reboot', ...of(payload.msg.dom) };
    case 'agentLifecycle':
      return {
        kind: 'agent',
        ...of(payload.dom),
        state: payload.state === 1 ? 'Connected' : 'Disconnected',
        reason: agentReasons[payload.reason] ?? 'Unknown',
      };
    case 'deviceAdded':
      return { kind: 'device-added', ...of(payload.dom), alias: payload.alias };
    case 'deviceRemoved':
      return { kind: 'device-removed', ...of(payload.msg.dom), alias: payload.msg.alias };
    case 'deviceRemovalFailed':
      return { kind: 'device-removal-failed', ...of(payload.dom), alias: payload.alias };
    case 'jobCompleted':
      return { kind: 'job-completed', ...of(payload.dom), stats: typedParameterMap(payload.params) };
  }
}

function of({ uuid, name }: OfDomain): OfDomain {
  return { uuid, name };
}

function lifecycle({ event, detail }: { event: number; detail: number }) {
  const [name, details] = ordered[event] ?? [];
  return {
    event: name ?? ('Unrecognized' as const),
    detail: details?.[detail] ?? ('Unrecognized' as const),
    detailCode: detail,
  };
}
