import { domainStates } from 'node-libvirt';
import { describe, expect, it } from 'vitest';
import { powerOf } from './state.ts';

describe('powerOf', () => {
  it.each([
    ['Running', 'Booted', 'Running', 'Other'],
    ['Running', 'Migrated', 'Running', 'Other'],
    ['Blocked', 'Unknown', 'Running', 'Other'],
    ['Shutdown', 'User', 'Running', 'Other'],
    ['PmSuspended', 'Unknown', 'Running', 'Guest'],
    ['Paused', 'User', 'Paused', 'User'],
    ['Paused', 'Migration', 'Paused', 'Migration'],
    ['Paused', 'IoError', 'Paused', 'Error'],
    ['Paused', 'StartingUp', 'Paused', 'Other'],
    ['Crashed', 'Panicked', 'Paused', 'Error'],
    ['Shutoff', 'Shutdown', 'Stopped', 'Guest'],
    ['Shutoff', 'Destroyed', 'Stopped', 'User'],
    ['Shutoff', 'Crashed', 'Stopped', 'Crashed'],
    ['Shutoff', 'Migrated', 'Stopped', 'Migration'],
    ['Shutoff', 'Failed', 'Stopped', 'Error'],
    ['Unrecognized', 'Unrecognized', 'Running', 'Other'],
  ] as const)('takes %s by %s for %s by %s', (state, reason, power, cause) => {
    expect(powerOf({ state, reason })).toEqual({ power, cause });
  });

  it('takes no state but Shutoff for stopped: a second copy would be the price', () => {
    for (const [state, reasons] of Object.entries(domainStates)) {
      for (const reason of reasons) {
        const { power } = powerOf({ state: state as keyof typeof domainStates, reason });
        expect([state, power === 'Stopped']).toEqual([state, state === 'Shutoff']);
      }
    }
  });
});
