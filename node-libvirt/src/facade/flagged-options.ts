import type { CallOptions } from '../connection/pending-call.ts';

/** Options of calls that take libvirt's own flags. */
export type FlaggedOptions = CallOptions & { flags?: number | undefined };
