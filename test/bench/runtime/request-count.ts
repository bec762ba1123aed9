import { subscribe } from 'node:diagnostics_channel';

export interface Requests {
  /** Watches that are opened anew included. */
  requests: number;
  /** TLS handshakes. */
  connections: number;
}

/** Counts what this process asks of servers through undici, whoever uses it; from now on. */
export function countRequests(): Requests {
  const counted: Requests = { requests: 0, connections: 0 };
  subscribe('undici:request:create', () => {
    counted.requests += 1;
  });
  subscribe('undici:client:connected', () => {
    counted.connections += 1;
  });
  return counted;
}
