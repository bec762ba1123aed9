import { describe, expect, it } from 'vitest';
import type { HypervisorConnection } from '../../facade/hypervisor.ts';
import { turns, VirtualClock } from '../virtual-clock.ts';
import { FakeHost } from './fake-host.ts';
import { openInMemory } from './open-in-memory.ts';

const xml = "<domain type='kvm'><name>vm</name><memory unit='MiB'>64</memory></domain>";

/** So many hosts with a client each, on one clock that stands still. */
async function fleet(count: number) {
  const clock = new VirtualClock();
  const hosts = Array.from({ length: count }, () => new FakeHost({ clock }));
  const clients = await Promise.all(hosts.map((host) => openInMemory(host, { clock })));
  const close = () => Promise.all(clients.map((client) => client.connection.close()));
  return { clock, hosts, clients, close };
}

describe('five hundred hosts', () => {
  it('each run a domain of their own, and tell their own client of it', async () => {
    const { clients, close } = await fleet(500);
    const seen = await Promise.all(clients.map(live));
    await turns();
    for (const { uuid, events } of seen)
      expect(events).toEqual([`Defined ${uuid}`, `Resumed ${uuid}`, `Started ${uuid}`]);
    expect(new Set(seen.map(({ uuid }) => uuid)).size).toBe(500);
    await close();
  });

  it('leave nothing behind when their clients are gone', async () => {
    const { clock, hosts, close } = await fleet(500);
    expect(clock.pendingTimers).toBeGreaterThanOrEqual(500);
    await close();
    await turns();
    expect(hosts.reduce((sum, { connections }) => sum + connections, 0)).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

async function live(client: HypervisorConnection) {
  const events: string[] = [];
  await client.events.subscribe((event) => {
    if (event.kind === 'lifecycle') events.push(`${event.event} ${event.uuid}`);
  });
  expect(await client.listDomains()).toEqual([]);
  const domain = await client.defineXml(xml);
  await domain.create();
  expect(await domain.state()).toMatchObject({ state: 'Running' });
  return { uuid: domain.uuid, events };
}

describe('four hundred hosts that hang', () => {
  it('hold up no other', async () => {
    const { hosts, clients, close } = await fleet(401);
    const [, ...hung] = hosts;
    for (const host of hung) host.faults.hang();
    let answered = 0;
    const [healthy, ...stuck] = clients;
    const calls = stuck.map((client) => client.listDomains().finally(() => answered++));
    const ended = Promise.allSettled(calls);
    // No time passes: what the healthy host answers, it answers beside the others.
    expect(await healthy?.listDomains()).toEqual([]);
    expect(await healthy?.defineXml(xml)).toBeDefined();
    expect(answered).toBe(0);
    await close();
    expect((await ended).map(({ status }) => status)).toEqual(Array(400).fill('rejected'));
  });

  it('go on with what they were asked for once they can', async () => {
    const { hosts, clients, close } = await fleet(400);
    const undo = hosts.map((host) => host.faults.hang('domainDefineXmlFlags'));
    const defined = Promise.all(clients.map((client) => client.defineXml(xml)));
    await turns();
    expect(hosts.every(({ state }) => state.domains.all.length === 0)).toBe(true);
    for (const resume of undo) resume();
    expect(await defined).toHaveLength(400);
    expect(hosts.every(({ state }) => state.domains.all.length === 1)).toBe(true);
    await close();
  });
});
