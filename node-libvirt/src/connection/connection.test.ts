import { describe, expect, it } from 'vitest';
import { CallTimeout, ConnectionClosed, EncodeError, LibvirtError, TooManyTimedOutCalls } from '../errors.ts';
import { Fault, replyPacket } from '../testing/fake-peer.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns, VirtualClock } from '../testing/virtual-clock.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions } from './options.ts';
import type { CallOptions } from './pending-call.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const dom = { name: 'vm', uuid, id: 3 };

function start(options: ConnectionOptions = {}) {
  const server = new FakeServer();
  const clock = new VirtualClock();
  const connection = new Connection(server.connect(), { clock, ...options });
  return { server, clock, connection, peer: server.peer };
}

/** How a promise ended, without failing the test while it has not. */
function outcome<T>(promise: Promise<T>): Promise<T | Error> {
  return promise.catch((error: Error) => error);
}

it('a connection over a stream that has ended already has ended itself', async () => {
  const stream = new FakeServer().connect();
  stream.destroy();
  await turns();
  const connection = new Connection(stream);
  expect(await connection.closed).toBeInstanceOf(ConnectionClosed);
  expect(await outcome(connection.call('connectGetHostname', {}))).toBeInstanceOf(ConnectionClosed);
});

describe('calls', () => {
  it('bring the arguments there and the result back', async () => {
    const { server, connection } = start();
    server.on('domainDefineXmlFlags', ({ xml, flags }) => ({ dom: { name: xml, uuid, id: flags } }));
    await expect(connection.call('domainDefineXmlFlags', { xml: '<domain/>', flags: 1 })).resolves.toEqual({
      dom: { name: '<domain/>', uuid, id: 1 },
    });
  });

  it('get their own reply when replies come in another order', async () => {
    const { server, connection } = start();
    const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
    server.on('domainGetState', async ({ flags }) => {
      await gates[flags]?.promise;
      return { state: flags, reason: 0 };
    });
    const calls = [0, 1, 2].map((flags) => connection.call('domainGetState', { dom, flags }));
    for (const gate of gates.toReversed()) gate.resolve();
    expect((await Promise.all(calls)).map(({ state }) => state)).toEqual([0, 1, 2]);
  });

  it('fail with the error of the server', async () => {
    const { server, connection } = start();
    server.on('domainGetState', () => new Fault(42, 'Domain not found'));
    const error = await outcome(connection.call('domainGetState', { dom, flags: 0 }));
    expect(error).toBeInstanceOf(LibvirtError);
    expect(error).toMatchObject({
      code: 42,
      domain: 10,
      level: 2,
      retryable: false,
      procedure: 'domainGetState',
    });
    expect(error).toHaveProperty('message', 'domainGetState: Domain not found (NO_DOMAIN)');
  });

  it('take no slot when their arguments cannot be sent', async () => {
    const { connection, server } = start();
    const bad = connection.call('domainGetState', { dom: { ...dom, uuid: 'x' }, flags: 0 });
    await expect(bad).rejects.toThrow(EncodeError);
    expect(connection.load).toEqual({ unanswered: 0, waiting: 0, timedOut: 0 });
    expect(server.calls).toEqual([]);
  });

  it('leave no timer behind', async () => {
    const { server, clock, connection } = start();
    server.on('connectGetHostname', () => ({ hostname: 'h' }));
    await connection.call('connectGetHostname', {});
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the window', () => {
  it('lets three normal calls and one of high priority be unanswered, and no more', async () => {
    const { server, connection } = start();
    server.on('domainGetXmlDesc', () => noAnswer).on('domainGetState', () => noAnswer);
    for (let flags = 0; flags < 5; flags++) {
      connection.call('domainGetXmlDesc', { dom, flags }).catch(() => {});
      connection.call('domainGetState', { dom, flags }).catch(() => {});
    }
    await turns();
    expect(server.calls).toHaveLength(4);
    expect(connection.load).toEqual({ unanswered: 4, waiting: 6, timedOut: 0 });
  });

  it('sends the next call when a reply frees a slot', async () => {
    const { server, connection } = start({ windowSize: 1 });
    server.on('connectGetHostname', () => ({ hostname: 'h' }));
    const calls = [1, 2, 3].map(() => connection.call('connectGetHostname', {}));
    await expect(Promise.all(calls)).resolves.toHaveLength(3);
  });
});

describe('deadlines', () => {
  it('fail a call that is not answered in time, with the outcome unknown', async () => {
    const { server, clock, connection } = start();
    server.on('domainGetState', () => noAnswer);
    const call = outcome(connection.call('domainGetState', { dom, flags: 0 }, { timeoutMs: 100 }));
    await clock.advance(99);
    expect(connection.load.timedOut).toBe(0);
    await clock.advance(1);
    expect(await call).toBeInstanceOf(CallTimeout);
    expect(await call).toMatchObject({ outcomeUnknown: true, timeoutMs: 100 });
  });

  it('default to 45 s and can be taken away', async () => {
    const { server, clock, connection } = start();
    server.on('domainGetState', () => noAnswer);
    const ended: string[] = [];
    connection.call('domainGetState', { dom, flags: 0 }).catch(() => ended.push('default'));
    const infinite = { timeoutMs: Number.POSITIVE_INFINITY };
    connection.call('domainGetState', { dom, flags: 1 }, infinite).catch(() => ended.push('infinite'));
    await clock.advance(44_999);
    expect(ended).toEqual([]);
    await clock.advance(86_400_000);
    expect(ended).toEqual(['default']);
  });

  it('count while a call waits for a slot, and then say that it was never sent', async () => {
    const { server, clock, connection } = start({ windowSize: 1, maxTimedOutCalls: 9 });
    server.on('domainGetState', () => noAnswer);
    outcome(connection.call('domainGetState', { dom, flags: 0 }));
    const waiting = outcome(connection.call('domainGetState', { dom, flags: 1 }, { timeoutMs: 10 }));
    await clock.advance(10);
    expect(await waiting).toMatchObject({ name: 'CallTimeout', outcomeUnknown: false });
    expect(connection.load).toEqual({ unanswered: 1, waiting: 0, timedOut: 0 });
  });

  it('do not free the slot: only the late reply does', async () => {
    const { server, clock, connection } = start({ windowSize: 1, maxTimedOutCalls: 2 });
    const gate = Promise.withResolvers<void>();
    server.on('domainGetState', async ({ flags }) => {
      if (flags === 0) await gate.promise;
      return { state: 1, reason: 1 };
    });
    outcome(connection.call('domainGetState', { dom, flags: 0 }, { timeoutMs: 10 }));
    const second = connection.call('domainGetState', { dom, flags: 1 });
    await clock.advance(10);
    expect(connection.load).toEqual({ unanswered: 1, waiting: 1, timedOut: 1 });
    gate.resolve();
    await expect(second).resolves.toEqual({ state: 1, reason: 1 });
    expect(connection.load).toEqual({ unanswered: 0, waiting: 0, timedOut: 0 });
  });

  it('end the connection when the normal slots are all held by timed-out calls', async () => {
    const { server, clock, connection } = start();
    server.on('domainGetXmlDesc', () => noAnswer);
    const calls = [0, 1, 2, 3].map((flags) =>
      outcome(connection.call('domainGetXmlDesc', { dom, flags }, { timeoutMs: 50 + flags })),
    );
    await clock.advance(60);
    expect(await connection.closed).toBeInstanceOf(TooManyTimedOutCalls);
    const errors = (await Promise.all(calls)) as Error[];
    expect(errors.map(({ name }) => name)).toEqual([
      ...['CallTimeout', 'CallTimeout', 'CallTimeout', 'ConnectionClosed'],
    ]);
  });
});

describe('an AbortSignal', () => {
  it('takes back a call that waits', async () => {
    const { server, connection } = start({ windowSize: 1 });
    server.on('domainGetState', () => noAnswer);
    outcome(connection.call('domainGetState', { dom, flags: 0 }));
    const abort = new AbortController();
    const waiting = outcome(connection.call('domainGetState', { dom, flags: 1 }, { signal: abort.signal }));
    await turns();
    abort.abort(new Error('enough'));
    expect(await waiting).toEqual(new Error('enough'));
    expect(connection.load).toMatchObject({ unanswered: 1, waiting: 0 });
  });

  it('ends the wait for a sent call, which keeps its slot and then its deadline', async () => {
    const { server, clock, connection } = start({ maxTimedOutCalls: 1 });
    server.on('domainGetState', () => noAnswer);
    const abort = new AbortController();
    const call = outcome(connection.call('domainGetState', { dom, flags: 0 }, { signal: abort.signal }));
    await turns();
    abort.abort(new Error('enough'));
    expect(await call).toEqual(new Error('enough'));
    expect(connection.load).toMatchObject({ unanswered: 1, timedOut: 0 });
    await clock.advance(45_000);
    expect(await connection.closed).toBeInstanceOf(TooManyTimedOutCalls);
  });

  it('that is aborted already sends nothing', async () => {
    const { server, connection } = start();
    const signal = AbortSignal.abort(new Error('before'));
    await expect(connection.call('connectGetHostname', {}, { signal })).rejects.toThrow('before');
    await turns();
    expect(server.calls).toEqual([]);
  });
});

describe('a permit', () => {
  it('is asked when its call is sent, not when it is made; what is refused is not sent and takes no slot', async () => {
    const { server, connection } = start();
    const gate = Promise.withResolvers<void>();
    server.on('domainCreateWithFlags', async ({ flags }) => {
      if (flags === 0) await gate.promise;
      return { dom };
    });
    const refusal = new Error('not any more');
    let isRefused = false;
    const permit = () => {
      if (isRefused) throw refusal;
    };
    const create = (flags: number, options: CallOptions = {}) =>
      outcome(connection.call('domainCreateWithFlags', { dom, flags }, { lane: 'vm', ...options }));
    const [, refused, behind] = [create(0, { permit }), create(1, { permit }), create(2)];
    await turns();
    isRefused = true;
    gate.resolve();
    expect(await refused).toBe(refusal);
    expect(await behind).toEqual({ dom });
    expect(server.callsOf('domainCreateWithFlags')).toMatchObject([
      { args: { flags: 0 } },
      { args: { flags: 2 } },
    ]);
    await connection.idle();
  });
});

describe('events', () => {
  const lifecycle = (event: number) => ({ callbackId: 0, msg: { dom, event, detail: 0 } });

  it('come in order, and before the reply that was sent after them', async () => {
    const { server, connection } = start();
    const seen: unknown[] = [];
    connection.onEvent(({ payload }) => seen.push('msg' in payload && payload.msg));
    server.on('domainCreateWithFlags', (_args, peer) => {
      for (const event of [0, 2, 4]) peer.sendEvent('lifecycle', lifecycle(event));
      return { dom };
    });
    await connection.call('domainCreateWithFlags', { dom, flags: 0 });
    expect(seen).toEqual([0, 2, 4].map((event) => ({ dom, event, detail: 0 })));
  });

  it('reach the other listeners when one throws, and the connection lives', async () => {
    const errors: unknown[] = [];
    const { connection, peer } = start({ onListenerError: (error) => errors.push(error) });
    const seen: string[] = [];
    connection.onEvent(() => {
      throw new Error('listener broke');
    });
    const remove = connection.onEvent(({ name }) => seen.push(name));
    peer.sendEvent('reboot', { callbackId: 1, msg: { dom } });
    await turns();
    remove();
    peer.sendEvent('reboot', { callbackId: 1, msg: { dom } });
    await turns();
    expect(seen).toEqual(['reboot']);
    expect(errors).toHaveLength(2);
  });

  it.each([
    ['an error', new Error('broke')],
    ['nothing', undefined],
    ['a number', 7],
  ])('make a warning of a listener that throws %s, when nobody asks for it', async (_what, thrown) => {
    const { connection, peer } = start();
    connection.onEvent(() => {
      throw thrown;
    });
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve));
    peer.sendEvent('reboot', { callbackId: 1, msg: { dom } });
    const told = await warning;
    expect(thrown instanceof Error ? told : told.cause).toBe(thrown);
    connection.close();
  });

  it('of kinds that nobody registered for are passed over', async () => {
    const { server, connection, peer } = start();
    server.on('connectGetHostname', () => ({ hostname: 'h' }));
    const unknown = Buffer.from('0000001c20008086000000010000014f000000020000000000000000', 'hex');
    peer.sendRaw(unknown);
    await expect(connection.call('connectGetHostname', {})).resolves.toEqual({ hostname: 'h' });
  });
});

