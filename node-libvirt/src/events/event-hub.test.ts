import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { eventMessages } from '../protocol/events.ts';
import { Fault } from '../testing/fake-peer.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { turns } from '../testing/virtual-clock.ts';
import type { DomainEvent } from './domain-event.ts';
import { EventHub } from './event-hub.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };

function start() {
  const server = new FakeServer();
  const errors: unknown[] = [];
  const hub = new EventHub(new Connection(server.connect()), (error) => errors.push(error));
  const seen: DomainEvent[] = [];
  return { server, hub, seen, errors, listener: (event: DomainEvent) => seen.push(event) };
}

const registrations = 'connectDomainEventCallbackRegisterAny';

describe('EventHub', () => {
  it('registers every kind once, for all domains, whatever the number of listeners', async () => {
    const { server, hub, listener } = start();
    await Promise.all([hub.subscribe(listener), hub.subscribe(listener)]);
    await hub.subscribe(listener);
    const kinds = Object.values(eventMessages).map(({ eventId }) => ({ eventId, dom: null }));
    expect(server.callsOf(registrations).map(({ args }) => args)).toEqual(kinds);
  });

  it('passes on each kind in its own shape', async () => {
    const { server, hub, seen, listener } = start();
    await hub.subscribe(listener);
    server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 5, detail: 1 } });
    server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 99, detail: 7 } });
    server.peer.sendEvent('reboot', { callbackId: 1, msg: { dom } });
    server.peer.sendEvent('agentLifecycle', { callbackId: 2, dom, state: 1, reason: 2 });
    server.peer.sendEvent('deviceAdded', { callbackId: 3, dom, alias: 'net1' });
    server.peer.sendEvent('deviceRemoved', { callbackId: 4, msg: { dom, alias: 'net1' } });
    server.peer.sendEvent('deviceRemovalFailed', { callbackId: 5, dom, alias: 'net2' });
    server.peer.sendEvent('jobCompleted', {
      callbackId: 6,
      dom,
      params: [{ field: 'time_elapsed', type: 'ullong', value: 12n }],
    });
    await turns();
    const of = { uuid, name: 'vm' };
    expect(seen).toEqual([
      { kind: 'lifecycle', ...of, event: 'Stopped', detail: 'Destroyed', detailCode: 1 },
      { kind: 'lifecycle', ...of, event: 'Unrecognized', detail: 'Unrecognized', detailCode: 7 },
      { kind: 'reboot', ...of },
      { kind: 'agent', ...of, state: 'Connected', reason: 'Channel' },
      { kind: 'device-added', ...of, alias: 'net1' },
      { kind: 'device-removed', ...of, alias: 'net1' },
      { kind: 'device-removal-failed', ...of, alias: 'net2' },
      { kind: 'job-completed', ...of, stats: new Map([['time_elapsed', 12n]]) },
    ]);
  });

  it('misses no event that comes before the reply to the registration', async () => {
    const { server, hub, seen, listener } = start();
    server.on(registrations, ({ eventId }, peer) => {
      if (eventId === 0) peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 2, detail: 0 } });
      return { callbackId: eventId };
    });
    await hub.subscribe(listener);
    expect(seen).toMatchObject([{ event: 'Started' }]);
  });

  it('does without kinds that the server does not know, but not without lifecycle', async () => {
    const { server, hub, listener } = start();
    server.on(registrations, ({ eventId }) => (eventId > 0 ? new Fault(8) : { callbackId: 0 }));
    await hub.subscribe(listener);
    const strict = start();
    strict.server.on(registrations, ({ eventId }) => (eventId === 0 ? new Fault(8) : { callbackId: 0 }));
    await expect(strict.hub.subscribe(listener)).rejects.toMatchObject({ code: 8 });
  });

  it('tries to register again after a failure, and keeps no listener that failed', async () => {
    const { server, hub, seen, listener } = start();
    server.on(registrations, () => new Fault(38));
    await expect(hub.subscribe(listener)).rejects.toMatchObject({ code: 38 });
    server.on(registrations, ({ eventId }) => ({ callbackId: eventId }));
    await hub.subscribe(() => {});
    server.peer.sendEvent('reboot', { callbackId: 1, msg: { dom } });
    await turns();
    expect(seen).toEqual([]);
  });

  it('stops for the listener that unsubscribes only, and survives one that throws', async () => {
    const { server, hub, seen, errors, listener } = start();
    await hub.subscribe(() => {
      throw new Error('broken listener');
    });
    const unsubscribe = await hub.subscribe(listener);
    await hub.subscribe(listener);
    unsubscribe();
    server.peer.sendEvent('reboot', { callbackId: 1, msg: { dom } });
    await turns();
    expect(seen).toHaveLength(1);
    expect(errors).toEqual([new Error('broken listener')]);
  });
});
