import type { EventKind, EventOf } from '../events/kinds.ts';

/**
 * Changes may have gone unseen, and from now on none will: list what you keep track of. Comes after each connection, in
 * place of events that a reader was too slow for (`overflow`), and once a connection was replaced (`renewed`).
 */
export interface Relist {
  kind: 'relist';
  because: 'connected' | 'renewed' | 'overflow';
}

/** The connection is gone, and nothing is known of the host from here to the next `relist`. */
export interface Disconnected {
  kind: 'disconnected';
  error: Error;
}

/** What a host tells: events of what runs on it, and what they are worth. */
export type HostEvent<K extends EventKind> = EventOf<K> | Relist | Disconnected;
