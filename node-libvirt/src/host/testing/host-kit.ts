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

export type Kind = 'lifecycle' | 'reboot';

/** A fake server on a socket, and hosts that connect to it; anew for each test, and gone after it. */
export class HostKit {
  readonly dir = mkdtempSync(join(tmpdir(), 'node-libvirt-host-'));
  /** Where the server is. */
  readonly path = join(this.dir, 'sock');
  readonly clock = new VirtualClock();
  readonly #hosts: Host<Kind>[] = [];
  readonly #servers: FakeServer[] = [];

  /** Its name is the path. */
  async serve(at = this.path): Promise<FakeServer> {
    const server = new FakeServer();
    server.on('connectGetHostname', () => ({ hostname: at }));
    this.#servers.push(server);
    await server.listen(at);
    return server;
  }

  /** A host, and a way to wait until it is in a state. */
  start(options: HostOptions<Kind> = {}, target: () => string = () => this.path) {
    const states: HostState[] = [];
    let look = () => {};
    const host = new Host<Kind>(() => ({ transport: 'unix', path: target() }), {
      ...{ clock: this.clock, random: () => 1, kinds: ['lifecycle', 'reboot'], ...options },
      onStateChange: (state) => {
        states.push(state);
        look();
        options.onStateChange?.(state);
      },
    });
    this.#hosts.push(host);
    const until = (wanted: HostState['state']) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (host.state.state === wanted) resolve();
        };
        look();
      });
    return { host, states, until };
  }

  async end(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()));
    await Promise.all(this.#servers.map((server) => server.close()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** `begin` is given the kit of each test. */
export function eachTest(begin: (kit: HostKit) => Promise<void>): void {
  let kit: HostKit | undefined;
  beforeEach(async () => {
    kit = new HostKit();
    await begin(kit);
  });
  afterEach(() => kit?.end());
}

export const dom = { name: 'vm', uuid: 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', id: 3 };

export function sendReboot(to: FakeServer, name: string): void {
  to.peers.at(-1)?.sendEvent('reboot', { callbackId: 1, msg: { dom: { ...dom, name } } });
}

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
