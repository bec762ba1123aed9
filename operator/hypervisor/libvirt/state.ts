import type { DomainStatus } from 'node-libvirt';
import type { DomainPower, PowerCause } from '../hypervisor.ts';

type Judgement = { power: DomainPower; cause: PowerCause };

/** Libvirt's state and reason in the port's words. */
export function powerOf({ state, reason }: Pick<DomainStatus, 'state' | 'reason'>): Judgement {
  switch (state) {
    case 'Paused':
      return { power: 'Paused', cause: pauseCauses[reason] ?? 'Other' };
    // Only a process that is kept after a crash is in this state, and resuming it is no cure.
    case 'Crashed':
      return { power: 'Paused', cause: 'Error' };
    case 'Shutoff':
      return { power: 'Stopped', cause: stopCauses[reason] ?? 'Other' };
    // The guest sleeps of its own will, and wakes by its own means.
    case 'PmSuspended':
      return { power: 'Running', cause: 'Guest' };
    default:
      return { power: 'Running', cause: 'Other' };
  }
}

const pauseCauses: Partial<Record<DomainStatus['reason'], PowerCause>> = {
  User: 'User',
  Migration: 'Migration',
  Postcopy: 'Migration',
  PostcopyFailed: 'Error',
  IoError: 'Error',
  Watchdog: 'Error',
  Crashed: 'Error',
  ShuttingDown: 'Guest',
};

const stopCauses: Partial<Record<DomainStatus['reason'], PowerCause>> = {
  Shutdown: 'Guest',
  Destroyed: 'User',
  Saved: 'User',
  Crashed: 'Crashed',
  Migrated: 'Migration',
  Failed: 'Error',
};
