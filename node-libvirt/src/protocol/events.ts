import { array, type Codec, type Infer, int, struct } from './codec.ts';
import { domain, text } from './structs.ts';
import { typedParameter } from './typed-parameter.ts';

/** One kind of event: what to register for, and the message that then comes. */
export interface EventMessage<T> {
  /** Number to register (libvirt: virDomainEventID). */
  readonly eventId: number;
  /** Procedure number of the message, in the main program. */
  readonly number: number;
  readonly payload: Codec<T>;
}

const dom = domain;
const callbackId = int;

function event<T>(eventId: number, number: number, payload: Codec<T>): EventMessage<T> {
  return { eventId, number, payload };
}

/** Older messages nest a legacy struct after the callback's number (`msg`); newer ones are flat. */
export const eventMessages = {
  lifecycle: event(0, 318, struct({ callbackId, msg: struct({ dom, event: int, detail: int }) })),
  reboot: event(1, 319, struct({ callbackId, msg: struct({ dom }) })),
  deviceRemoved: event(15, 333, struct({ callbackId, msg: struct({ dom, alias: text }) })),
  agentLifecycle: event(18, 348, struct({ callbackId, dom, state: int, reason: int })),
  deviceAdded: event(19, 354, struct({ callbackId, dom, alias: text })),
  jobCompleted: event(21, 363, struct({ callbackId, dom, params: array(typedParameter, 64) })),
  deviceRemovalFailed: event(22, 367, struct({ callbackId, dom, alias: text })),
};

/** The message that says that the daemon behind the one spoken to is gone; to be registered for with a call of its own. */
export const connectionClosedMessage = { number: 362, payload: struct({ reason: int }) };

export type EventName = keyof typeof eventMessages;
export type EventPayload<N extends EventName> = Infer<(typeof eventMessages)[N]['payload']>;

/** A received event, still in the protocol's terms. */
export type RawEvent = { [N in EventName]: { name: N; payload: EventPayload<N> } }[EventName];

const namesByNumber: ReadonlyMap<number, EventName> = new Map(
  Object.entries(eventMessages).map(([name, { number }]) => [number, name as EventName]),
);

/** Undefined for messages that this client never registers for. */
export function eventNameOf(number: number): EventName | undefined {
  return namesByNumber.get(number);
}
