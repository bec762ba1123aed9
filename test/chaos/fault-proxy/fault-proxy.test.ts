import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../hack/wait.ts';
import { VirtualClock } from '../../../operator/kube/testing/virtual-clock.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { describeCall } from './recording.ts';
import { Caller } from './testing/caller.ts';
import { startTrivialServer, type TrivialServer } from './testing/trivial-server.ts';

const widgets = '/apis/g/v1/widgets';
const watchPath = `${widgets}?watch=true&resourceVersion=9`;
let server: TrivialServer;
let proxy: FaultProxy;
let clock: VirtualClock;
let caller: Caller;

beforeAll(async () => {
  server = await startTrivialServer();
});

beforeEach(async () => {
  server.seen.length = 0;
  clock = new VirtualClock();
  proxy = await startFaultProxy({ kubeconfigPath: server.kubeconfigPath, clock });
  caller = await Caller.from(proxy.kubeconfigPath);
});

afterEach(async () => {
  await caller.close();
  await proxy.stop();
});

afterAll(() => server.stop());

/** The answer, or the code of the error. */
const outcome = (method: string, path: string) =>
  caller.send(method, path, '{"a":1}').then(
    ({ code }) => code,
    (error: { code: string }) => error.code,
  );
const reset = expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/);

describe('a call without a rule', () => {
  it('arrives with all it has, and so does its answer', async () => {
    const answer = await caller.send('PATCH', `${widgets}/a?fieldManager=me`, '{"a":1}', {
      'content-type': 'application/merge-patch+json',
    });
    expect(answer).toEqual({
      code: 200,
      body: 'PATCH',
      headers: expect.objectContaining({ 'x-trivial': 'yes' }),
    });
    expect(server.seen).toMatchObject([
      { method: 'PATCH', url: `${widgets}/a?fieldManager=me`, body: '{"a":1}', user: 'operator' },
    ]);
    expect(server.seen[0]?.headers['content-type']).toBe('application/merge-patch+json');
  });

  it('is the same user by every connection, resumed ones too', async () => {
    for (let round = 0; round < 3; round++) {
      await caller.send('GET', `${widgets}/a`);
      await caller.reconnect();
    }
    expect(server.seen.map(({ user }) => user)).toEqual(['operator', 'operator', 'operator']);
  });

  it('passes by its token when it has no certificate', async () => {
    const other = await Caller.from(proxy.kubeconfigPath, { certified: false });
    await other.send('GET', `${widgets}/a`, undefined, { authorization: 'Bearer abc' });
    await other.close();
    expect(server.seen).toMatchObject([{ user: undefined, headers: { authorization: 'Bearer abc' } }]);
  });

  it('is refused with a certificate that the proxy cannot speak for', async () => {
    const stranger = await Caller.from(proxy.kubeconfigPath, {
      certificate: await server.strangerCertificate(),
    });
    expect((await stranger.send('GET', `${widgets}/a`)).code).toBe(401);
    await stranger.close();
    expect(server.seen).toEqual([]);
  });

  it('breaks when the server does', async () => {
    server.next('break');
    expect(await outcome('GET', `${widgets}/a`)).toEqual(reset);
  });
});

describe('the recording', () => {
  it('has all calls in order, with what the server said and what went wrong', async () => {
    proxy.add({ match: { verb: 'patch' }, fault: { kind: 'lose-answer', by: 'reset' } });
    proxy.add({ match: { verb: 'delete' }, fault: { kind: 'refuse', code: 500 } });
    await caller.send('GET', widgets);
    await outcome('PATCH', '/apis/g/v1/namespaces/ns/widgets/a/status');
    await outcome('DELETE', `${widgets}/a`);
    await caller.send('GET', `${widgets}/missing`);
    expect(proxy.recording.calls.map(describeCall)).toEqual([
      'list widgets → 200',
      'patch widgets/status ns/a → 200 lose-answer',
      'delete widgets a → refuse',
      'get widgets missing → 404',
    ]);
    expect(proxy.recording.writes().map(({ verb }) => verb)).toEqual(['patch', 'delete']);
    expect(proxy.recording.writes(['widgets'])).toEqual([]);
    proxy.recording.clear();
    expect(proxy.recording.calls).toEqual([]);
  });
});

