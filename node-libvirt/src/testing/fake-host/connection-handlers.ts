import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { Feature } from '../../facade/constants/index.ts';
import { type EventName, eventMessages } from '../../protocol/events.ts';
import type { ProcedureName } from '../../protocol/procedures.ts';
import type { HostHandlers } from './handlers.ts';
import { Refusal } from './refusal.ts';

/** What can be asked for before a hypervisor is opened. */
export const beforeOpen: ReadonlySet<ProcedureName> = new Set([
  ...(['authList', 'authPolkit', 'connectSupportsFeature', 'connectOpen'] as const),
]);

const supported: ReadonlySet<number> = new Set([
  Feature.Keepalive,
  Feature.EventCallbacks,
  Feature.CloseCallback,
]);

const readOnlyFlag = 1;
const rpc = (message: string) => new Refusal(ErrorCode.INTERNAL_ERROR, message, ErrorDomain.RPC);

/** Opening, good-bye, and registrations for events. */
export const connectionHandlers: HostHandlers = {
  authList: () => ({ types: [0] }),
  connectSupportsFeature(host, { feature }, { session }) {
    // To ask is what makes a server send pings.
    if (feature === Feature.Keepalive) session.startKeepalive(host.clock, host.keepalive);
    return { supported: supported.has(feature) ? 1 : 0 };
  },
  connectOpen(host, { name, flags }, { session }) {
    if (session.opened) throw rpc('the connection is open already');
    checkUri(name, host.description.uri);
    session.opened = { readOnly: (flags & readOnlyFlag) !== 0 };
    return {};
  },
  connectClose(_host, _args, { session }) {
    // After the reply, which is sent once this has returned.
    setImmediate(() => session.peer.end());
    return {};
  },
  connectRegisterCloseCallback: () => ({}),
  connectUnregisterCloseCallback: () => ({}),
  connectDomainEventCallbackRegisterAny(host, { eventId, dom }, { session }) {
    const name = eventNameOfId(eventId);
    if (!name) throw rpc(`there are no events with the number ${eventId}`);
    const callbackId = host.nextCallbackId();
    session.register(callbackId, name, dom?.uuid);
    return { callbackId };
  },
  connectDomainEventCallbackDeregisterAny(_host, { callbackId }, { session }) {
    session.deregister(callbackId);
    return {};
  },
};

/** A server that is asked for its own choice by NULL, and not by an empty text, answers with an error. */
function checkUri(asked: string | null, uri: string): void {
  if (asked === null) throw rpc('the connection is not open');
  if (asked !== '' && asked !== uri)
    throw new Refusal(ErrorCode.NO_CONNECT, `this host has no driver for ${asked}`, ErrorDomain.NONE);
}

function eventNameOfId(id: number): EventName | undefined {
  const names = Object.keys(eventMessages) as EventName[];
  return names.find((name) => eventMessages[name].eventId === id);
}
