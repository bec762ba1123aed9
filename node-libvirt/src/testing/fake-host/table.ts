import { connectionHandlers } from './connection-handlers.ts';
import { domainChangeHandlers, domainHandlers } from './domain-handlers.ts';
import type { HostHandlers } from './handlers.ts';
import { hostHandlers } from './host-handlers.ts';
import { networkChangeHandlers, networkHandlers } from './network-handlers.ts';
import { poolChangeHandlers, poolHandlers } from './pool-handlers.ts';
import { volumeChangeHandlers, volumeHandlers } from './volume-handlers.ts';

/** What anybody may ask. */
export const questions: HostHandlers = {
  ...connectionHandlers,
  ...hostHandlers,
  ...domainHandlers,
  ...networkHandlers,
  ...poolHandlers,
  ...volumeHandlers,
};

/** What a client may not do that opened its connection for reading only. */
export const changes: HostHandlers = {
  ...domainChangeHandlers,
  ...networkChangeHandlers,
  ...poolChangeHandlers,
  ...volumeChangeHandlers,
};