describe('a fault', () => {
  it('delay: reaches the server late', async () => {
    proxy.add({ match: {}, fault: { kind: 'delay', ms: 1_000 }, times: 1 });
    const late = caller.send('GET', `${widgets}/late`);
    await waitFor('the delay', () => clock.pendingTimers === 1, { timeoutMs: 5_000, everyMs: 1 });
    await caller.send('GET', `${widgets}/early`);
    await clock.advance(999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect((await late).code).toBe(200);
    expect(server.seen.map(({ url }) => url)).toEqual([`${widgets}/early`, `${widgets}/late`]);
  });

  it('drop: reaches nobody and has no answer', async () => {
    const rule = proxy.add({ match: {}, fault: { kind: 'drop' }, times: 1 });
    const dropped = outcome('PATCH', `${widgets}/a`);
    await rule.fired;
    expect(await outcome('PATCH', `${widgets}/b`)).toBe(200);
    expect(server.seen.map(({ url }) => url)).toEqual([`${widgets}/b`]);
    await caller.close();
    expect(await dropped).toMatch(/^UND_ERR/);
  });

  it('reset: reaches nobody', async () => {
    proxy.add({ match: {}, fault: { kind: 'reset' }, times: 1 });
    expect(await outcome('PATCH', `${widgets}/a`)).toEqual(reset);
    expect(server.seen).toEqual([]);
    expect(await outcome('PATCH', `${widgets}/a`)).toBe(200);
  });

  it('refuse: is answered in the words of the API', async () => {
    const fault = { kind: 'refuse', code: 429, retryAfterSeconds: 3 } as const;
    proxy.add({ match: {}, fault });
    const { code, headers, body } = await caller.send('PATCH', `${widgets}/a`, '{}');
    expect({ code, retryAfter: headers['retry-after'] }).toEqual({ code: 429, retryAfter: '3' });
    expect(JSON.parse(body)).toMatchObject({ kind: 'Status', code: 429, reason: 'TooManyRequests' });
    expect(server.seen).toEqual([]);
  });

  it.each(['reset', 'silence'] as const)('lose-answer by %s: happens, and nobody hears of it', async (by) => {
    const rule = proxy.add({ match: {}, fault: { kind: 'lose-answer', by }, times: 1 });
    const lost = outcome('PATCH', `${widgets}/a`);
    await rule.fired;
    expect(server.seen.map(({ method }) => method)).toEqual(['PATCH']);
    expect(proxy.recording.calls[0]?.code).toBe(200);
    if (by === 'silence') await caller.close();
    expect(await lost).toEqual(by === 'silence' ? expect.stringMatching(/^UND_ERR/) : reset);
  });

  it('truncate: arrives by half', async () => {
    proxy.add({ match: {}, fault: { kind: 'truncate' } });
    expect(await outcome('GET', widgets)).toEqual(reset);
    expect(server.seen).toHaveLength(1);
  });

  it('truncate: cuts a watch in the middle of its first event', async () => {
    proxy.add({ match: {}, fault: { kind: 'truncate' } });
    const watch = caller.watch(watchPath);
    await waitFor('the watch', () => server.watches === 1, { timeoutMs: 5_000 });
    server.emit('12345678\n');
    const reader = await watch;
    expect(await reader.next()).toBe('1234');
    expect(await reader.next()).toBe('broken');
  });

  it('stale-list: asks for exactly the older state, but not in the middle of it', async () => {
    proxy.add({ match: { verb: 'list' }, fault: { kind: 'stale-list', resourceVersion: '5' } });
    await caller.send('GET', `${widgets}?limit=500`);
    await caller.send('GET', `${widgets}?limit=500&continue=x`);
    expect(server.seen.map(({ url }) => url)).toEqual([
      `${widgets}?limit=500&resourceVersion=5&resourceVersionMatch=Exact`,
      `${widgets}?limit=500&continue=x`,
    ]);
  });

  it('rewind: watches from an older state', async () => {
    proxy.add({ match: { verb: 'watch' }, fault: { kind: 'rewind', resourceVersion: '5' } });
    await caller.watch(watchPath);
    expect(server.seen.map(({ url }) => url)).toEqual([`${widgets}?watch=true&resourceVersion=5`]);
  });
});

describe('a watch', () => {
  const event = (n: number) => `{"type":"ADDED","object":{"n":${n}}}\n`;

  it('is answered before its first event, and passes each one at once', async () => {
    const watch = await caller.watch(watchPath);
    for (const n of [1, 2, 3]) {
      server.emit(event(n));
      expect(await watch.next()).toBe(event(n));
    }
    server.endWatches();
    expect(await watch.next()).toBeUndefined();
  });

  it('passes an event when all of it has come', async () => {
    const watch = await caller.watch(watchPath);
    server.emit(event(1).slice(0, 10));
    server.emit(event(1).slice(10) + event(2));
    expect((await watch.next()) ?? '').toBe(event(1) + event(2));
  });

  it('ends at the server when its caller is gone', async () => {
    const watch = await caller.watch(watchPath);
    await waitFor('the watch', () => server.watches === 1, { timeoutMs: 5_000 });
    watch.cancel();
    await waitFor('its end', () => server.watches + proxy.watches === 0, { timeoutMs: 5_000 });
  });

  it('freeze: shows nothing until the rule is removed, then all', async () => {
    const watch = await caller.watch(watchPath);
    const rule = proxy.add({ match: { verb: 'watch' }, fault: { kind: 'freeze' } });
    const later = await caller.watch(watchPath);
    expect(rule.hits).toBe(2);
    server.emit(event(1));
    await caller.send('GET', `${widgets}/a`);
    expect([watch.has, later.has]).toEqual([false, false]);
    server.endWatches();
    rule.remove();
    expect(await Promise.all([watch.next(), later.next()])).toEqual([event(1), event(1)]);
    expect(await Promise.all([watch.next(), later.next()])).toEqual([undefined, undefined]);
  });

  it.each([
    ['close', undefined],
    ['reset', 'broken'],
    ['expiry', expect.stringContaining('"code":410')],
  ] as const)('end-watch by %s: ends one that is open', async (by, last) => {
    const watch = await caller.watch(watchPath);
    server.emit(event(1));
    expect(await watch.next()).toBe(event(1));
    const rule = proxy.add({ match: { verb: 'watch' }, fault: { kind: 'end-watch', by }, times: 1 });
    await clock.advance(0);
    expect(await watch.next()).toEqual(last);
    expect(rule.hits).toBe(1);
    await waitFor('its end at the server', () => server.watches === 0, { timeoutMs: 5_000 });
    const next = await caller.watch(watchPath);
    server.emit(event(2));
    expect(await next.next()).toBe(event(2));
  });

  it('end-watch: ends one that is opened later, after a time', async () => {
    proxy.add({ match: { verb: 'watch' }, fault: { kind: 'end-watch', by: 'close', afterMs: 1_000 } });
    const watch = await caller.watch(watchPath);
    server.emit(event(1));
    expect(await watch.next()).toBe(event(1));
    await clock.advance(1_000);
    expect(await watch.next()).toBeUndefined();
    expect(proxy.recording.calls.at(-1)?.fault).toBe('end-watch');
  });
});
