import type { HypervisorConnection } from '../facade/hypervisor.ts';

/** Where a host stands. */
export type HostState =
  /** An attempt is under way; `error` says why the last one failed, or why the connection was lost. */
  | { readonly state: 'connecting'; readonly error?: Error }
  | { readonly state: 'connected'; readonly hypervisor: HypervisorConnection }
  /** The next attempt is in `delayMs`. */
  | { readonly state: 'waiting'; readonly error: Error; readonly delayMs: number }
  | { readonly state: 'closed' };
