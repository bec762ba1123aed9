import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordOf, signalProcess } from '../../hack/process-record.ts';
import { waitFor } from '../../hack/wait.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { ChaosWorld } from './chaos-world.ts';

/** What may be left of an outage: buffers, and code that was compiled in it. Less than 2 MiB has been seen. */
const heapBoundBytes = 4 * 2 ** 20;
/** One for each kind that the operator reflects: its own, and Nodes. */
const watches = kinds.length + 1;
/** Time that passes in an outage, not one that is waited for something; twice of it on a machine that is busy. */
const outage = (lastsMs: number) => ({ timeoutMs: 2 * lastsMs, everyMs: 100 });
/** Of a test: most of it is never used. */
const timeout = 600_000;

let world: ChaosWorld;
let heapBefore: number;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use once everything is collected that can be, and the recordings of this test with it. */
async function heapInUse(): Promise<number> {
  world.forget();
  for (let round = 0; round < 5; round++) {
    collect();
    // Finalizers and closed handles are let go between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

beforeAll(async () => {
  world = await ChaosWorld.start({ clock: systemClock, lease: true });
  await world.launch();
  await world.poolSettled('default', 'Ready');
  // Everything once, so that what is kept for good is there: compiled code, connections, a life that has ended.
  await lifeOfAVm();
  await world.restart();
  await lifeOfAVm();
  heapBefore = await heapInUse();
});

afterAll(() => world.stop());

async function lifeOfAVm(): Promise<void> {
  await world.applyVm('web-1');
  await world.vmIs('web-1', 'Running');
  await world.deleteVm('web-1');
  await world.vmIs('web-1', 'Gone');
}

/** The three oracles, and that nothing is left but memory for a bounded time. */
async function expectRecovery(): Promise<void> {
  await world.vmIs('web-1', 'Gone');
  await world.quiet(3_000);
  expect(world.hypervisor.hosts.flatMap((host) => [...host.domains.values()])).toEqual([]);
  expect(world.creations()).toEqual({ define: 1, start: 1, undefine: 1 });
  await world.wait(`${watches} watches`, () => world.proxy.watches === watches);
  const grownBytes = (await heapInUse()) - heapBefore;
  console.log(`heap: ${(grownBytes / 2 ** 20).toFixed(2)} MiB more than before`);
  expect(grownBytes).toBeLessThan(heapBoundBytes);
}

it('a list from before a VM was deleted does not bring it back', { timeout }, async () => {
  await world.applyVm('web-1');
  await world.vmIs('web-1', 'Running');
  const resourceVersion = await world.resourceVersion();
  await world.deleteVm('web-1');
  await world.vmIs('web-1', 'Gone');
  world.forget();
  const vms = { resource: 'virtualmachines' };
  const stale = world.proxy.add({
    ...{ match: { ...vms, verb: 'list' }, times: 1, fault: { kind: 'stale-list', resourceVersion } },
  });
  // Of streamed lists there are none of the past.
  world.proxy.add({ match: { verb: 'watch', isInitial: true }, fault: { kind: 'refuse', code: 400 } });
  world.proxy.add({
    ...{ match: { ...vms, verb: 'watch' }, times: 1, fault: { kind: 'end-watch', by: 'expiry' } },
  });
  await stale.fired;
  await world.quiet(5_000);
  expect(world.creations()).toEqual({});
  world.proxy.rules.clear();
});

it('watches that are cut every second for a minute', { timeout }, async () => {
  world.forget();
  const rule = world.proxy.add({
    ...{ match: { verb: 'watch' }, fault: { kind: 'end-watch', by: 'reset', afterMs: 1_000 } },
  });
  await world.applyVm('web-1');
  await world.vmIs('web-1', 'Running');
  const lastsMs = 60_000;
  const end = performance.now() + lastsMs;
  let round = 0;
  await waitFor(
    'the end of the disturbance',
    async () => {
      await world.labelVm('web-1', `round-${round++}`);
      return performance.now() >= end;
    },
    outage(lastsMs),
  );
  await world.deleteVm('web-1');
  rule.remove();
  expect(rule.hits).toBeGreaterThan(40);
  expect(world.relaunches).toBe(0);
  await expectRecovery();
});

it('an API server that is killed and comes back', { timeout }, async () => {
  world.forget();
  await world.applyVm('web-1');
  await world.vmIs('web-1', 'Running');
  const server = recordOf(world.controlPlane.pids['kube-apiserver'] ?? 0);
  if (!server) throw new Error('the API server does not run');
  signalProcess(server, 'SIGKILL');
  await world.wait('all watches to break', () => world.proxy.watches === 0);
  await world.controlPlane.restartApiServer();
  await world.deleteVm('web-1');
  await expectRecovery();
});

it('an etcd that stands still for 30 s', { timeout }, async () => {
  world.forget();
  await world.applyVm('web-1');
  await world.vmIs('web-1', 'Running');
  const etcd = recordOf(world.controlPlane.pids['etcd'] ?? 0);
  if (!etcd) throw new Error('etcd does not run');
  const before = world.relaunches;
  const lastsMs = 30_000;
  const end = performance.now() + lastsMs;
  signalProcess(etcd, 'SIGSTOP');
  try {
    await waitFor('the end of the outage', () => performance.now() >= end, outage(lastsMs));
    // A leader that cannot renew must not go on: it exits, and is started again as a Deployment does.
    expect(world.relaunches).toBeGreaterThan(before);
  } finally {
    signalProcess(etcd, 'SIGCONT');
  }
  await world.deleteVm('web-1');
  await expectRecovery();
});
