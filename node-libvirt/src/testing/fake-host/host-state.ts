import type { Clock } from '../../clock.ts';
import type { KeepaliveLimits } from '../../connection/keepalive.ts';
import { Domains } from './domains.ts';
import { EventOutlet } from './events.ts';
import type { HostDescription } from './host-description.ts';
import type { RandomBytes } from './identity.ts';
import { Networks } from './networks.ts';
import type { Session } from './session.ts';
import { Storage } from './storage.ts';

export interface HostStateOptions {
  description: HostDescription;
  clock: Clock;
  random: RandomBytes;
  keepalive: KeepaliveLimits;
}

/** All that a fake host knows; outlives its connections. */
export class HostState {
  readonly description: HostDescription;
  readonly clock: Clock;
  readonly keepalive: KeepaliveLimits;
  readonly sessions = new Set<Session>();
  readonly events = new EventOutlet(this.sessions);
  readonly domains: Domains;
  readonly networks: Networks;
  readonly storage: Storage;
  #lastCallbackId = -1;

  constructor({ description, clock, random, keepalive }: HostStateOptions) {
    this.description = description;
    this.clock = clock;
    this.keepalive = keepalive;
    this.domains = new Domains({ events: this.events, clock, random });
    this.networks = new Networks(random);
    this.storage = new Storage(random);
  }

  /** Numbers are the host's, not a connection's. */
  nextCallbackId(): number {
    return ++this.#lastCallbackId;
  }

  losePower(): void {
    this.networks.losePower();
    this.storage.losePower();
    this.domains.losePower();
  }
}