describe('the end of a connection', () => {
  it('by this side fails its calls and tells no reason', async () => {
    const { server, clock, connection } = start();
    server.on('connectGetHostname', () => noAnswer);
    const call = outcome(connection.call('connectGetHostname', {}));
    await turns();
    connection.close();
    expect(await call).toMatchObject({ name: 'ConnectionClosed', outcomeUnknown: true });
    expect(await connection.closed).toBeUndefined();
    await expect(connection.call('connectGetHostname', {})).rejects.toThrow(/closed by this side/);
    expect(clock.pendingTimers).toBe(0);
  });

  it('by this side ends the stream', () => {
    const stream = new FakeServer().connect();
    new Connection(stream).close();
    expect(stream.destroyed).toBe(true);
  });

  it('by the server in the middle of a packet is told as such', async () => {
    const { server, connection } = start();
    server.on('connectGetHostname', (_args, peer, call) => {
      peer.sendRaw(replyPacket(call, { hostname: 'never' }).subarray(0, 30));
      peer.end();
      return noAnswer;
    });
    const error = await outcome(connection.call('connectGetHostname', {}));
    expect(error).toBeInstanceOf(ConnectionClosed);
    expect(error).toHaveProperty('message', expect.stringContaining('after 30 bytes of it'));
  });

  it('tells apart what was sent from what was not', async () => {
    const { server, connection, peer } = start({ windowSize: 1 });
    server.on('connectGetHostname', () => noAnswer);
    const calls = [1, 2].map(() => outcome(connection.call('connectGetHostname', {})));
    await turns();
    peer.destroy();
    const errors = (await Promise.all(calls)) as ConnectionClosed[];
    expect(errors.map(({ outcomeUnknown }) => outcomeUnknown)).toEqual([true, false]);
    expect(connection.load).toEqual({ unanswered: 0, waiting: 0, timedOut: 0 });
  });
});
