import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { LibvirtError } from '../errors.ts';
import { eventMessages } from '../protocol/events.ts';
import { Fault } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { EventHub } from './event-hub.ts';
import { type DomainEvent, defaultKinds, kinds } from './kinds.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };

function start() {
  const server = new FakeServer();
  const errors: unknown[] = [];
  const connection = new Connection(server.connect());
  const hub = new EventHub(connection, (error) => errors.push(error));
  const seen: DomainEvent[] = [];
  return { server, connection, hub, seen, errors, listener: (event: DomainEvent) => seen.push(event) };
}

const registrations = 'connectDomainEventCallbackRegisterAny';

describe('EventHub', () => {
  it('registers every kind once, for all domains, whatever the number of listeners', async () => {
    const { server, hub, listener } = start();
    await Promise.all([hub.subscribe(listener), hub.subscribe(listener)]);
    await hub.subscribe(listener, { kinds: ['lifecycle'] });
    const registered = defaultKinds.map((kind) => ({
      eventId: eventMessages[kinds[kind].message].eventId,
      dom: null,
    }));
    expect(server.callsOf(registrations).map(({ args }) => args)).toEqual(registered);
  });

  it('registers only the kinds that somebody wants, each with the call of its source', async () => {
    const { server, hub } = start();
    for (const name of [
      ...(['connectNetworkEventRegisterAny', 'connectStoragePoolEventRegisterAny'] as const),
      ...(['connectNodeDeviceEventRegisterAny', 'connectSecretEventRegisterAny'] as const),
      'qemuConnectDomainMonitorEventRegister' as const,
    ])
      server.on(name, () => ({ callbackId: 0 }));
    const seen: string[] = [];
    await hub.subscribe(({ kind }) => seen.push(kind), {
      kinds: ['network-lifecycle', 'pool-refresh', 'node-device-update', 'secret-value-changed', 'monitor'],
    });
    expect(server.calls.map(({ name, args }) => [name, (args as { eventId?: number }).eventId])).toEqual([
      ['connectNetworkEventRegisterAny', 0],
      ['connectStoragePoolEventRegisterAny', 1],
      ['connectNodeDeviceEventRegisterAny', 1],
      ['connectSecretEventRegisterAny', 1],
      ['qemuConnectDomainMonitorEventRegister', undefined],
    ]);
    server.peer.sendEvent('poolRefresh', { callbackId: 0, pool: { name: 'disks', uuid } });
    server.peer.sendEvent('reboot', { callbackId: 0, msg: { dom } });
    const empty = { callbackId: 0, dom, seconds: 1n, micros: 500_000, details: null };
    server.peer.sendEvent('monitor', { ...empty, event: 'RESET' });
    await turns();
    expect(seen).toEqual(['pool-refresh', 'monitor']);
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

  it('takes a registration whose answer was late for made when the server says that it is', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer();
    const hub = new EventHub(new Connection(server.connect(), { clock }), () => {});
    const kinds = ['lifecycle'] as const;
    server.on(registrations, () => noAnswer);
    const late = hub.subscribe(() => {}, { kinds, timeoutMs: 100 }).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await late).toMatchObject({ name: 'CallTimeout' });
    server.on(registrations, () => new Fault(8));
    let heard = 0;
    await hub.subscribe(() => heard++, { kinds });
    server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 2, detail: 0 } });
    await turns();
    expect(heard).toBe(1);
  });

  it('has no listener for a kind that was asked for by name and that the server does not know', async () => {
    const { server, hub } = start();
    server.on(registrations, ({ eventId }) => (eventId === 27 ? new Fault(8) : { callbackId: 0 }));
    const wanted = { kinds: ['lifecycle', 'nic-mac-change'] } as const;
    let heard = 0;
    await expect(hub.subscribe(() => heard++, wanted)).rejects.toBeInstanceOf(LibvirtError);
    server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 2, detail: 0 } });
    await turns();
    expect(heard).toBe(0);
    await hub.subscribe(() => heard++, { ...wanted, whereSupported: true });
    server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 2, detail: 0 } });
    await turns();
    expect(heard).toBe(1);
    expect([...hub.unsupported]).toEqual(['nic-mac-change']);
  });

  it('takes no other failure for a kind that the server does not know', async () => {
    const { server, hub, listener } = start();
    server.on(registrations, ({ eventId }) =>
      eventId === 1 ? new Fault(2, 'no memory') : { callbackId: 0 },
    );
    await expect(hub.subscribe(listener)).rejects.toMatchObject({ code: 2 });
    expect(hub.unsupported.size).toBe(0);
  });

  it('forgets that a kind was not known once it is', async () => {
    const { server, hub } = start();
    const wanted = { kinds: ['reboot'], whereSupported: true } as const;
    server.on(registrations, () => new Fault(3));
    await hub.subscribe(() => {}, wanted);
    expect([...hub.unsupported]).toEqual(['reboot']);
    server.on(registrations, () => ({ callbackId: 0 }));
    await hub.subscribe(() => {}, wanted);
    expect(hub.unsupported.size).toBe(0);
  });

  it('lets one give up waiting for a registration without ending it for others', async () => {
    const { server, hub, listener } = start();
    let answer = () => {};
    server.on(registrations, async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { callbackId: 0 };
    });
    const impatient = new AbortController();
    const kinds = ['lifecycle'] as const;
    const first = hub.subscribe(listener, { kinds, signal: impatient.signal });
    const second = hub.subscribe(listener, { kinds });
    impatient.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await turns();
    answer();
    await second;
    expect(server.callsOf(registrations)).toHaveLength(1);
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

describe('events to loop over', () => {
  it('come in order, and the loop ends with the connection', async () => {
    const { server, connection, hub } = start();
    const events = await hub.iterate({ kinds: ['reboot', 'lifecycle'] });
    server.peer.sendEvent('reboot', { callbackId: 0, msg: { dom } });
    server.peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 2, detail: 0 } });
    await turns();
    connection.close();
    const seen: string[] = [];
    for await (const event of events) seen.push(event.kind);
    expect(seen).toEqual(['reboot', 'lifecycle']);
  });

  it('end with the reason when the connection is lost', async () => {
    const { server, hub } = start();
    const events = await hub.iterate();
    server.peer.destroy();
    await expect(events.next()).rejects.toMatchObject({ name: 'ConnectionClosed' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('tell a slow reader that it missed some, and then go on', async () => {
    const { server, hub } = start();
    const events = await hub.iterate({ kinds: ['reboot'], limit: 3 });
    const send = (name: string) =>
      server.peer.sendEvent('reboot', { callbackId: 0, msg: { dom: { ...dom, name } } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) send(name);
    await turns();
    const read = async () => (await events.next()).value;
    expect(await read()).toEqual({ kind: 'overflow' });
    expect(await read()).toMatchObject({ kind: 'reboot', name: 'd' });
    expect(await read()).toMatchObject({ name: 'e' });
  });

  it('end at once where the connection has ended already', async () => {
    const { server, hub, connection } = start();
    await hub.iterate({ kinds: ['reboot'] });
    server.peer.destroy();
    await connection.closed;
    const late = await hub.iterate({ kinds: ['reboot'] });
    await expect(late.next()).rejects.toMatchObject({ name: 'ConnectionClosed' });
  });

  it('are not held by the connection once the loop was left', async () => {
    const { hub } = start();
    const left = await abandoned(hub);
    await turns();
    collectGarbage();
    expect(left.deref()).toBeUndefined();
  });

  it('stop coming once the loop was left', async () => {
    const { server, hub } = start();
    for await (const _ of await loopWithOne(server, hub)) break;
    const listening = await hub.iterate({ kinds: ['reboot'] });
    await listening.return?.();
    expect(await listening.next()).toEqual({ done: true, value: undefined });
  });
});

async function abandoned(hub: EventHub): Promise<WeakRef<object>> {
  const events = await hub.iterate({ kinds: ['reboot'] });
  await events.return?.();
  return new WeakRef(events);
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

async function loopWithOne(server: FakeServer, hub: EventHub) {
  const events = await hub.iterate({ kinds: ['reboot'] });
  server.peer.sendEvent('reboot', { callbackId: 0, msg: { dom } });
  return events;
}
