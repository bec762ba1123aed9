import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compressedClock } from '../chaos/compressed-clock.ts';
import type { Rule } from '../chaos/fault-proxy/rule.ts';
import type { ActiveRule } from '../chaos/fault-proxy/rule-book.ts';
import { ChaosWorld } from './chaos-world.ts';

/** A minute of the operator takes 2 s. */
const clock = compressedClock(30);
let world: ChaosWorld;
/** Without a VM, and with one that runs. */
let empty: object;
let running: object;
/** What the life of a VM costs when nothing goes wrong. */
let usual: Record<string, number>;
/** From before the VM was made. */
let earlier = '';

const vms = { resource: 'virtualmachines' };
const writes = { ...vms, verb: 'patch' } as const;
const watches = { ...vms, verb: 'watch' } as const;
/** In pages, or streamed. */
const lists = { ...vms, isInitial: true } as const;
/** Makes the operator watch anew. */
const reopen: Rule = { match: watches, fault: { kind: 'end-watch', by: 'close' }, times: 1 };
/** Makes the operator list anew. */
const relist: Rule = { match: watches, fault: { kind: 'end-watch', by: 'expiry' }, times: 1 };

/** Each way in which the API server, or the network to it, goes wrong while a VM is made. */
const faultsOfMaking: Record<string, Rule[]> = {
  'every call is slow': [{ match: {}, fault: { kind: 'delay', ms: 50 }, times: 20 }],
  'a write does not arrive and is never answered': [{ match: writes, fault: { kind: 'drop' }, times: 1 }],
  'connections are reset as writes are sent': [{ match: writes, fault: { kind: 'reset' }, times: 3 }],
  'writes take effect and their answers are lost by a reset': [
    { match: writes, fault: { kind: 'lose-answer', by: 'reset' }, times: 4 },
  ],
  'a write takes effect and is never answered': [
    { match: writes, fault: { kind: 'lose-answer', by: 'silence' }, times: 1, skip: 1 },
  ],
  'answers to writes break off': [{ match: writes, fault: { kind: 'truncate' }, times: 3 }],
  'writes are put off by 429': [
    { match: { isWrite: true }, fault: { kind: 'refuse', code: 429, retryAfterSeconds: 1 }, times: 2 },
  ],
  'writes are put off by 503 with Retry-After': [
    { match: writes, fault: { kind: 'refuse', code: 503, retryAfterSeconds: 1 }, times: 1 },
  ],
  'writes fail by 500': [{ match: { isWrite: true }, fault: { kind: 'refuse', code: 500 }, times: 5 }],
  'writes fail by 504': [{ match: writes, fault: { kind: 'refuse', code: 504 }, times: 3 }],
  'every write conflicts at first': [
    { match: writes, fault: { kind: 'refuse', code: 409, reason: 'Conflict' }, times: 3 },
  ],
  'watches end all the time': [
    { match: { verb: 'watch' }, fault: { kind: 'end-watch', by: 'close', afterMs: 20 }, times: 25 },
  ],
  'watches are reset all the time': [
    { match: { verb: 'watch' }, fault: { kind: 'end-watch', by: 'reset', afterMs: 20 }, times: 25 },
  ],
  'watches expire by an event': [
    { match: { verb: 'watch' }, fault: { kind: 'end-watch', by: 'expiry', afterMs: 20 }, times: 10 },
  ],
  'watches are refused by 410': [reopen, { match: watches, fault: { kind: 'refuse', code: 410 }, times: 3 }],
  'watches are put off by 429': [
    reopen,
    { match: watches, fault: { kind: 'refuse', code: 429, retryAfterSeconds: 1 }, times: 1 },
  ],
  'watches fail by 500': [reopen, { match: watches, fault: { kind: 'refuse', code: 500 }, times: 3 }],
  'a watch is never answered': [reopen, { match: watches, fault: { kind: 'drop' }, times: 1 }],
  'a watch freezes for good': [{ match: watches, fault: { kind: 'freeze' }, times: 1 }],
  'lists fail by 500': [relist, { match: lists, fault: { kind: 'refuse', code: 500 }, times: 3 }],
  'lists break off': [relist, { match: lists, fault: { kind: 'truncate' }, times: 3 }],
  'lists expire': [relist, { match: lists, fault: { kind: 'refuse', code: 410 }, times: 4 }],
};

