import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../../hack/wait.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { Operator } from '../../operator/operator.ts';
import { HealthServer } from '../../operator/telemetry/health.ts';
import { createLog } from '../../operator/telemetry/log.ts';
import { watchLoop } from '../../operator/telemetry/loop-watch.ts';
import { ChaosWorld } from './chaos-world.ts';
import { connect } from './kube-client.ts';

let world: ChaosWorld;

beforeAll(async () => {
  world = await ChaosWorld.start({ clock: systemClock });
});

afterAll(() => world.stop());

/** How many there are of each kind of what keeps this process alive: sockets, servers, timers. */
function handles(): string {
  const kinds = process.getActiveResourcesInfo().toSorted();
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  return [...new Set(kinds)].map((kind) => `${kind} ${count(kind)}`).join(', ');
}

/** All that main puts together but for the signals, with hosts in memory. @returns what ends it, as main does. */
async function launch(): Promise<() => Promise<void>> {
  const { cluster, transport, metrics } = await connect(world.proxy.kubeconfigPath);
  const log = createLog({ level: 'silent' });
  const operator = new Operator({
    ...{ cluster, metrics, log, hypervisor: world.hypervisor, clock: systemClock, random: Math.random },
    ...{ identity: crypto.randomUUID(), lease: { namespace: 'vmfabric-system', name: 'vmfabric' } },
  });
  const well = () => undefined;
  const health = new HealthServer({ registry: new Registry(), port: 0, live: well, ready: well });
  await health.start();
  const unwatch = watchLoop({ clock: systemClock, log });
  await operator.start();
  return async () => {
    await operator.stop();
    unwatch();
    await Promise.all([health.stop(), transport.close()]);
  };
}

/** The test's own client lets go of a connection 4 s after it was last used. */
const clientRests = () => world.quiet(5_000);

/** Sockets close, and their other ends in this process, a few turns of the event loop later. */
const areBack = (to: string) =>
  waitFor(`${to} to be all that is open`, () => handles() === to, { timeoutMs: 2_000, everyMs: 20 }).catch(
    (cause) => {
      throw new Error(`left open: ${handles()}`, { cause });
    },
  );

it('an operator that stops in order leaves no handle open, though its events are put off', async () => {
  await clientRests();
  const before = handles();
  expect(before).not.toMatch(/Socket|Timeout/);
  const stop = await launch();
  await world.applyVm('web-1');
  await world.vmIs('web-1', 'Running');
  const refusal = { kind: 'refuse', code: 429, retryAfterSeconds: 10 } as const;
  const events = world.proxy.add({ match: { resource: 'events' }, fault: refusal });
  await world.deleteVm('web-1');
  await world.vmIs('web-1', 'Gone');
  await events.fired;
  await clientRests();
  expect(handles()).not.toBe(before);
  await stop();
  await areBack(before);
}, 240_000);
