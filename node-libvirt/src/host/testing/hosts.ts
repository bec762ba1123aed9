import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { turns, VirtualClock } from '../../testing/virtual-clock.ts';
import { Host } from '../host.ts';
import type { HostEvent } from '../host-event.ts';
import type { HostOptions } from '../options.ts';
import type { HostState } from '../state.ts';

export const dom = { name: 'vm', uuid: 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', id: 3 };
export type Kind = 'lifecycle' | 'reboot';

export let dir: string;
export let path: string;
export let clock: VirtualClock;
export let server: FakeServer;
const hosts: Host<Kind>[] = [];
const servers: FakeServer[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'node-libvirt-host-'));
  path = join(dir, 'sock');
  clock = new VirtualClock();
  server = await serve();
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
  rmSync(dir, { recursive: true, force: true });
});

export async function serve(at = path): Promise<FakeServer> {
  const fake = new FakeServer();
  fake.on('connectGetHostname', () => ({ hostname: at }));
  servers.push(fake);
  await fake.listen(at);
  return fake;
}

/** A host, and a way to wait until it is in a state. */
export function start(options: HostOptions<Kind> = {}, target: () => string | Promise<string> = () => path) {
  const states: HostState[] = [];
  let look = () => {};
  const host = new Host<Kind>(async () => ({ transport: 'unix', path: await target() }), {
    ...{ clock, random: () => 1, kinds: ['lifecycle', 'reboot'], ...options },
    onStateChange: (state) => {
      states.push(state);
      look();
    },
  });
  hosts.push(host);
  const until = (wanted: HostState['state']) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (host.state.state === wanted) resolve();
      };
      look();
    });
  return { host, states, until };
}

export const sendReboot = (to: FakeServer, name: string) =>
  to.peers.at(-1)?.sendEvent('reboot', { callbackId: 1, msg: { dom: { ...dom, name } } });

export async function next(events: AsyncIterator<HostEvent<Kind>>): Promise<HostEvent<Kind>> {
  const { value } = await events.next();
  if (!value) throw new Error('the events have ended');
  return value;
}

export async function arrived(fake: FakeServer, name: Parameters<FakeServer['callsOf']>[0]): Promise<void> {
  while (fake.callsOf(name).length === 0) await turns(1);
}

export const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