/** Of streamed lists there are none of the past: a server that does not know them makes the operator list in pages. */
const noStreaming: Rule = { match: { verb: 'watch', isInitial: true }, fault: { kind: 'refuse', code: 400 } };

/** As a function, since they need a version that there was. What is listed last is what it is about. */
const faultsOfTime: Record<string, (resourceVersion: string) => Rule[]> = {
  'a watch starts again from the past': (resourceVersion) => [
    reopen,
    { match: watches, fault: { kind: 'rewind', resourceVersion }, times: 1 },
  ],
  'a list is of the past': (resourceVersion) => [
    ...[relist, noStreaming],
    { match: { ...vms, verb: 'list' }, fault: { kind: 'stale-list', resourceVersion }, times: 1 },
  ],
  'all lists are of the past': (resourceVersion) => [
    { match: { verb: 'watch' }, fault: { kind: 'end-watch', by: 'expiry' }, times: 5 },
    noStreaming,
    { match: { verb: 'list' }, fault: { kind: 'stale-list', resourceVersion }, times: 5 },
  ],
};

beforeAll(async () => {
  world = await ChaosWorld.start({ clock });
  await world.launch();
  await world.poolSettled('default', 'Ready');
  earlier = await world.resourceVersion();
  empty = await world.state();
  world.forget();
  await world.applyVm('web-1');
  await world.settled('web-1', 'Running');
  running = await world.state();
  await world.deleteVm('web-1');
  await world.reach(empty);
  usual = world.creations();
});

afterAll(() => world.stop());

afterEach(() => world.proxy.rules.clear());

/** What went wrong must have gone wrong (the last rule is what it is about), and left no trace. */
async function expectNoTrace(rules: readonly ActiveRule[]): Promise<void> {
  await world.reach(empty);
  await world.quiet(10_000);
  expect(world.creations()).toEqual(usual);
  expect(rules.at(-1)?.hits).toBeGreaterThan(0);
}

it('the life of a VM is what it should be, undisturbed', () => {
  expect(running).toMatchObject({
    vms: [{ name: 'web-1', powerState: 'Running', interfaces: [['10.77.0.10']] }],
    domains: ['shop_web-1 Running'],
  });
  expect(empty).toMatchObject({ vms: [], domains: [] });
  expect(usual).toEqual({ define: 1, start: 1, undefine: 1 });
});

describe('a VM is made once, runs, and goes without a trace, though', () => {
  it.each(Object.entries(faultsOfMaking))('%s', async (_, rules) => {
    world.forget();
    const active = rules.map((rule) => world.proxy.add(rule));
    await world.applyVm('web-1');
    await world.reach(running);
    await world.deleteVm('web-1');
    await expectNoTrace(active);
  });
});

describe('a VM that runs is left alone, and goes without a trace, though', () => {
  it.each(Object.entries(faultsOfTime))('%s', async (_, rulesFor) => {
    world.forget();
    await world.applyVm('web-1');
    await world.reach(running);
    const active = rulesFor(earlier).map((rule) => world.proxy.add(rule));
    await world.labelVm('web-1', earlier);
    await world.quiet(10_000);
    await world.reach(running);
    await world.deleteVm('web-1');
    await expectNoTrace(active);
  });
});

it('nothing is written once all is done, however often the operator looks again', async () => {
  await world.applyVm('web-1');
  await world.reach(running);
  // Everything is looked at again every 45 to 75 s.
  await world.quiet(200_000);
  expect(await world.state()).toEqual(running);
});
