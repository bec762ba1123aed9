import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type OpenOptions, openHypervisor } from 'node-libvirt';
import {
  coalescePackets,
  delayPackets,
  formatTranscript,
  parseTranscript,
  RecordingProxy,
  ReplayServer,
  splitPackets,
  withChance,
} from 'node-libvirt/testing';
import { describe, expect, it } from 'vitest';
import { runSession, sessions } from '../../node-libvirt/testdata/sessions.ts';
import { readTranscript } from '../../node-libvirt/testdata/transcripts.ts';
import { daemonOfTests } from './daemon-of-tests.ts';

const tests = daemonOfTests();

/** Everything a user of the package asks for, by its public entry alone. */
async function ask(path: string, options: OpenOptions = {}): Promise<unknown> {
  await using hypervisor = await openHypervisor(
    { transport: 'unix', path },
    { uri: 'test:///default', ...options },
  );
  const events: string[] = [];
  await hypervisor.events.subscribe((event) => events.push(`${event.kind} ${event.name}`));
  const domain = await hypervisor.defineXml(
    `<domain type='test'><name>passing</name><uuid>22222222-2222-4333-8444-555555555555</uuid>
      <memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>`,
  );
  await domain.create();
  const state = await domain.state();
  const info = await domain.info();
  await domain.destroy();
  await domain.undefine();
  const [lists, capabilities] = await Promise.all([
    hypervisor.listDomains(),
    hypervisor.host.capabilitiesXml(),
  ]);
  return { state, info, lists, capabilities, events };
}

describe('a session with a real libvirtd', () => {
  it('is recorded by the proxy, and says the same when it is replayed', async () => {
    const proxy = new RecordingProxy(() => createConnection(tests.daemon.socket));
    const [between, replayed] = [join(tests.dir, 'proxy'), join(tests.dir, 'replay')];
    await proxy.listen(between);
    const live = await ask(between);
    await proxy.close();
    expect(live).toMatchObject({ state: { state: 'Running' }, events: Array(4).fill('lifecycle passing') });
    const server = new ReplayServer(parseTranscript(formatTranscript(proxy.transcripts[0] ?? [])));
    await server.listen(replayed);
    expect(await ask(replayed)).toEqual(live);
    expect(server.replays[0]?.unrecorded).toEqual([]);
    expect(server.replays[0]?.left).toEqual([]);
    await server.close();
  });

  it('passes through faults that lose nothing as if they were not there', async () => {
    const proxy = new RecordingProxy(() => createConnection(tests.daemon.socket), {
      toClient: [delayPackets(withChance(0.3), 5), splitPackets(11)],
      toServer: [coalescePackets(2, 5), splitPackets(13)],
    });
    const between = join(tests.dir, 'faulty');
    await proxy.listen(between);
    expect(await ask(between)).toMatchObject({ state: { state: 'Running' } });
    await proxy.close();
  });
});

describe.each(Object.entries(sessions))('the recorded session "%s"', (name, session) => {
  it('is still what a real libvirtd says', async () => {
    const live = await runSession(session, createConnection(tests.daemon.socket));
    const replayed = await runSession(session, new ReplayServer(readTranscript(name)).connect());
    expect(shapeOf(live)).toEqual(shapeOf(replayed));
  });
});

/** The kinds of all values, as a daemon of another version has other texts and another start other uuids. */
function shapeOf(value: unknown): unknown {
  if (value instanceof Map) return shapeOf([...value.keys()].toSorted());
  if (Array.isArray(value)) return value.map(shapeOf);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}
