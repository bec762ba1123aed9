import { type LifecycleDetail, lifecycleEvents } from '../../events/lifecycle.ts';
import type { EventName, EventPayload } from '../../protocol/events.ts';
import type { FakeDomain } from './domain.ts';
import type { Session } from './session.ts';

type Lifecycle = keyof typeof lifecycleEvents;
/** Makes an event's message for one registration. */
export type Message<N extends EventName> = (callbackId: number) => EventPayload<N>;

/** Tells every client what it has registered for. */
export class EventOutlet {
  readonly #sessions: Iterable<Session>;

  constructor(sessions: Iterable<Session>) {
    this.#sessions = sessions;
  }

  /** An event of any kind, of the domain with this uuid. */
  emit<N extends EventName>(name: N, uuid: string, message: Message<N>): void {
    for (const session of this.#sessions) {
      for (const callbackId of session.callbacksFor(name, uuid))
        session.peer.sendEvent(name, message(callbackId));
    }
  }

  lifecycle(domain: FakeDomain, kind: Lifecycle, detail: LifecycleDetail): void {
    const event = Object.keys(lifecycleEvents).indexOf(kind);
    const details: readonly LifecycleDetail[] = lifecycleEvents[kind];
    const msg = { dom: domain.reference, event, detail: details.indexOf(detail) };
    this.emit('lifecycle', domain.uuid, (callbackId) => ({ callbackId, msg }));
  }

  reboot(domain: FakeDomain): void {
    const msg = { dom: domain.reference };
    this.emit('reboot', domain.uuid, (callbackId) => ({ callbackId, msg }));
  }
}
