/** The states of a domain, each with its reasons; both in the order of libvirt's numbers (libvirt: virDomainState). */
export const domainStates = {
  NoState: ['Unknown'],
  Running: [
    ...(['Unknown', 'Booted', 'Migrated', 'Restored', 'FromSnapshot', 'Unpaused'] as const),
    ...(['MigrationCanceled', 'SaveCanceled', 'Wakeup', 'Crashed', 'Postcopy', 'PostcopyFailed'] as const),
  ],
  Blocked: ['Unknown'],
  Paused: [
    ...(['Unknown', 'User', 'Migration', 'Save', 'Dump', 'IoError', 'Watchdog', 'FromSnapshot'] as const),
    ...(['ShuttingDown', 'Snapshot', 'Crashed', 'StartingUp', 'Postcopy', 'PostcopyFailed'] as const),
    'ApiError',
  ],
  Shutdown: ['Unknown', 'User'],
  Shutoff: [
    ...(['Unknown', 'Shutdown', 'Destroyed', 'Crashed', 'Migrated', 'Saved', 'Failed'] as const),
    ...(['FromSnapshot', 'Daemon'] as const),
  ],
  Crashed: ['Unknown', 'Panicked'],
  PmSuspended: ['Unknown'],
} as const;

export type KnownDomainState = keyof typeof domainStates;
/** `Unrecognized` is a state newer than this table; the number is in `stateCode`. */
export type DomainState = KnownDomainState | 'Unrecognized';
export type DomainStateReason = (typeof domainStates)[KnownDomainState][number] | 'Unrecognized';

export interface DomainStatus {
  state: DomainState;
  reason: DomainStateReason;
  stateCode: number;
  reasonCode: number;
}

const ordered = Object.entries(domainStates) as [KnownDomainState, readonly DomainStateReason[]][];

/** Name for libvirt's number. */
export function domainStateName(stateCode: number): DomainState {
  return ordered[stateCode]?.[0] ?? 'Unrecognized';
}

/** Names for libvirt's two numbers. */
export function domainStatus(stateCode: number, reasonCode: number): DomainStatus {
  const reason = ordered[stateCode]?.[1][reasonCode] ?? 'Unrecognized';
  return { state: domainStateName(stateCode), reason, stateCode, reasonCode };
}
